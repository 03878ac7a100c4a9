//! Broken data, a fault a file: what a person is told about it.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be read fails its test")]

use jpki_conformance::catalogue::Catalogue;
use jpki_conformance::scenario;
use jpki_conformance::vectors::Vectors;
use std::fs;
use std::path::{Path, PathBuf};

fn fixtures(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn fixture(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)).unwrap()
}

const CONTRADICTIONS: &str = r#"format = 1

[[contradiction]]
id = "X01"
subject = "A test"
kind = "contradiction"
documents = ["test-document"]
rules = ["TEST-001"]
resolution = "the later one holds"
"#;

/// Vectors with the real names of the card, two rules and a card, and nothing else.
fn vectors() -> Vectors {
    let names = Vectors::embedded().get("applications.toml").unwrap().text.to_string();
    let mut vectors = Vectors::default();
    vectors.insert("applications.toml", "applications.toml", &names);
    vectors.insert("catalogue.toml", "catalogue.toml", "format = 1\nrevision = \"2026.1\"\n");
    vectors.insert("documents.toml", "documents.toml", &fixture("documents.toml"));
    vectors.insert("contradictions.toml", "contradictions.toml", CONTRADICTIONS);
    vectors.insert("rules/test.toml", "rules/test.toml", &fixture("rules.toml"));
    vectors.insert("cards/standard.toml", "cards/standard.toml", "");
    vectors
}

#[test]
fn the_base_of_the_fixtures_is_sound() {
    scenario::load(&vectors()).unwrap();
}

#[test]
fn every_broken_scenario_is_told_with_its_place_and_what_to_do() {
    for path in fixtures("scenario") {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let mut vectors = vectors();
        let shown = format!("{name}.toml");
        vectors.insert("scenarios/card/broken.toml", &shown, &fs::read_to_string(&path).unwrap());
        let found = scenario::load(&vectors).expect_err(&name);
        insta::assert_snapshot!(format!("scenario-{name}"), found);
    }
}

#[test]
fn every_broken_rule_is_told_with_its_place_and_what_to_do() {
    for path in fixtures("catalogue") {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let mut vectors = vectors();
        let shown = format!("{name}.toml");
        vectors.insert("rules/zz-broken.toml", &shown, &fs::read_to_string(&path).unwrap());
        let found = Catalogue::load(&vectors).expect_err(&name);
        insta::assert_snapshot!(format!("catalogue-{name}"), found);
    }
}

#[test]
fn a_contradiction_names_rules_and_documents_that_there_are() {
    let mut vectors = vectors();
    let broken = CONTRADICTIONS.replace("TEST-001", "TEST-00I").replace("test-document", "test-doc");
    vectors.insert("contradictions.toml", "contradictions.toml", &broken);
    insta::assert_snapshot!(Catalogue::load(&vectors).expect_err("neither is there"));
}

#[test]
fn vectors_without_a_catalogue_say_which_files_they_miss() {
    insta::assert_snapshot!(Catalogue::load(&Vectors::default()).expect_err("nothing is there"));
}
