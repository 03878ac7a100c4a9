//! Where a command meets the card: the current application and file by name, and what P1 and P2 name there.

use super::decode::count;
use super::onlooker::{Current, Onlooker, Selected};
use crate::image::{Access, Application, CardImage, Content};
use crate::names::{ApplicationName, Names};
use jpki_apdu::shown::spaced;

/// Low five bits: a short identifier.
const SHORT_IDENTIFIER: u8 = 0x1F;

/// The current place on the card, as far as the onlooker knows it.
pub(super) struct Place<'i> {
    current: Current,
    names: Option<&'static ApplicationName>,
    on_card: Option<&'i Application>,
}

impl<'i> Place<'i> {
    pub(super) fn now(seen: &Onlooker, image: &'i CardImage) -> Self {
        let aid = match seen.application() {
            Selected::Application(aid) => Some(aid),
            Selected::Issuer | Selected::Unknown => None,
        };
        Self {
            current: seen.file(),
            names: aid.and_then(|aid| Names::embedded().application(aid)),
            on_card: aid.and_then(|aid| image.applications.iter().find(|made| made.aid == *aid)),
        }
    }

    pub(super) fn current(&self) -> Current {
        self.current
    }

    /// The file of the current application with this short identifier; the three high bits do not count.
    pub(super) fn by_short_identifier(&self, sfi: u8) -> Current {
        let sfi = sfi & SHORT_IDENTIFIER;
        let has = |id: &u16| *id as u8 & SHORT_IDENTIFIER == sfi;
        let named = self.names.iter().flat_map(|names| &names.files).map(|file| file.id);
        let made = self.on_card.iter().flat_map(|made| &made.files).map(|file| file.id);
        made.chain(named).find(has).map_or(Current::Unknown, Current::File)
    }

    /// Anybody may read this file: the card says so, and so do the names.
    pub(super) fn is_free(&self, file: Current) -> bool {
        let Current::File(id) = file else { return false };
        let made = self.on_card.and_then(|made| made.files.iter().find(|file| file.id == id));
        let free = made.is_some_and(|made| {
            matches!(
                &made.content,
                Content::Transparent { read: Access::Free, .. } | Content::Records { read: Access::Free, .. }
            )
        });
        let named = self.names.and_then(|names| names.file(id));
        free && named.is_none_or(crate::names::FileName::is_free)
    }

    /// A file by name.
    pub(super) fn file(&self, id: u16) -> String {
        let named = self.names.and_then(|names| names.file(id));
        named.map_or_else(|| format!("file {}", spaced(&id.to_be_bytes())), |file| file.name.clone())
    }

    pub(super) fn named(&self, file: Current) -> String {
        match file {
            Current::Unknown => "unknown file".into(),
            Current::None => "no file".into(),
            Current::File(id) => self.file(id),
        }
    }

    /// What P2 of VERIFY and the like names: 80 the current file, 81 to 9F one by its short identifier.
    pub(super) fn key(&self, p2: u8) -> String {
        match p2 {
            0x80 => self.named(self.current),
            0x81..=0x9F => match self.by_short_identifier(p2) {
                Current::File(id) => self.file(id),
                _ => format!("file by short identifier {:02X}", p2 & SHORT_IDENTIFIER),
            },
            _ => format!("with P2 {p2:02X}"),
        }
    }

    /// What P2 of COMPUTE DIGITAL SIGNATURE names: as above, and 00 for the application's default key.
    pub(super) fn signing_key(&self, p2: u8) -> String {
        match (p2, self.on_card.and_then(|made| made.default_key)) {
            (0x00, Some(key)) => format!("{} (default)", self.file(key)),
            (0x00, None) => "default key".into(),
            _ => self.key(p2),
        }
    }

    /// An application by what SELECT calls it.
    pub(super) fn application(&self, aid: &[u8]) -> String {
        match Names::embedded().application(aid) {
            Some(application) => application.name.clone(),
            None if aid.is_empty() => "without a name".into(),
            None if aid.len() <= LONGEST_NAME => format!("application {}", spaced(aid)),
            None => format!("application of {}", count(aid.len())),
        }
    }
}

/// Longest name of an application.
const LONGEST_NAME: usize = 16;
