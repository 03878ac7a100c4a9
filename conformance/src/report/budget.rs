//! The plan for a card in a reader and what became of it, told to people.

use super::Paint;
use crate::guard::{Closing, Disposition, Ending, LEAST_LEFT, Plan, Survey};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Reasons never to play a case that are told.
const MOST_REASONS: usize = 5;

/// How the selected cases divide, and what leave they need.
#[must_use]
pub fn plan_text(plan: &Plan<'_>) -> String {
    let mut out = String::new();
    let mut needs = BTreeMap::<String, usize>::new();
    let mut never = BTreeMap::<&str, usize>::new();
    let (mut without_leave, mut others) = (0, 0);
    for (_, disposition) in &plan.cases {
        match disposition {
            Disposition::NeedsLeave(missing) => {
                without_leave += 1;
                for effect in missing {
                    *needs.entry(effect.to_string()).or_default() += 1;
                }
            }
            Disposition::NeedsAnotherCard(_) => others += 1,
            Disposition::Never(why) => *never.entry(why).or_default() += 1,
            Disposition::Harmless | Disposition::Allowed(_) => {}
        }
    }
    row(&mut out, plan.harmless(), "only read the card");
    row(&mut out, plan.allowed(), "do more, with the leave that was given");
    row(&mut out, without_leave, "do more, and need leave (a scenario may need several):");
    for (effect, cases) in &needs {
        let _ = writeln!(out, "         {cases:>5}  --allow {effect}");
    }
    row(&mut out, others, "need another card than the one in the reader");
    row(&mut out, never.values().sum(), "are never played on a card in a reader:");
    let mut never: Vec<_> = never.into_iter().collect();
    never.sort_by_key(|(_, cases)| std::cmp::Reverse(*cases));
    for (why, cases) in never.iter().take(MOST_REASONS) {
        let _ = writeln!(out, "         {cases:>5}  {why}");
    }
    if let Some(more) = never.get(MOST_REASONS..).filter(|more| !more.is_empty()) {
        let cases: usize = more.iter().map(|(_, cases)| cases).sum();
        let _ = writeln!(out, "         {cases:>5}  for {} other reasons", more.len());
    }
    out
}

fn row(out: &mut String, cases: usize, words: &str) {
    if cases > 0 {
        let _ = writeln!(out, "  {cases:>5}  {words}");
    }
}

/// The budget: for every key the tries now and the worst case. With leave that of the run, without any that of
/// everything leave could be given for.
#[must_use]
pub fn budget(plan: &Plan<'_>, survey: Option<&Survey>) -> String {
    let mut out = String::new();
    let with_leave = plan.allowed() > 0;
    let keys: Vec<_> = plan.keys.iter().filter(|cost| !with_leave || cost.worst > 0).collect();
    if keys.is_empty() {
        let _ = writeln!(out, "budget   no key could lose a try");
        return out;
    }
    let when = if with_leave { "with the leave that was given" } else { "if all leave were given" };
    let _ = writeln!(out, "budget   tries of each key in the worst case, {when}");
    let _ = writeln!(out, "  {:<20} {:>5} {:>5} {:>6} {:>5}", "key", "full", "now", "worst", "left");
    for cost in keys {
        let worst = if with_leave { cost.worst } else { cost.worst_with_all_leave };
        let now = survey.map(|survey| survey.tries.get(&cost.key).copied());
        let from = now.flatten().unwrap_or(cost.limit);
        let shown = match now {
            Some(Some(now)) => now.to_string(),
            Some(None) => "-".to_owned(),
            None => "?".to_owned(),
        };
        let left = from.saturating_sub(worst);
        let why = match (now, cost.value_known) {
            (Some(None), _) => "  its tries were not told",
            (Some(Some(1)), _) => "  its last try",
            _ if left < LEAST_LEFT => "  too few would stay",
            (_, false) => "  its value is not known",
            _ => "",
        };
        let _ = writeln!(out, "  {:<20} {:>5} {shown:>5} {worst:>6} {left:>5}{why}", cost.key, cost.limit);
    }
    out
}

/// What became of the card's keys.
#[must_use]
pub fn closing(closing: &Closing, paint: Paint) -> String {
    let mut out = String::new();
    if let Some(difference) = &closing.stopped {
        let _ = writeln!(out, "{}", paint.bad(format!("stopped by the guard: {difference}")));
    }
    for key in &closing.not_changed_back {
        let _ = writeln!(
            out,
            "{}",
            paint.bad(format!("{key} still has the value that a scenario gave it, and not its own"))
        );
    }
    let moved: Vec<String> =
        closing.keys.iter().filter(|key| key.last != Some(key.first)).map(ending).collect();
    if moved.is_empty() {
        let _ = writeln!(out, "  guard    the tries of all {} keys are what they were", closing.keys.len());
    } else {
        let _ = writeln!(out, "  guard    {}", moved.join(", "));
    }
    if closing.needs_care() {
        let _ = writeln!(out, "  what to do now: docs/real-cards.md, \"When it stopped\"");
    }
    out
}

fn ending(key: &Ending) -> String {
    match key.last {
        Some(last) => format!("{} {} → {last}", key.key, key.first),
        None => format!("{} {} → not looked at again", key.key, key.first),
    }
}
