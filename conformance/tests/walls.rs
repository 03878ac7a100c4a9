//! The two walls: the oracle is not the subject, and the subject is reached through an adapter alone.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

/// What the harness may use of the virtual card's crate outside its adapter: the format of a card's file.
const FORMAT: &str = "jpki_virtual_card::profile::";
/// What the adapter of a card with a control socket may use: the words of the socket, which any emulator can offer.
const CONTROL: &str = "jpki_virtual_card::control::";

#[test]
fn only_the_adapter_calls_the_virtual_card() {
    let source = common::crate_folder().join("src");
    let files = rust_files(&source);
    assert!(files.len() > 30, "the source was found");
    for file in files {
        if file.ends_with("adapter/virtual_card.rs") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("it can be read");
        for (number, line) in
            text.lines().enumerate().filter(|(_, line)| line.contains("jpki_virtual_card::"))
        {
            let controls = file.ends_with("adapter/controlled.rs") && line.contains(CONTROL);
            assert!(controls || line.contains(FORMAT), "{}:{}: {line}", file.display(), number + 1);
        }
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries
        .flat_map(|entry| match entry.is_dir() {
            true => rust_files(&entry),
            false => vec![entry],
        })
        .filter(|file| file.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}
