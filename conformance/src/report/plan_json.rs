//! The plan for programs: `plan --json`. Fields may be added, never removed or given another meaning.

use crate::guard::{Disposition, Effect, Plan, Survey};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a run would do to a card in a reader.
#[derive(Clone, Debug, Serialize)]
pub struct JsonPlan {
    /// Version of this format; 1 today.
    pub format: u32,
    /// The card, as `--card` names it.
    pub card: String,
    /// The day of the run.
    pub as_of: String,
    /// Serial of the card in the reader, when it was looked at and can be read.
    pub serial: Option<String>,
    /// How many cases only read the card.
    pub harmless: usize,
    /// How many do more, with the leave that was given.
    pub allowed: usize,
    /// What speaks against the run, when the card was looked at; empty when nothing does.
    pub refused: Vec<String>,
    /// What every key could lose.
    pub keys: Vec<JsonKey>,
    /// What becomes of every selected case.
    pub scenarios: BTreeMap<String, JsonDisposition>,
}

/// What one key could lose.
#[derive(Clone, Debug, Serialize)]
pub struct JsonKey {
    /// The key.
    pub key: String,
    /// Tries when full.
    pub full: u8,
    /// Tries now; absent when the card was not looked at or does not tell.
    pub now: Option<u8>,
    /// Most tries that could be gone at once, with the leave that was given.
    pub worst: u8,
    /// The same if all leave were given.
    pub worst_with_all_leave: u8,
    /// Its value is known.
    pub value_known: bool,
}

/// What becomes of a case.
#[derive(Clone, Debug, Serialize)]
pub struct JsonDisposition {
    /// `harmless`, `allowed`, `needs_leave`, `needs_another_card` or `never`.
    pub disposition: &'static str,
    /// What it does, or what leave is missing, as `--allow` takes it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<String>,
    /// Why it is not played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl JsonPlan {
    /// The plan, with what the first look at the card told.
    #[must_use]
    pub fn new(
        plan: &Plan<'_>,
        card: String,
        as_of: String,
        survey: Option<&Survey>,
        serial: Option<&str>,
    ) -> Self {
        let refusal = survey.and_then(|survey| plan.admit(survey, serial).err());
        let reasons = refusal.iter().flat_map(|refusal| &refusal.reasons);
        let keys = plan.keys.iter().map(|cost| JsonKey {
            key: cost.key.clone(),
            full: cost.limit,
            now: survey.and_then(|survey| survey.tries.get(&cost.key).copied()),
            worst: cost.worst,
            worst_with_all_leave: cost.worst_with_all_leave,
            value_known: cost.value_known,
        });
        Self {
            format: 1,
            card,
            as_of,
            serial: survey.and_then(|survey| survey.serial.clone()),
            harmless: plan.harmless(),
            allowed: plan.allowed(),
            refused: reasons.map(ToString::to_string).collect(),
            keys: keys.collect(),
            scenarios: plan.cases.iter().map(|(case, it)| (case.id.clone(), it.into())).collect(),
        }
    }
}

impl From<&Disposition> for JsonDisposition {
    fn from(it: &Disposition) -> Self {
        let none = std::collections::BTreeSet::new();
        let (disposition, effects) = match it {
            Disposition::Harmless => ("harmless", &none),
            Disposition::Allowed(effects) => ("allowed", effects),
            Disposition::NeedsLeave(missing) => ("needs_leave", missing),
            Disposition::NeedsAnotherCard(_) => ("needs_another_card", &none),
            Disposition::Never(_) => ("never", &none),
        };
        Self { disposition, effects: effects.iter().map(Effect::to_string).collect(), reason: it.reason() }
    }
}
