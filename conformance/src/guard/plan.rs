//! What of a selection may be played on a card in a reader, and what that could cost it: the budget.

use super::counter::LEAST_LEFT;
use super::effect::{Effect, Leave};
use super::forecast::Forecast;
use super::survey::Survey;
use crate::engine::KnownCard;
use crate::scenario::{Case, Names};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A selection of cases, sorted by what they could do to a card.
#[derive(Clone, Debug)]
pub struct Plan<'s> {
    /// Every selected case and what becomes of it, in the order of the selection.
    pub cases: Vec<(&'s Case, Disposition)>,
    /// The keys that the selection could cost a try, in the order of the names.
    pub keys: Vec<KeyCost>,
}

/// What becomes of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// It only reads: it is played.
    Harmless,
    /// It does more, and leave was given for all of it: it is played.
    Allowed(BTreeSet<Effect>),
    /// It does more, and leave is missing: it is skipped.
    NeedsLeave(BTreeSet<Effect>),
    /// It needs another card than the one in the reader, and which: it is skipped.
    NeedsAnotherCard(String),
    /// It is never played on a card in a reader: it is skipped, and why.
    Never(String),
}

/// What the selection could cost one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyCost {
    /// The key.
    pub key: String,
    /// Tries that it has when full.
    pub limit: u8,
    /// Most tries that the cases with leave could lose at once; 0 when none of them touches it.
    pub worst: u8,
    /// The same for every case that leave could be given for.
    pub worst_with_all_leave: u8,
    /// What the cases with leave do to it.
    pub effects: BTreeSet<Effect>,
    /// Its value is known, so that what is spent can be given back.
    pub value_known: bool,
}

impl<'s> Plan<'s> {
    /// Sorts these cases for a card of this profile.
    #[must_use]
    pub fn new(cases: &[&'s Case], names: &Names, known: &KnownCard, leave: &Leave) -> Self {
        let mut costs = BTreeMap::<String, KeyCost>::new();
        let cases = cases.iter().map(|&case| {
            let forecast = Forecast::of(case, names, known);
            let disposition = dispose(case, &forecast, known, leave);
            let allowed = matches!(disposition, Disposition::Allowed(_));
            if allowed || matches!(disposition, Disposition::NeedsLeave(_)) {
                for (key, &worst) in &forecast.worst {
                    let cost = costs.entry(key.clone()).or_insert_with(|| KeyCost::of(key, names, known));
                    cost.worst_with_all_leave = cost.worst_with_all_leave.max(worst);
                    if allowed {
                        cost.worst = cost.worst.max(worst);
                        let on_it = forecast.effects.iter().filter(|effect| effect.key() == Some(key));
                        cost.effects.extend(on_it.cloned());
                    }
                }
            }
            (case, disposition)
        });
        let cases = cases.collect();
        let keys = names.keys().filter_map(|(_, file)| costs.remove(&file.name)).collect();
        Self { cases, keys }
    }

    /// How many cases only read.
    #[must_use]
    pub fn harmless(&self) -> usize {
        self.cases.iter().filter(|(_, it)| *it == Disposition::Harmless).count()
    }

    /// How many cases do more, with leave.
    #[must_use]
    pub fn allowed(&self) -> usize {
        self.cases.iter().filter(|(_, it)| matches!(it, Disposition::Allowed(_))).count()
    }

    /// What leave is missing for the cases that need more.
    #[must_use]
    pub fn missing(&self) -> BTreeSet<&Effect> {
        let missing = self.cases.iter().filter_map(|(_, it)| match it {
            Disposition::NeedsLeave(missing) => Some(missing),
            _ => None,
        });
        missing.flatten().collect()
    }

    /// Ids of the cases that are not played, and why.
    #[must_use]
    pub fn withheld(&self) -> BTreeMap<String, String> {
        let reasons = self.cases.iter().filter_map(|(case, it)| Some((case.id.clone(), it.reason()?)));
        reasons.collect()
    }

    /// Holds the plan against the card in the reader.
    ///
    /// # Errors
    /// Everything that speaks against it. Nothing but what reads has been sent by then.
    pub fn admit(&self, survey: &Survey, serial: Option<&str>) -> Result<(), Refusal> {
        let mut reasons = Vec::new();
        if self.harmless() + self.allowed() == 0 {
            reasons.push(Against::NothingHarmless);
        }
        match (serial, &survey.serial) {
            (None, _) if self.allowed() > 0 => reasons.push(Against::NoSerial),
            (Some(given), Some(card)) if given == card => {}
            (Some(_), Some(_)) => reasons.push(Against::AnotherCard),
            (Some(_), None) => reasons.push(Against::SerialUnreadable),
            (None, _) => {}
        }
        for (key, tries) in &survey.tries {
            match *tries {
                1 => reasons.push(Against::LastTry(key.clone())),
                now if now > survey.limit(key) => {
                    reasons.push(Against::MoreThanFull { key: key.clone(), now, limit: survey.limit(key) });
                }
                _ => {}
            }
        }
        for cost in self.keys.iter().filter(|cost| cost.worst > 0) {
            let key = cost.key.clone();
            match survey.tries.get(&cost.key) {
                _ if !cost.value_known => reasons.push(Against::UnknownValue(key)),
                None => reasons.push(Against::NoCounter(key)),
                Some(&now) if now.saturating_sub(cost.worst) < LEAST_LEFT => {
                    reasons.push(Against::TooFew { key, now, worst: cost.worst });
                }
                Some(_) => {}
            }
        }
        if reasons.is_empty() { Ok(()) } else { Err(Refusal { reasons }) }
    }
}

fn dispose(case: &Case, forecast: &Forecast, known: &KnownCard, leave: &Leave) -> Disposition {
    let own = &known.profile().name;
    if let Some(card) = case.given.card.as_deref().filter(|card| *card != "any" && card != own) {
        return Disposition::NeedsAnotherCard(format!("the card \"{card}\""));
    }
    let missing = |name: &&String| !known.profile().applications.contains(name);
    if let Some(application) = case.given.application.as_ref().filter(missing) {
        return Disposition::NeedsAnotherCard(format!("a card with the application \"{application}\""));
    }
    if let Some(why) = &forecast.never {
        return Disposition::Never(why.clone());
    }
    let missing: BTreeSet<_> =
        forecast.effects.iter().filter(|effect| !leave.covers(effect)).cloned().collect();
    match (forecast.effects.is_empty(), missing.is_empty()) {
        (true, _) => Disposition::Harmless,
        (false, true) => Disposition::Allowed(forecast.effects.clone()),
        (false, false) => Disposition::NeedsLeave(missing),
    }
}

impl KeyCost {
    fn of(key: &str, names: &Names, known: &KnownCard) -> Self {
        let named = names.key(key).and_then(|(_, file)| file.tries);
        Self {
            key: key.to_owned(),
            limit: known.tries(key).or(named).unwrap_or_default(),
            worst: 0,
            worst_with_all_leave: 0,
            effects: BTreeSet::new(),
            value_known: known.value(key).is_ok(),
        }
    }
}

impl Disposition {
    /// Why the case is not played; `None` when it is.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        match self {
            Self::Harmless | Self::Allowed(_) => None,
            Self::NeedsLeave(missing) => {
                let words: Vec<String> = missing.iter().map(|effect| format!("--allow {effect}")).collect();
                Some(format!("a card in a reader is only read without leave: {}", words.join(" ")))
            }
            Self::NeedsAnotherCard(card) => {
                Some(format!("it needs {card}, and a card in a reader cannot be made another"))
            }
            Self::Never(why) => Some(format!("never on a card in a reader: {why}")),
        }
    }
}

/// Something that speaks against a run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Against {
    /// Nothing that is selected only reads, and no leave was given for the rest.
    #[error("nothing that was selected only reads the card, and no leave was given for more")]
    NothingHarmless,
    /// Leave was given, but for which card?
    #[error(
        "leave is given for one card: name it with --card-serial (`plan` prints the serial of the card in the reader)"
    )]
    NoSerial,
    /// Leave was given for another card.
    #[error("--card-serial names another card than the one in the reader")]
    AnotherCard,
    /// Which card it is cannot be told.
    #[error("the serial of the card in the reader cannot be read")]
    SerialUnreadable,
    /// A key has one try left.
    #[error(
        "{0} has its last try: nothing is sent to this card before its holder has presented the right value elsewhere"
    )]
    LastTry(String),
    /// The card counts from more than its profile says.
    #[error(
        "{key} has {now} tries left, but {limit} when full by the card's profile: is it the profile of this card?"
    )]
    MoreThanFull {
        /// The key.
        key: String,
        /// Tries left on the card.
        now: u8,
        /// Tries of a full counter by the profile.
        limit: u8,
    },
    /// The value of a key that could lose tries is not known.
    #[error(
        "the right value of {0} is not known, so lost tries could not be given back: tell it in --card-profile, or name the keys in --allow"
    )]
    UnknownValue(String),
    /// The counter of a key that could lose tries cannot be read.
    #[error("the card does not tell the tries of {0}")]
    NoCounter(String),
    /// Too few tries would stay.
    #[error("{key} has {now} tries left and could lose {worst}: at least {LEAST_LEFT} have to stay")]
    TooFew {
        /// The key.
        key: String,
        /// Tries left on the card.
        now: u8,
        /// Tries that could be lost at once.
        worst: u8,
    },
}

/// A run that is refused, and everything that speaks against it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    /// What speaks against it; never empty.
    pub reasons: Vec<Against>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reasons: Vec<String> = self.reasons.iter().map(ToString::to_string).collect();
        f.write_str(&reasons.join("; "))
    }
}
