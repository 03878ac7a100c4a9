//! The condition of a card that cannot be made fresh: what earlier cases did to its keys, and how that is
//! undone where it can be.

use crate::adapter::{BringsBack, CardUnderTest};
use crate::engine::{KnownCard, Needs, NewValue, Played, Stage, change_back, give_tries_back};
use crate::scenario::Case;
use std::collections::BTreeMap;

/// What earlier cases left behind.
pub(super) struct Condition {
    brings_back: BringsBack,
    keys: BTreeMap<String, Spoilt>,
    destroyed_by: Option<String>,
}

/// What happened to a key, and in which case.
struct Spoilt {
    how: How,
    by: String,
}

enum How {
    /// Tries are missing; a right VERIFY gives them back.
    Spent,
    /// No try is left: nothing that we can do gives them back.
    Locked,
    /// The value is another one now.
    Changed(NewValue),
}

impl Condition {
    pub(super) fn new(brings_back: BringsBack) -> Self {
        Self { brings_back, keys: BTreeMap::new(), destroyed_by: None }
    }

    /// The card is, or has been brought, into a condition in which the case can be judged.
    ///
    /// # Errors
    /// Why it is not, as a reason to skip.
    pub(super) fn allows(
        &mut self,
        case: &Case,
        card: &mut dyn CardUnderTest,
        known: &KnownCard,
        stage: &Stage<'_>,
    ) -> Result<(), String> {
        if self.brings_back == BringsBack::Factory {
            return Ok(());
        }
        if let Some(by) = &self.destroyed_by {
            return Err(format!("{by} destroyed the card, and it cannot be made fresh"));
        }
        self.restore(card, known, stage);
        let used = Needs::of(case, stage.names).keys;
        match self.keys.iter().find(|(key, _)| used.contains(key.as_str())) {
            None => Ok(()),
            Some((key, Spoilt { how, by })) => {
                let happened = match how {
                    How::Spent => "tries were spent",
                    How::Locked => "was locked",
                    How::Changed(_) => "was changed",
                };
                Err(format!("{key} {happened} by {by}, and this card cannot be made fresh"))
            }
        }
    }

    /// Learns what a case left behind.
    pub(super) fn after(&mut self, case: &Case, played: &Played) {
        if self.brings_back == BringsBack::Factory {
            return;
        }
        let by = || case.id.clone();
        for (key, tries) in &played.left.tries {
            let how = if *tries == 0 { How::Locked } else { How::Spent };
            self.keys.insert(key.clone(), Spoilt { how, by: by() });
        }
        for (key, value) in &played.left.changed {
            // Locked stays locked, whatever its value is.
            let entry = self.keys.entry(key.clone());
            entry.or_insert_with(|| Spoilt { how: How::Changed(value.clone()), by: by() });
        }
        if played.left.destroyed {
            self.destroyed_by = Some(by());
        }
    }

    /// Undoes what can be undone: right values give tries back, changed values are changed back.
    pub(super) fn restore(&mut self, card: &mut dyn CardUnderTest, known: &KnownCard, stage: &Stage<'_>) {
        self.keys.retain(|key, spoilt| {
            let undone = match &spoilt.how {
                How::Spent => give_tries_back(key, card, known, stage),
                How::Changed(value) => change_back(key, value, card, known, stage),
                How::Locked => false,
            };
            !undone
        });
    }
}
