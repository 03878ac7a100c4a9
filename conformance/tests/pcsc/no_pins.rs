//! Nothing that the lane leaves behind tells a PIN.
//!
//! pcscd's own log of APDUs would: it is never switched on in the lane.

use crate::lane::{Scene, Test, tests};
use jpki_conformance::runner::load_cards;
use jpki_conformance::vectors::Vectors;
use regex::Regex;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

pub(crate) const TESTS: &[Test] = tests![no_file_that_the_lane_leaves_tells_a_pin];

/// Values that tests of the lane try although no card has them: a wrong PIN is often almost the right one.
pub(crate) const WRONG_PIN: &str = "7391";
/// A signature password that no card has.
pub(crate) const WRONG_PASSWORD: &str = "WRONG7391";
/// What tests set in place of a locked PIN.
pub(crate) const NEW_PIN: &str = "8264";

fn no_file_that_the_lane_leaves_tells_a_pin(scene: &Scene) {
    let mut files = Vec::new();
    collect(&Scene::all_folders(), &scene.folder, &mut files);
    assert!(!files.is_empty(), "the other tests left nothing to look at: run the whole lane");
    let spellings: Vec<Spelling> = values().iter().flat_map(|value| Spelling::all(value)).collect();
    let mut told = Vec::new();
    for file in &files {
        let text = fs::read(file).expect("a file of the lane can be read");
        let text = DURATION.replace_all(&String::from_utf8_lossy(&text), "").to_ascii_lowercase();
        let found = spellings.iter().filter(|spelling| spelling.stands_in(&text));
        told.extend(found.map(|spelling| format!("{}: {}", file.display(), spelling.what)));
    }
    assert!(told.is_empty(), "{} files looked at, PINs told:\n{}", files.len(), told.join("\n"));
    eprintln!("{} files tell none of {} spellings", files.len(), spellings.len());
}

/// How long something took, in a report: four digits of it mean nothing.
static DURATION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#""duration_us": *[0-9]+"#).expect("a pattern"));

/// All files in a folder and below it, but for those of this test.
fn collect(folder: &Path, own: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the lane").flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && path != own => collect(&path, own, files),
            Ok(kind) if kind.is_file() => files.push(path),
            _ => {}
        }
    }
}

/// The values of every key of every card, and those that tests make up.
fn values() -> BTreeSet<String> {
    let cards = load_cards(&Vectors::embedded()).expect("the cards are well formed");
    let keys = cards.values().flat_map(|card| card.profile().keys.values());
    let values = keys.filter_map(|key| key.value.as_deref().map(str::to_owned));
    let tried = [WRONG_PIN, WRONG_PASSWORD, NEW_PIN].map(str::to_owned);
    values.chain(tried).collect()
}

/// A way to write a value.
struct Spelling {
    /// What to look for, in lower case.
    text: String,
    /// Where the value must stand by itself: four digits may be the end of a longer number.
    alone: bool,
    /// Which one, for the message: the first character only.
    what: String,
}

impl Spelling {
    /// As text, in hex, and in hex with a space or a colon between two bytes.
    fn all(value: &str) -> Vec<Self> {
        let hex: Vec<String> = value.bytes().map(|byte| format!("{byte:02x}")).collect();
        let ways = [
            ("as text", value.to_ascii_lowercase(), true),
            ("in hex", hex.concat(), false),
            ("in spaced hex", hex.join(" "), false),
            ("in hex with colons", hex.join(":"), false),
        ];
        let begins = value.chars().next().unwrap_or_default();
        let long = value.chars().count();
        ways.map(|(way, text, alone)| Self {
            text,
            alone,
            what: format!("the value of {long} characters that begins with {begins}, {way}"),
        })
        .into()
    }

    fn stands_in(&self, text: &str) -> bool {
        let alphanumeric = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        text.match_indices(&self.text).any(|(at, seen)| {
            let (before, after) = (&text.as_bytes()[..at], &text.as_bytes()[at + seen.len()..]);
            !(self.alone && (alphanumeric(before.last()) || alphanumeric(after.first())))
        })
    }
}
