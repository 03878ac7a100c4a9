//! What the program prints: help, explanations, lists.

mod common;

use clap::{CommandFactory, Parser};
use jpki_conformance::catalogue::Catalogue;
use jpki_conformance::cli::{Cli, Failure};
use jpki_conformance::exit_code::ExitCode;
use jpki_conformance::vectors::Vectors;
use rstest::rstest;
use serde_json::Value;

/// What a command line prints.
fn print(arguments: &[&str]) -> Result<String, Failure> {
    let program = ["jpki-conformance"].iter().chain(arguments);
    let mut out = Vec::new();
    let code = Cli::parse_from(program).perform(&mut out)?;
    assert_eq!(code, ExitCode::Conformant);
    Ok(String::from_utf8(out).expect("it prints text"))
}

fn lines(arguments: &[&str]) -> Vec<String> {
    print(arguments).expect("it prints").lines().map(str::to_owned).collect()
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&print(arguments).expect("it prints")).expect("it prints JSON")
}

#[test]
fn help_says_what_the_program_is_for_and_how_it_ends() {
    insta::assert_snapshot!(Cli::command().term_width(100).render_help());
}

#[rstest]
#[case("explain")]
#[case("list")]
#[case("rules")]
#[case("coverage")]
#[case("schemas")]
fn every_verb_has_a_help_of_its_own(#[case] verb: &str) {
    let mut command = Cli::command().term_width(100);
    command.build();
    let verb_command = command.find_subcommand_mut(verb).expect("it is a verb");
    insta::assert_snapshot!(format!("help-{verb}"), verb_command.render_help());
}

#[rstest]
#[case("rule", &["CARD-PIN-002"])]
#[case("untestable-rule", &["BENEFIT-006"])]
#[case("wire-rule", &["wire-verify-007"])]
#[case("code", &["E016"])]
#[case("code-in-any-spelling", &["ｅｗ１４０－１６２０"])]
#[case("code-of-several-rules", &["011"])]
#[case("code-with-detail", &["EW144-1500", "0x8010001d"])]
fn explain_tells_everything_about(#[case] name: &str, #[case] what: &[&str]) {
    let arguments = [&["explain"], what].concat();
    insta::assert_snapshot!(format!("explain-{name}"), print(&arguments).expect("it is known"));
}

#[test]
fn explain_answers_every_documented_code_with_its_remedy() {
    let catalogue = Catalogue::load(&Vectors::embedded()).expect("it is sound");
    let codes = catalogue.codes();
    assert_eq!(codes.iter().filter(|code| code.starts_with("EI")).count(), 21, "iPhone codes");
    assert_eq!(codes.iter().filter(|code| code.starts_with("EW")).count(), 38, "Windows codes");
    for code in ["E011", "E016", "E027", "011"] {
        assert!(codes.contains(&code), "{code}");
    }
    assert_eq!(codes.len(), 63);
    for code in codes {
        let text = print(&["explain", code]).expect("it is known");
        assert!(text.starts_with(code), "{text}");
        assert!(text.contains("  means  ") && text.contains("  remedy      1. "), "{text}");
    }
}

#[rstest]
#[case("EW140-1602", Some("did you mean \"EW140-1600\"?"))]
#[case("CARD-PIN-0002", Some("did you mean \"CARD-PIN-002\"?"))]
#[case("nothing-of-the-kind", Some("list rules and list codes print what can be explained"))]
fn explain_of_something_unknown_is_a_usage_error_with_a_hint(
    #[case] what: &str,
    #[case] meant: Option<&str>,
) {
    match print(&["explain", what]) {
        Err(Failure::Usage { hint, .. }) => assert_eq!(hint.as_deref(), meant),
        other => panic!("{other:?}"),
    }
}

#[test]
fn lists_have_a_line_for_each_thing() {
    let short = |arguments: &[&str]| {
        let lines = lines(arguments);
        let shown: Vec<&str> = lines.iter().take(4).map(String::as_str).collect();
        format!("$ {}\n{}\n", arguments.join(" "), shown.join("\n"))
    };
    let lists = [
        short(&["list", "rules"]),
        short(&["list", "rules", "--domain", "CARD-PIN", "--confidence", "published"]),
        short(&["list", "rules", "--untestable"]),
        short(&["list", "cards"]),
        short(&["list", "documents"]),
        short(&["list", "codes"]),
    ];
    insta::assert_snapshot!(lists.join("\n"));
}

/// On vectors of its own: a scenario that somebody adds to the suite changes no snapshot.
#[test]
fn a_scenario_is_listed_with_its_rules_and_the_place_where_it_stands() {
    let vectors = common::tiny_vectors();
    let folder = vectors.path().to_str().expect("a path in UTF-8");
    let listed = lines(&["list", "scenarios", "--rule", "CARD-PIN-003", "--vectors", folder]);
    insta::assert_snapshot!(listed.join("\n").replace(folder, "VECTORS"));
}

#[test]
fn filters_leave_only_what_they_name() {
    let rules = json(&["list", "rules", "--role", "card", "--level", "must", "--json"]);
    let rules = rules.as_array().expect("a list");
    assert!(!rules.is_empty());
    assert!(rules.iter().all(|rule| rule["role"] == "card" && rule["level"] == "must"));
    let untestable = json(&["list", "rules", "--untestable", "--json"]);
    assert!(untestable.as_array().expect("a list").iter().all(|rule| rule["untestable"].is_string()));
}

#[test]
fn an_as_of_date_selects_the_rules_in_force_on_that_day() {
    let in_force = |day: &str, id: &str| {
        lines(&["list", "rules", "--as-of", day]).iter().any(|line| line.starts_with(&format!("{id} ")))
    };
    // The grace of three months begins on 2024-12-02.
    assert!(in_force("2024-12-01", "OQ-GRACE-004") && !in_force("2024-12-02", "OQ-GRACE-004"));
    assert!(!in_force("2024-12-01", "OQ-GRACE-001") && in_force("2024-12-02", "OQ-GRACE-001"));
}

#[test]
fn rules_diff_tells_what_begins_what_ends_and_what_replaces_it() {
    let text = print(&["rules", "diff", "2024-12-01", "2024-12-02"]).expect("it prints");
    let (ends, begins) = text.split_once("\nin force from now on\n").expect("some begin");
    assert!(ends.contains("  OQ-GRACE-004  ") && ends.contains("      replaced by OQ-GRACE-001: "), "{ends}");
    assert!(begins.contains("  OQ-GRACE-001  "), "{begins}");
    assert_eq!(
        lines(&["rules", "diff", "2024-12-02", "2024-12-02"]),
        ["Rules in force on 2024-12-02 against 2024-12-02: 0 begin, 0 end"]
    );
    insta::assert_snapshot!(print(&["rules", "diff", "2024-10-06", "2024-10-07"]).expect("it prints"));
}

#[test]
fn coverage_as_json_adds_up() {
    let coverage = json(&["coverage", "--json"]);
    let number = |key: &str| coverage[key].as_u64().expect("a number");
    let length = |key: &str| coverage[key].as_array().expect("a list").len() as u64;
    assert_eq!(number("covered") + length("uncovered"), number("testable"));
    assert_eq!(number("proven") + length("unproven"), number("covered"));
    assert_eq!(coverage["by_rule"].as_object().expect("a table").len() as u64, number("covered"));
    assert!(number("testable") <= number("rules"));
}

#[test]
fn another_revision_than_the_pinned_one_is_refused() {
    assert!(print(&["--rules-revision", "2026.1", "list", "cards"]).is_ok());
    assert!(print(&["coverage", "--rules-revision", "2026.1"]).is_ok());
    match print(&["coverage", "--rules-revision", "2025.4"]) {
        Err(Failure::Usage { message, hint }) => {
            assert!(
                message.starts_with("the rules have revision 2026.1+") && message.ends_with(", not 2025.4")
            );
            assert_eq!(hint.as_deref(), Some("pin what there is: --rules-revision 2026.1"));
        }
        other => panic!("{other:?}"),
    }
}
