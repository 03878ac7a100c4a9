//! The cards and keys that come with the program: `vectors/cards` and `vectors/keys`.

use super::{Keys, PersonaliseError, personalise};
use crate::image::CardImage;
use crate::profile::{CardProfile, LoadError, Source};
use include_dir::{Dir, include_dir};
use jiff::civil::Date;
use std::sync::LazyLock;

static CARDS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../vectors/cards");
static KEYS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../vectors/keys");

impl Keys {
    /// The keys that come with the program: TEST ONLY, everybody has them.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static READ: LazyLock<Keys> =
            LazyLock::new(|| Keys::from_pem(texts(&KEYS, "pem")).expect("a test reads every embedded key"));
        &READ
    }
}

/// Names of the cards that come with the program, in order of the alphabet.
pub fn embedded_cards() -> impl Iterator<Item = &'static str> {
    let mut names: Vec<_> = texts(&CARDS, "toml").map(|(name, _)| name).collect();
    names.sort_unstable();
    names.into_iter()
}

/// The file of a card that comes with the program.
#[must_use]
pub fn embedded_source(name: &str) -> Option<Source<'static>> {
    let file = CARDS.get_file(format!("{name}.toml"))?;
    Some(Source { file: file.path().to_str()?, text: file.contents_utf8()? })
}

/// The profile of a card that comes with the program.
///
/// # Errors
///
/// [`PersonaliseError::UnknownCard`] when there is none of this name.
pub fn embedded_profile(name: &str) -> Result<CardProfile, PersonaliseError> {
    let source = embedded_source(name).ok_or_else(|| PersonaliseError::UnknownCard(name.into()))?;
    Ok(CardProfile::load(source, embedded_source)?)
}

/// The image of a card that comes with the program.
///
/// # Errors
///
/// [`PersonaliseError::UnknownCard`]; and [`PersonaliseError::Certificate`] when the as-of date is so far away that
/// UTCTime cannot write the certificates' dates.
pub fn embedded(name: &str, as_of: Date) -> Result<CardImage, PersonaliseError> {
    personalise(&embedded_profile(name)?, Keys::embedded(), as_of)
}

impl CardProfile {
    /// Reads a card file that may extend the cards that come with the program.
    ///
    /// # Errors
    ///
    /// The first mistake and its place.
    pub fn load_file(source: Source<'_>) -> Result<Self, LoadError> {
        fn find<'a>(name: &str) -> Option<Source<'a>> {
            embedded_source(name)
        }
        Self::load(source, find)
    }
}

/// The files of a folder with this ending: name without the ending, and text.
fn texts<'a>(dir: &'a Dir<'a>, ending: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    dir.files().filter_map(move |file| {
        let name = file.path().to_str()?.strip_suffix(ending)?.strip_suffix('.')?;
        Some((name, file.contents_utf8()?))
    })
}
