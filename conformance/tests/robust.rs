//! Whatever stands in a data file, loading it ends in data or in diagnostics, never in a panic.

use jpki_conformance::scenario;
use jpki_conformance::vectors::Vectors;
use proptest::prelude::*;
use std::sync::LazyLock;

static EMBEDDED: LazyLock<Vectors> = LazyLock::new(Vectors::embedded);

/// The names of the card, one small file of rules, and no scenario but those that a test adds.
static BASE: LazyLock<Vectors> = LazyLock::new(|| {
    let mut vectors = Vectors::default();
    for path in ["applications.toml", "catalogue.toml", "documents.toml", "rules/wire-atr.toml"] {
        vectors.insert(path, path, &EMBEDDED.get(path).expect("it is there").text);
    }
    vectors.insert("contradictions.toml", "contradictions.toml", "format = 1\n");
    vectors
});

fn load(path: &str, text: &str) {
    let mut vectors = BASE.clone();
    vectors.insert(path, path, text);
    if let Err(found) = scenario::load(&vectors) {
        let told = found.to_string();
        assert!(told.contains("error: "), "{told}");
    }
}

/// A change of a text: some characters from here on become this.
fn changed(text: &str, (from, length, with): (prop::sample::Index, usize, String)) -> String {
    let characters: Vec<char> = text.chars().collect();
    let from = from.index(characters.len());
    let to = (from + length).min(characters.len());
    characters[..from].iter().copied().chain(with.chars()).chain(characters[to..].iter().copied()).collect()
}

fn a_change() -> impl Strategy<Value = (prop::sample::Index, usize, String)> {
    let with = prop_oneof![
        "[a-z\"{}\\[\\]=,.#$@*:0-9\n -]{0,6}",
        Just("\"$x\"".to_owned()),
        Just("券面".to_owned()),
        Just("99999999999999999999".to_owned()),
        Just("rows = [{}]\n".to_owned()),
    ];
    (any::<prop::sample::Index>(), 0..12_usize, with)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn a_damaged_scenario_file_is_told_and_never_panics(change in a_change()) {
        let text = &EMBEDDED.get("scenarios/card/challenge.toml").expect("it is there").text;
        load("scenarios/card/damaged.toml", &changed(text, change));
    }

    #[test]
    fn a_damaged_rule_file_is_told_and_never_panics(change in a_change()) {
        let text = &EMBEDDED.get("rules/wire-atr.toml").expect("it is there").text;
        load("rules/wire-atr.toml", &changed(text, change));
    }

    #[test]
    fn a_damaged_file_of_names_is_told_and_never_panics(change in a_change()) {
        let text = &EMBEDDED.get("applications.toml").expect("it is there").text;
        load("applications.toml", &changed(text, change));
    }
}
