//! The first look at a card in a reader: which it is, and how many tries its keys have left.
//!
//! Looking is SELECT and VERIFY without data. On a card that counts even those, the look itself must not cost a
//! last try: so the key with the most tries is asked first, twice, and a key with one try left ends the look.

use super::difference::Difference;
use super::talk;
use crate::adapter::CardUnderTest;
use crate::engine::KnownCard;
use crate::scenario::{ApplicationName, FileName, Names};
use jpki_apdu::{CommandBuf, StatusWord, TransportError};
use std::collections::BTreeMap;

/// Tries from which on a key can tell whether looking costs a try: it is asked twice and selected twice.
const CANARY: u8 = 3;

/// What a card in a reader is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Serial number of JPKI EF 0006; `None` when it cannot be read.
    pub serial: Option<String>,
    /// Tries left of every key that the card tells them of, by name.
    pub tries: BTreeMap<String, u8>,
    limits: BTreeMap<String, u8>,
}

/// Why the look came to no end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSurvey {
    /// A command did not come back.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// Looking alone costs tries.
    #[error("{0}")]
    LookingCosts(Difference),
}

impl Survey {
    /// Looks at a card, which has just been reset.
    ///
    /// # Errors
    /// A command did not come back, or looking costs tries; then nothing more has been sent.
    pub fn of(card: &mut dyn CardUnderTest, names: &Names, known: &KnownCard) -> Result<Self, NoSurvey> {
        let mut survey = Self::default();
        let limit = |file: &FileName| known.tries(&file.name).or(file.tries).unwrap_or_default();
        let most = |application: &&ApplicationName| application.keys().map(limit).max();
        survey.limits = names.keys().map(|(_, file)| (file.name.clone(), limit(file))).collect();
        let mut applications: Vec<_> =
            names.applications.iter().filter(|a| a.keys().next().is_some()).collect();
        applications.sort_by_key(|application| std::cmp::Reverse(most(application)));
        let mut trusted = false;
        for application in applications {
            if talk::select(card, &application.aid)? != StatusWord::SUCCESS {
                continue;
            }
            let mut keys: Vec<_> = application.keys().collect();
            keys.sort_by_key(|file| std::cmp::Reverse(limit(file)));
            for file in &keys {
                let Some(tries) = talk::tries(card, file.sfi())? else { continue };
                survey.tries.insert(file.name.clone(), tries);
                if tries == 1 {
                    return Ok(survey);
                }
            }
            if !trusted {
                trusted = survey.looking_is_free(application, &keys, card)?;
            }
        }
        survey.serial = serial(card, names)?;
        Ok(survey)
    }

    /// Asks the key with the most tries again, and once more after another SELECT. Whether there was one that
    /// can afford it.
    fn looking_is_free(
        &self,
        application: &ApplicationName,
        keys: &[&FileName],
        card: &mut dyn CardUnderTest,
    ) -> Result<bool, NoSurvey> {
        let tries = |file: &&&FileName| self.tries.get(&file.name).copied().unwrap_or_default();
        let Some(canary) = keys.iter().max_by_key(tries).filter(|file| tries(file) >= CANARY) else {
            return Ok(false);
        };
        let expected = tries(&canary);
        for selects in [false, true] {
            if selects {
                talk::select(card, &application.aid)?;
            }
            let seen = talk::tries(card, canary.sfi())?;
            if seen != Some(expected) {
                let key = canary.name.clone();
                return Err(NoSurvey::LookingCosts(Difference::Looking { key, selects, expected, seen }));
            }
        }
        Ok(true)
    }

    /// Tries that a key has when full, by the card's profile.
    #[must_use]
    pub fn limit(&self, key: &str) -> u8 {
        self.limits.get(key).copied().unwrap_or_default()
    }
}

/// Serial number of the token information, without spaces; `None` when it cannot be read.
pub(super) fn serial(card: &mut dyn CardUnderTest, names: &Names) -> Result<Option<String>, TransportError> {
    /// Offset and length in EF 0006 (card-interface 1.2.1).
    const SERIAL: (u8, u32) = (80, 16);
    let Some((application, file)) = names.file("token-information") else { return Ok(None) };
    let selected = talk::select(card, &application.aid)? == StatusWord::SUCCESS
        && talk::select_file(card, file.id)? == StatusWord::SUCCESS;
    if !selected {
        return Ok(None);
    }
    let read = CommandBuf::new(0x00, 0xB0, 0x00, SERIAL.0).le(SERIAL.1);
    let answer = talk::send(card, read)?;
    let text = String::from_utf8(answer.data().to_vec()).unwrap_or_default();
    let text = text.trim();
    let readable = answer.status() == StatusWord::SUCCESS && text.bytes().all(|b| b.is_ascii_graphic());
    Ok((readable && !text.is_empty()).then(|| text.to_owned()))
}
