//! Which scenarios run, what the exit code says, and how the work is shared out.

mod common;

use common::{AS_OF, jpki_conformance, stderr, stdout};
use rstest::rstest;
use std::collections::BTreeSet;

fn list(arguments: &[&str]) -> BTreeSet<String> {
    let all = [&["run", "--list", "--as-of", AS_OF], arguments].concat();
    stdout(&jpki_conformance(all)).lines().map(str::to_owned).collect()
}

#[test]
fn two_shards_are_the_whole_and_share_nothing() {
    let (whole, first, second) = (list(&[]), list(&["--shard", "1/2"]), list(&["--shard", "2/2"]));
    assert!(first.is_disjoint(&second));
    assert_eq!(&first | &second, whole);
    // Neither is next to nothing.
    assert!(
        first.len() * 3 > whole.len() && second.len() * 3 > whole.len(),
        "{} {}",
        first.len(),
        second.len()
    );
}

#[test]
fn a_rule_selects_the_scenarios_that_name_it() {
    let of_rule = list(&["--rule", "CARD-PIN-002"]);
    assert!(!of_rule.is_empty() && of_rule.len() < list(&[]).len());
    assert!(list(&["--rule", "CARD-PIN-*"]).is_superset(&of_rule));
}

#[test]
fn a_filter_is_a_part_of_the_id_or_a_pattern() {
    assert_eq!(list(&["--filter", "card/verify/"]), list(&["--filter", "card/verify/*"]));
    assert!(list(&["--filter", "card/verify/*"]).len() > 3);
}

#[rstest]
#[case::conformant(&["run", "--filter", "card/read-binary/exactly-le-bytes-come-back"], 0, "")]
#[case::no_such_scenario(&["run", "--filter", "no-such-scenario"], 4, "")]
#[case::nothing_to_list(&["run", "--list", "--filter", "no-such-scenario"], 4, "")]
#[case::unknown_option(&["run", "--colour"], 2, "--colour")]
#[case::unknown_kind_of_card(&["run", "--card", "virtuel"], 2, "\"virtuel\" names no card")]
#[case::unknown_card(&["run", "--card", "virtual:nobody"], 2, "no card is called \"nobody\"")]
#[case::unknown_rule(&["run", "--rule", "CARD-PIN-999"], 2, "no rule is called \"CARD-PIN-999\"")]
#[case::no_such_shard(&["run", "--shard", "3/2"], 2, "\"3/2\" is no shard")]
#[case::unknown_report(&["run", "--report", "pdf=report.pdf"], 2, "\"pdf\" is no format of reports")]
#[case::no_such_profile(&["run", "--card-profile", "no/such/file.toml"], 2, "no/such/file.toml")]
fn the_exit_code_says_what_happened(#[case] arguments: &[&str], #[case] code: i32, #[case] said: &str) {
    let output = jpki_conformance(arguments);
    assert_eq!(output.status.code(), Some(code), "{}{}", stdout(&output), stderr(&output));
    assert!(stderr(&output).contains(said), "{}", stderr(&output));
}

#[test]
fn a_scenario_runs_only_when_one_of_its_rules_is_in_force() {
    let vectors = common::tiny_vectors();
    let rules = vectors.path().join("rules/card.toml");
    let text = std::fs::read_to_string(&rules).expect("the rules are there");
    let begins = text.replacen(
        "id = \"CARD-PIN-003\"\n",
        "id = \"CARD-PIN-003\"\neffective_from = \"2026-12-01\"\n",
        1,
    );
    assert_ne!(text, begins);
    std::fs::write(&rules, begins).expect("written");
    let folder = vectors.path().display().to_string();
    let on = |day| {
        let output = jpki_conformance(["run", "--list", "--vectors", &folder, "--as-of", day]);
        stdout(&output).contains("gives-it-back")
    };
    assert!(!on("2026-11-30"));
    assert!(on("2026-12-01"));
}

#[test]
fn a_plan_tells_the_worst_case_for_every_key() {
    let vectors = common::tiny_vectors();
    let folder = vectors.path().display().to_string();
    let output = jpki_conformance(["plan", "--vectors", &folder, "--as-of", AS_OF]);
    insta::assert_snapshot!(stdout(&output));
}

/// Each card keeps every rule that concerns it: the knobs, the states and what it does not carry are its profile's.
#[test]
fn every_embedded_card_is_conformant_by_its_own_profile() {
    let cards =
        std::fs::read_dir(common::crate_folder().join("../vectors/cards")).expect("the cards are there");
    let names =
        cards.filter_map(|card| card.ok()?.file_name().to_str()?.strip_suffix(".toml").map(str::to_owned));
    let mut judged = 0;
    for name in names {
        let card = format!("virtual:{name}");
        let output = jpki_conformance(["run", "--as-of", AS_OF, "--card", &card]);
        assert_eq!(output.status.code(), Some(0), "{name}:\n{}", stdout(&output));
        judged += 1;
    }
    assert!(judged > 10, "only {judged} cards");
}
