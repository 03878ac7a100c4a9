//! Scenarios: given a card, when something happens, then this is observed, and these rules are checked.
//!
//! A scenario is a row of data in `vectors/scenarios/`; reading it is [`load`]'s work, playing it the
//! engine's. A scenario with `rows` is a table: each row makes one [`Case`].

mod check;
mod effects;
mod expand;
mod load;
mod names;
mod step;
pub(crate) mod syntax;
mod words;

pub use load::{Suite, load};
pub use names::{ApplicationName, FileKind, FileName, Names, Proof};
pub use step::*;

use crate::catalogue::Role;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One file of `vectors/scenarios/card/`: the scenarios of one subject, in reading order.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScenarioFile {
    /// Version of this file format; 1 today.
    pub format: u32,
    /// The scenarios.
    #[serde(default)]
    pub scenario: Vec<Scenario>,
}

/// One scenario as written.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// A sentence in kebab-case, unique in the suite. The full id puts folder and file before it:
    /// `card/verify/right-pin-restores-the-counter`.
    pub id: String,
    /// The rules that it checks.
    pub rules: Vec<String>,
    /// The role that is judged.
    #[serde(default = "Scenario::card")]
    pub role: Role,
    /// What must be so before.
    #[serde(default)]
    pub given: Given,
    /// What it does to a card that a reset does not undo: `spends:KEY` for a wrong VERIFY, `locks:KEY` for a
    /// `lock` or enough wrong ones, `changes:KEY`, `tampers`. Checked against the steps when loading.
    #[serde(default)]
    pub effects: Vec<String>,
    /// What it would mean for people if this failed, in one line.
    #[serde(default)]
    pub means: Option<String>,
    /// What happens and what is seen, in order.
    pub steps: Vec<Step>,
    /// A table: each row gives the values of the `$columns`, and makes one case.
    #[serde(default)]
    #[schemars(with = "Vec<BTreeMap<String, serde_json::Value>>")]
    pub rows: Vec<BTreeMap<String, toml::Value>>,
}

impl Scenario {
    fn card() -> Role {
        Role::Card
    }
}

/// What must be so before a scenario starts.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The personalisation that the scenario needs, by the name of its file in `vectors/cards/`.
    /// Absent, or `"any"` in a row: whichever card is under test, in its factory state.
    #[serde(default)]
    pub card: Option<String>,
    /// The card has this optional application.
    #[serde(default)]
    pub application: Option<String>,
    /// The card's profile says so: knob and value. Another value makes the scenario not applicable.
    #[serde(default)]
    pub knobs: BTreeMap<String, String>,
}

/// One case: a scenario without rows, or one row of its table, with every `$column` replaced.
#[derive(Clone, Debug)]
pub struct Case {
    /// Full id, `card/verify/sentence`, with `#2` for the second row of a table.
    pub id: String,
    /// Id of its scenario: without the number of the row.
    pub scenario: String,
    /// The row's number and how many there are, counted from 1.
    pub row: Option<(usize, usize)>,
    /// The rules that it checks.
    pub rules: Vec<String>,
    /// The role that is judged.
    pub role: Role,
    /// What must be so before.
    pub given: Given,
    /// What it does to a card that a reset does not undo.
    pub effects: Vec<String>,
    /// What a failure would mean for people.
    pub means: Option<String>,
    /// The steps, ready to play.
    pub steps: Vec<Step>,
    /// The file that it stands in, and the line.
    pub place: (String, usize),
}
