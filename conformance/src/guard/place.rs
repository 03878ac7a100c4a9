//! Where the card is: the application and the file that are current, as far as they are certain.
//!
//! Nothing is taken for certain that any plausible card could see otherwise (U4 and U5 of the notes on the card's
//! interface). A value whose key is not certain is never presented.

use super::command::{Reference, Selects};
use crate::scenario::{ApplicationName, FileKind, FileName, Names};
use jpki_apdu::StatusWord;

/// The application and the file that are current.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    application: Where<String>,
    file: Where<u16>,
}

/// What is current, or not certain to be.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Where<T> {
    Nowhere,
    At(T),
    Unsure,
}

impl Place {
    /// After power-up: at MF level, no file.
    pub(super) const fn powered_up() -> Self {
        Self { application: Where::Nowhere, file: Where::Nowhere }
    }

    /// Nothing is certain.
    pub(super) const fn unsure() -> Self {
        Self { application: Where::Unsure, file: Where::Unsure }
    }

    /// SELECT was answered.
    pub(super) fn selected(&mut self, what: Selects<'_>, status: StatusWord, names: &Names) {
        let done = status == StatusWord::SUCCESS;
        match what {
            Selects::Application(aid) => {
                let named = names.applications.iter().find(|application| application.aid == aid);
                (self.application, self.file) = match named {
                    Some(named) if done => (Where::At(named.name.clone()), Where::Nowhere),
                    // The beginning of a name may reach anything; a refused one should change nothing.
                    _ => (Where::Unsure, Where::Unsure),
                };
            }
            Selects::File(id) => self.file = if done { Where::At(id) } else { Where::Unsure },
            Selects::Other => *self = Self::unsure(),
        }
    }

    /// A file was named by its short identifier: whether it is current now is not settled.
    pub(super) fn named(&mut self, sfi: u8) {
        if self.file != Where::At(u16::from(sfi)) {
            self.file = Where::Unsure;
        }
    }

    /// The application, when it is certain.
    pub(super) fn application<'n>(&self, names: &'n Names) -> Option<&'n ApplicationName> {
        match &self.application {
            Where::At(name) => names.application(name),
            Where::Nowhere | Where::Unsure => None,
        }
    }

    /// The identifier of the current file, when it is certain.
    pub(super) const fn file(&self) -> Option<u16> {
        match self.file {
            Where::At(id) => Some(id),
            Where::Nowhere | Where::Unsure => None,
        }
    }

    /// The key that the card would take, when that is certain.
    pub(super) fn key<'n>(&self, reference: Reference, names: &'n Names) -> Option<&'n FileName> {
        let files = &self.application(names)?.files;
        let file = match reference {
            Reference::Current => files.iter().find(|file| Some(file.id) == self.file()),
            Reference::Short(sfi) => files.iter().find(|file| file.sfi() == sfi),
        };
        file.filter(|file| file.kind == FileKind::Pin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::Vectors;

    const JPKI: [u8; 10] = [0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];

    fn names() -> Names {
        Names::load(&Vectors::embedded()).expect("they are well formed")
    }

    fn in_jpki(names: &Names) -> Place {
        let mut place = Place::powered_up();
        place.selected(Selects::Application(&JPKI), StatusWord::SUCCESS, names);
        place
    }

    fn key<'n>(place: &Place, reference: Reference, names: &'n Names) -> Option<&'n str> {
        place.key(reference, names).map(|file| &*file.name)
    }

    #[test]
    fn a_key_is_certain_once_its_application_is() {
        let names = names();
        assert_eq!(key(&Place::powered_up(), Reference::Short(0x18), &names), None);
        assert_eq!(key(&in_jpki(&names), Reference::Short(0x18), &names), Some("auth-pin"));
        assert_eq!(key(&in_jpki(&names), Reference::Current, &names), None);
        assert_eq!(key(&in_jpki(&names), Reference::Short(0x17), &names), None, "a private key");
    }

    #[test]
    fn the_current_file_is_certain_until_another_one_is_named() {
        let names = names();
        let mut place = in_jpki(&names);
        place.selected(Selects::File(0x001B), StatusWord::SUCCESS, &names);
        assert_eq!(key(&place, Reference::Current, &names), Some("sign-pin"));
        place.named(0x1B);
        assert_eq!(key(&place, Reference::Current, &names), Some("sign-pin"));
        place.named(0x06);
        assert_eq!(key(&place, Reference::Current, &names), None);
    }

    #[test]
    fn after_a_refused_select_nothing_is_certain() {
        let names = names();
        let mut place = in_jpki(&names);
        place.selected(Selects::Application(&[0xA0, 0, 0, 3, 8]), StatusWord::NOT_FOUND, &names);
        assert_eq!(key(&place, Reference::Short(0x18), &names), None);
        let mut place = in_jpki(&names);
        place.selected(Selects::Application(&JPKI[..9]), StatusWord::SUCCESS, &names);
        assert_eq!(key(&place, Reference::Short(0x18), &names), None, "the beginning of a name");
    }
}
