//! Which rules are checked, and how far.

use crate::catalogue::{Role, Rule};
use crate::scenario::Suite;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// For each rule, what checks it. Ids stand in the catalogue's reading order.
#[derive(Clone, Debug, Serialize, JsonSchema, PartialEq, Eq)]
pub struct Coverage {
    /// Rules of the catalogue.
    pub rules: usize,
    /// Rules that can be tested.
    pub testable: usize,
    /// Testable rules that at least one scenario checks.
    pub covered: usize,
    /// Covered rules whose checks a fault of the fault library has shown to be able to fail.
    pub proven: usize,
    /// Testable rules that nothing checks.
    pub uncovered: Vec<String>,
    /// Covered rules that no fault proves.
    pub unproven: Vec<String>,
    /// Covered rules that bind another role than any that is judged for them: only that role's part is checked.
    pub partial: Vec<String>,
    /// The scenarios that check each covered rule.
    pub by_rule: BTreeMap<String, Vec<String>>,
}

impl Coverage {
    /// What the scenarios of the suite check.
    #[must_use]
    pub fn of(suite: &Suite) -> Self {
        let mut checks: BTreeMap<&str, (BTreeSet<&str>, Vec<Role>)> = BTreeMap::new();
        for case in &suite.cases {
            for rule in &case.rules {
                let (scenarios, roles) = checks.entry(rule).or_default();
                scenarios.insert(&case.scenario);
                roles.push(case.role);
            }
        }
        let testable: Vec<&Rule> = suite.catalogue.rules().filter(|rule| rule.untestable.is_none()).collect();
        let (covered, uncovered): (Vec<&Rule>, Vec<&Rule>) =
            testable.iter().copied().partition(|rule| checks.contains_key(&*rule.id));
        let partial = covered
            .iter()
            .filter(|rule| checks.get(&*rule.id).is_some_and(|(_, roles)| !roles.contains(&rule.role)));
        let covered_ids = || covered.iter().map(|rule| rule.id.clone());
        Self {
            rules: suite.catalogue.rules().count(),
            testable: testable.len(),
            covered: covered.len(),
            // The fault library will prove rules; until it names one, none is.
            proven: 0,
            uncovered: uncovered.iter().map(|rule| rule.id.clone()).collect(),
            unproven: covered_ids().collect(),
            partial: partial.map(|rule| rule.id.clone()).collect(),
            by_rule: checks
                .into_iter()
                .map(|(rule, (scenarios, _))| {
                    (rule.to_owned(), scenarios.into_iter().map(str::to_owned).collect())
                })
                .collect(),
        }
    }
}
