//! A card as it was made: from which file, on which day.

use crate::card::{Card, ImageError};
use crate::personalise::{Keys, PersonaliseError, embedded_cards, embedded_source, personalise};
use crate::profile::{CardProfile, Source};
use jiff::civil::Date;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A card, and what it takes to make it again.
#[derive(Clone)]
pub struct PersonalisedCard {
    /// Name of an embedded card, or path of a card file.
    source: String,
    profile: CardProfile,
    as_of: Date,
    card: Card,
}

/// Why there is no such card.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    /// The card file cannot be read.
    #[error("cannot read the card file {path}: {error}")]
    Unreadable {
        /// Its path as it was given.
        path: String,
        /// Why not.
        error: io::Error,
    },
    /// Neither an embedded card nor a path.
    #[error("no card is called \"{name}\"; there are {}, and a card file is named by its path", embedded_cards().collect::<Vec<_>>().join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The card file is wrong, or describes a card that cannot be made.
    #[error("the card \"{source_name}\" cannot be made: {error}")]
    Personalise {
        /// Name or path of the card.
        source_name: String,
        /// Why not.
        error: PersonaliseError,
    },
    /// The image is none that a card can hold.
    #[error("the card \"{source_name}\" cannot be made: {error}")]
    Image {
        /// Name or path of the card.
        source_name: String,
        /// Why not.
        error: ImageError,
    },
}

impl PersonalisedCard {
    /// The factory-fresh card of this name, an embedded one (`standard`) or a card file by its path
    /// (`cards/mine.toml`, `./mine`), as it is on this day.
    ///
    /// # Errors
    /// [`CardError`].
    pub fn load(name: &str, as_of: Date) -> Result<Self, CardError> {
        let profile = match embedded_source(name) {
            Some(source) => CardProfile::load_file(source),
            None if is_path(name) => {
                let text = std::fs::read_to_string(name)
                    .map_err(|error| CardError::Unreadable { path: name.into(), error })?;
                CardProfile::load_file(Source { file: name, text: &text })
            }
            None => return Err(CardError::Unknown { name: name.into() }),
        };
        let profile = profile
            .map_err(|error| CardError::Personalise { source_name: name.into(), error: error.into() })?;
        Self::of(name, profile, as_of)
    }

    /// The factory-fresh card of a profile, as it is on this day.
    ///
    /// # Errors
    /// [`CardError::Personalise`] or [`CardError::Image`].
    pub fn of(source: &str, profile: CardProfile, as_of: Date) -> Result<Self, CardError> {
        let image = personalise(&profile, Keys::embedded(), as_of)
            .map_err(|error| CardError::Personalise { source_name: source.into(), error })?;
        let card = Card::new(Arc::new(image))
            .map_err(|error| CardError::Image { source_name: source.into(), error })?;
        Ok(Self { source: source.into(), profile, as_of, card })
    }

    /// Name of the embedded card, or path of the card file.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The day that dates in the card file are counted from.
    #[must_use]
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// What the card file says.
    #[must_use]
    pub fn profile(&self) -> &CardProfile {
        &self.profile
    }

    /// The card itself.
    #[must_use]
    pub fn card(&self) -> &Card {
        &self.card
    }

    pub(super) fn card_mut(&mut self) -> &mut Card {
        &mut self.card
    }
}

impl std::fmt::Debug for PersonalisedCard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PersonalisedCard")
            .field("source", &self.source)
            .field("as_of", &self.as_of)
            .field("card", &self.card)
            .finish_non_exhaustive()
    }
}

/// Whether a word is meant as the path of a card file and not as the name of an embedded card.
fn is_path(name: &str) -> bool {
    name.contains('/') || Path::new(name).extension().is_some_and(|ending| ending == "toml")
}
