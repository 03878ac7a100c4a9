//! The verbs that call the harness itself.

use crate::failure::{Failure, Result};
use crate::{build, tools};
use serde_json::Value;
use xshell::{Shell, cmd};

/// The rules that the card's scenarios and properties must cover: its own, and those of the wire.
const CARD_RULES: [&str; 2] = ["CARD-", "WIRE-"];

/// Writes the JSON Schemas of the data files, or with `--check` compares them.
pub(crate) fn schemas(shell: &Shell, arguments: &[String]) -> Result {
    let program = build::programs(shell)?.join("jpki-conformance");
    cmd!(shell, "{program} schemas {arguments...}").run()?;
    Ok(())
}

/// Fails when a testable rule of the card is checked by nothing.
pub(crate) fn coverage_gate(shell: &Shell, _: &[String]) -> Result {
    let program = build::programs(shell)?.join("jpki-conformance");
    let json = cmd!(shell, "{program} coverage --json").read()?;
    let uncovered = uncovered(&json)?;
    if uncovered.is_empty() {
        println!("every testable rule of the card is checked");
        return Ok(());
    }
    for id in &uncovered {
        println!("  {id}");
    }
    Err(Failure::Check(format!("{} testable rules of the card are checked by nothing", uncovered.len())))
}

/// The testable rules of the card that a coverage report calls uncovered.
fn uncovered(json: &str) -> Result<Vec<String>> {
    let unreadable = || Failure::Check("the coverage report has no list of uncovered rules".into());
    let report: Value = serde_json::from_str(json).map_err(|_| unreadable())?;
    let ids = report["uncovered"].as_array().ok_or_else(unreadable)?;
    let ids = ids.iter().filter_map(Value::as_str);
    Ok(ids.filter(|id| CARD_RULES.iter().any(|prefix| id.starts_with(prefix))).map(str::to_owned).collect())
}

/// The two commands of the first five minutes, by their exit codes.
pub(crate) fn programs(shell: &Shell, _: &[String]) -> Result {
    tools::ensure(shell, &[&[tools::PYTHON]])?;
    cmd!(shell, "cargo build --release --locked").run()?;
    exits(shell, &[], 0)?;
    exits(shell, &["run", "--card", "exec:python3 examples/cards/wrong_card.py"], 1)
}

fn exits(shell: &Shell, arguments: &[&str], code: i32) -> Result {
    let output =
        cmd!(shell, "cargo run --release --locked --quiet -- {arguments...}").ignore_status().output()?;
    let shown = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<&str> = shown.lines().collect();
    // A wrong card has many findings: the beginning and the verdict are enough here.
    for line in lines.iter().take(20) {
        println!("  {line}");
    }
    if lines.len() > 20 {
        println!("  … {} lines …", lines.len().saturating_sub(24));
        lines[lines.len().saturating_sub(4).max(20)..].iter().for_each(|line| println!("  {line}"));
    }
    match output.status.code() {
        Some(seen) if seen == code => Ok(()),
        seen => {
            println!("{}", String::from_utf8_lossy(&output.stderr));
            let call = arguments.join(" ");
            Err(Failure::Check(format!("`jpki-conformance {call}` exited with {seen:?} instead of {code}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::uncovered;

    #[test]
    fn only_rules_of_the_card_and_of_the_wire_are_gated() {
        let json = r#"{"rules":3,"uncovered":["CARD-PIN-002","REG-EXP-001","WIRE-SELECT-001"]}"#;
        assert_eq!(uncovered(json).expect("a report"), ["CARD-PIN-002", "WIRE-SELECT-001"]);
    }

    #[test]
    fn a_report_without_the_list_is_no_success() {
        assert!(uncovered("{}").is_err());
        assert!(uncovered("").is_err());
    }
}
