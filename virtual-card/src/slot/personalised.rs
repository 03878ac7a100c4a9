//! A card as it was made: from which file, on which day.

use super::Refusal;
use crate::authority::{Purpose, Register, RegisterError};
use crate::card::{Card, ImageError};
use crate::personalise::{Keys, PersonaliseError, embedded_cards, embedded_source, personalise};
use crate::profile::{CardProfile, CertificateProfile, Day, Holder, LastDay, Source};
use crate::state::{State, StateError, StateFile};
use jiff::civil::Date;
use std::path::{Path, absolute};
use std::sync::Arc;
use std::{fmt, io};

/// A card, and what it takes to make it again.
#[derive(Clone)]
pub struct PersonalisedCard {
    /// Name of an embedded card, or absolute path of a card file.
    source: String,
    /// What the card file says, and what has been made to expire since.
    profile: CardProfile,
    as_of: Date,
    expired: Vec<Purpose>,
    register: Register,
    card: Card,
}

/// Why there is no such card.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// The card file cannot be read.
    #[error("cannot read the card file {path}: {error}")]
    Unreadable {
        /// Its path as it was given.
        path: String,
        /// Why not.
        error: io::ErrorKind,
    },
    /// Neither an embedded card nor a path.
    #[error("no card is called \"{0}\"; there are {names}, and card files by their path", names = names())]
    Unknown(String),
    /// The card file is wrong, or describes a card that cannot be made.
    #[error("the card \"{name}\" cannot be made: {error}")]
    Personalise {
        /// Name or path of the card.
        name: String,
        /// Why not.
        error: PersonaliseError,
    },
    /// The authority cannot write its certificates down.
    #[error("the card \"{name}\" cannot be made: {error}")]
    Register {
        /// Name or path of the card.
        name: String,
        /// Why not.
        error: RegisterError,
    },
    /// The image is none that a card can hold.
    #[error("the card \"{name}\" cannot be made: {error}")]
    Image {
        /// Name or path of the card.
        name: String,
        /// Why not.
        error: ImageError,
    },
}

/// Why the card of a kept state cannot be made again.
#[derive(Debug, thiserror::Error)]
pub enum RecallError {
    /// There is no such card any more.
    #[error(transparent)]
    Card(#[from] CardError),
    /// The card of that name carries no such certificate any more.
    #[error("the state names a certificate that has expired: {0}")]
    Expired(Box<Refusal>),
    /// The state is not this card's.
    #[error(transparent)]
    State(#[from] StateError),
}

impl PersonalisedCard {
    /// The factory-fresh card of this name, an embedded one (`standard`) or a card file by its path
    /// (`mine.toml`, `./mine`), as it is on this day.
    ///
    /// # Errors
    /// [`CardError`].
    pub fn load(name: &str, as_of: Date) -> Result<Self, CardError> {
        if let Some(source) = embedded_source(name) {
            return Self::of_file(name, source, as_of);
        }
        if !Self::is_path(name) {
            return Err(CardError::Unknown(name.into()));
        }
        let read = |error: io::Error| CardError::Unreadable { path: name.into(), error: error.kind() };
        let path = absolute(name).map_err(read)?;
        let text = std::fs::read_to_string(&path).map_err(read)?;
        let path = path.to_string_lossy();
        Self::of_file(&path, Source { file: &path, text: &text }, as_of)
    }

    /// Whether this is meant as the path of a card file: no embedded card is called so.
    #[must_use]
    pub fn is_path(name: &str) -> bool {
        name.contains('/') || Path::new(name).extension().is_some_and(|ending| ending == "toml")
    }

    /// The same card as it was when its state was kept in this file.
    ///
    /// # Errors
    /// [`RecallError`]; the file is as it was.
    pub fn recall(mut self, file: &StateFile, state: &State) -> Result<Self, RecallError> {
        file.recall(state, &self.source, &self.profile, &mut self.card)?;
        self.expire(&state.expired).map_err(|error| RecallError::Expired(Box::new(error)))?;
        self.register = state.register.clone();
        Ok(self)
    }

    fn of_file(name: &str, source: Source<'_>, as_of: Date) -> Result<Self, CardError> {
        let wrong =
            |error| CardError::Personalise { name: name.into(), error: PersonaliseError::Load(error) };
        let profile = CardProfile::load_file(source).map_err(wrong)?;
        let card = make(name, &profile, as_of)?;
        let register = Register::of(&profile, as_of)
            .map_err(|error| CardError::Register { name: name.into(), error })?;
        Ok(Self { source: name.into(), profile, as_of, expired: Vec::new(), register, card })
    }

    /// The same card as it left the factory, without making it again. `None` where that would be another one: its
    /// certificates were made to expire, or its file may have changed.
    pub(super) fn restored(mut self) -> Option<Self> {
        if !self.expired.is_empty() || Self::is_path(&self.source) {
            return None;
        }
        self.register = Register::of(&self.profile, self.as_of).ok()?;
        self.card.restore();
        Some(self)
    }

    /// Name of the embedded card, or absolute path of the card file.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The day that dates in the card file are counted from.
    #[must_use]
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// What the card file says, with the certificates that have been made to expire.
    #[must_use]
    pub fn profile(&self) -> &CardProfile {
        &self.profile
    }

    /// The certificates that have been made to expire.
    #[must_use]
    pub fn expired(&self) -> &[Purpose] {
        &self.expired
    }

    /// What the authority says about its certificates.
    #[must_use]
    pub fn register(&self) -> &Register {
        &self.register
    }

    pub(super) fn register_mut(&mut self) -> &mut Register {
        &mut self.register
    }

    /// The card itself.
    #[must_use]
    pub fn card(&self) -> &Card {
        &self.card
    }

    pub(super) fn card_mut(&mut self) -> &mut Card {
        &mut self.card
    }

    /// The certificate of this purpose, as the card file describes it.
    pub(super) fn certificate(&self, purpose: Purpose) -> Option<&CertificateProfile> {
        match purpose {
            Purpose::UserAuthentication => self.profile.auth_certificate.as_ref(),
            Purpose::DigitalSignature => self.profile.sign_certificate.as_ref(),
        }
    }

    /// The last day of a certificate; `None` when the card carries none.
    pub(super) fn last_day(&self, purpose: Purpose) -> Option<Date> {
        let certificate = self.certificate(purpose)?;
        Some(certificate.validity(self.profile.holder.as_ref(), self.as_of)?.1)
    }

    /// Makes the card again with certificates whose last day was the day before the as-of date, or earlier where it
    /// was. Keys keep their counters and values, as the card's do when time passes; what power holds is gone.
    pub(super) fn expire(&mut self, purposes: &[Purpose]) -> Result<(), Refusal> {
        let (memory, profile) = (self.card.memory(), self.profile.clone());
        let mut expired = self.clone();
        for &purpose in purposes {
            let certificate = match purpose {
                Purpose::UserAuthentication => expired.profile.auth_certificate.as_mut(),
                Purpose::DigitalSignature => expired.profile.sign_certificate.as_mut(),
            };
            let certificate = certificate.ok_or(Refusal::NoCertificate(purpose))?;
            end_yesterday(certificate, profile.holder.as_ref(), self.as_of);
            expired.expired.push(purpose);
        }
        expired.card = make(&self.source, &expired.profile, self.as_of)?;
        expired.card.recall(&memory).map_err(Refusal::Memory)?;
        *self = expired;
        Ok(())
    }
}

impl fmt::Debug for PersonalisedCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonalisedCard")
            .field("source", &self.source)
            .field("as_of", &self.as_of)
            .field("expired", &self.expired)
            .field("card", &self.card)
            .finish_non_exhaustive()
    }
}

fn make(name: &str, profile: &CardProfile, as_of: Date) -> Result<Card, CardError> {
    let image = personalise(profile, Keys::embedded(), as_of)
        .map_err(|error| CardError::Personalise { name: name.into(), error })?;
    Card::new(Arc::new(image)).map_err(|error| CardError::Image { name: name.into(), error })
}

/// The certificate ended the day before, if not earlier; issued it was before that, five years if need be.
fn end_yesterday(certificate: &mut CertificateProfile, holder: Option<&Holder>, as_of: Date) {
    const YESTERDAY: i32 = -1;
    if certificate.validity(holder, as_of).is_some_and(|(_, last_day)| last_day < as_of) {
        return;
    }
    certificate.expires = LastDay::Day(Day::FromAsOf(YESTERDAY));
    if certificate.issued.resolve(as_of) >= as_of {
        certificate.issued = Day::FromAsOf(YESTERDAY - 5 * 365);
    }
}

fn names() -> String {
    embedded_cards().collect::<Vec<_>>().join(", ")
}
