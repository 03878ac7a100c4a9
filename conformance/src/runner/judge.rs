//! What a broken rule amounts to: only rules that bind, from sources that are more than a guess, make a failure.

use crate::catalogue::{Catalogue, Confidence, Level, Rule};
use crate::engine::Played;
use crate::scenario::Case;
use crate::verdict::Outcome;

/// A difference that no binding rule forbids becomes information.
pub(crate) fn judge(case: &Case, mut played: Played, catalogue: &Catalogue) -> Played {
    let Some(failure) = &played.failure else { return played };
    let binding = case.rules.iter().filter_map(|id| catalogue.rule(id)).any(binds);
    if played.verdict.outcome == Outcome::Failed && !binding && !case.rules.is_empty() {
        let sent = failure.sent.as_ref().map_or("what was read", |sent| &sent.words);
        played.verdict.notes.push(format!(
            "step {}: {sent}: {} was likely, {} was seen; no rule of this scenario binds",
            failure.step, failure.expected, failure.seen
        ));
        played.verdict.outcome = Outcome::Passed;
    }
    played
}

/// Breaking this rule is a failure.
fn binds(rule: &Rule) -> bool {
    matches!(rule.level, Level::Must | Level::Should) && rule.confidence != Confidence::Assumed
}
