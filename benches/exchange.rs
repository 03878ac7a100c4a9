//! One exchange of command and response, beside the least that any card has to do: find the file and copy it.
#![expect(clippy::print_stdout, reason = "a program for people: standard output is its interface")]

use criterion::{Criterion, criterion_group, criterion_main};
use jpki_benches::{Reader, command, is_measured, side_by_side};
use std::hint::black_box;

fn exchanges(c: &mut Criterion) {
    let mut group = c.benchmark_group("exchange");
    for (name, command) in command::FREQUENT {
        let mut reader = Reader::in_jpki_application();
        group.bench_function(*name, |b| b.iter(|| reader.exchange(black_box(command)).len()));
    }
    let mut bare = BareRead::new();
    group.bench_function("bare: look up and copy 256 bytes", |b| b.iter(|| bare.read(black_box(0x0A))));
    group.finish();
    if is_measured() {
        summary();
    }
}

/// The floor under a READ of 256 bytes: one look into a table of files, one copy.
struct BareRead {
    files: [Option<Vec<u8>>; 32],
    response: Box<[u8; 65_538]>,
}

impl BareRead {
    fn new() -> Self {
        let mut files = [const { None }; 32];
        files[0x0A] = Some(vec![0x5A; 1_500]);
        Self { files, response: Box::new([0; 65_538]) }
    }

    #[inline]
    fn read(&mut self, sfi: u8) -> usize {
        let Some(file) = self.files[usize::from(sfi)].as_deref() else { return 0 };
        self.response[..256].copy_from_slice(&file[..256]);
        black_box(&self.response[..256]).len()
    }
}

fn summary() {
    println!("\nexchange and the bare copy, in turns, one core");
    let mut bare = BareRead::new();
    for (name, command) in command::FREQUENT {
        let mut reader = Reader::in_jpki_application();
        let (card, floor) =
            side_by_side(|| reader.exchange(black_box(command)).len(), || bare.read(black_box(0x0A)));
        println!(
            "  {name:<28} {:>6.1} ns {:>7.2} M/s   bare copy {:>5.1} ns   ratio {:.2}",
            card.nanoseconds,
            card.per_second() / 1e6,
            floor.nanoseconds,
            card.nanoseconds / floor.nanoseconds,
        );
    }
}

criterion_group!(benches, exchanges);
criterion_main!(benches);
