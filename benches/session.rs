//! What a fuzzer and a property test do thousands of times a second: a new card, a reset, a clone.

use criterion::{Criterion, criterion_group, criterion_main};
use jpki_benches::{Reader, command};
use std::hint::black_box;

fn sessions(c: &mut Criterion) {
    let mut group = c.benchmark_group("session");
    let reader = Reader::in_jpki_application();
    group.bench_function("clone", |b| b.iter(|| black_box(reader.card().clone())));
    let mut card = reader.card().clone();
    group.bench_function("power off and on", |b| b.iter(|| black_box(&mut card).power_cycle()));
    group.bench_function("back to the factory state", |b| b.iter(|| black_box(&mut card).restore()));
    let mut reader = Reader::in_jpki_application();
    group.bench_function("reset, select, three wrong PINs, restore", |b| {
        b.iter(|| {
            reader.restore();
            reader.exchange(command::SELECT_JPKI);
            for _ in 0..3 {
                black_box(reader.exchange(command::WRONG_PIN));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, sessions);
criterion_main!(benches);
