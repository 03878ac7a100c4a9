//! The card's COMPUTE DIGITAL SIGNATURE beside `openssl speed rsa2048`, in one run.
#![expect(clippy::print_stdout, reason = "a program for people: standard output is its interface")]

use criterion::{Criterion, criterion_group, criterion_main};
use jpki_benches::{Reader, command, is_measured};
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

/// Turns that the card and OpenSSL take; the best of each counts.
const TURNS: usize = 5;

fn signing(c: &mut Criterion) {
    let mut reader = Reader::with_verified_auth_pin();
    let response = reader.exchange(command::SIGN).len();
    assert_eq!(response, 258, "a signature and its status word");
    c.bench_function("COMPUTE DIGITAL SIGNATURE", |b| {
        b.iter(|| black_box(reader.exchange(command::SIGN).len()))
    });
    if is_measured() {
        summary(&mut reader);
    }
}

fn summary(reader: &mut Reader) {
    let (mut card, mut openssl) = (0f64, 0f64);
    for _ in 0..TURNS {
        card = card.max(signatures_per_second(reader));
        openssl = openssl.max(openssl_per_second());
    }
    println!("\nRSA-2048 signatures a second, one core, best of {TURNS} turns");
    println!("  the card                {card:>8.0}");
    println!("  openssl speed rsa2048   {openssl:>8.0}");
    println!("  ratio                   {:>8.2}", card / openssl);
}

/// Signatures in a second of processor time, which is what `openssl speed` counts as well.
fn signatures_per_second(reader: &mut Reader) -> f64 {
    let (start, before, mut signatures) = (Instant::now(), processor_time(), 0u32);
    while start.elapsed() < Duration::from_secs(1) {
        black_box(reader.exchange(command::SIGN).len());
        signatures += 1;
    }
    f64::from(signatures) / (processor_time() - before).as_secs_f64()
}

/// How long this thread has run: the first number of `/proc/thread-self/schedstat`, nanoseconds.
fn processor_time() -> Duration {
    let line = std::fs::read_to_string("/proc/thread-self/schedstat").expect("this benchmark needs Linux");
    let number = line.split(' ').next().and_then(|number| number.parse().ok());
    Duration::from_nanos(number.expect("schedstat begins with a number"))
}

/// Private operations a second as `openssl speed` counts them: `+F2:…:2048:SIGN:VERIFY`.
fn openssl_per_second() -> f64 {
    let output = Command::new("openssl")
        .args(["speed", "-mr", "-seconds", "1", "rsa2048"])
        .output()
        .expect("the openssl program is the peer of this benchmark: apt-get install openssl");
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = report.lines().find(|line| line.starts_with("+F2:"));
    let rate = line.and_then(|line| line.split(':').nth(3)).and_then(|rate| rate.parse().ok());
    rate.unwrap_or_else(|| panic!("openssl speed reported no rate: {report}"))
}

criterion_group!(benches, signing);
criterion_main!(benches);
