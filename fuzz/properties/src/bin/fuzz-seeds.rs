//! Writes the seeds of the fuzzers: `fuzz-seeds DIR` fills `DIR/TARGET/`.
#![expect(clippy::print_stdout, reason = "a program for people: standard output is its interface")]

use jpki_fuzz_properties::{TARGETS, seeds};
use std::error::Error;
use std::fs;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: fuzz-seeds DIR")?);
    let seeds = seeds::seeds()?;
    for (target, _) in TARGETS {
        let folder = folder.join(target);
        fs::create_dir_all(&folder)?;
        let own: Vec<_> = seeds.iter().filter(|seed| seed.target == target).collect();
        for seed in &own {
            fs::write(folder.join(&seed.name), &seed.bytes)?;
        }
        println!("  {target:<14} {:>5} seeds", own.len());
    }
    Ok(())
}
