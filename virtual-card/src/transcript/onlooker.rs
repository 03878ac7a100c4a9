//! Which application and which file are current, as anybody sees who reads the commands and the answers.
//!
//! Whenever the two leave a doubt, the onlooker says that it does not know: what is read then is not shown.

use super::Event;
use crate::image::CardImage;
use crate::names::Names;
use crate::profile::KeepsOrClears;
use jpki_apdu::StatusWord;
use jpki_apdu::tlv::ber::{Object, Tag};

/// Name of the issuer security domain, which is no application of the image.
const ISSUER: &str = "issuer";

/// A READ that was carried out and met the end of the file.
const SHORT_READ: StatusWord = StatusWord(0x6282);

/// What the reader's side has seen of the card's selection.
#[derive(Clone, Debug, Default)]
pub(super) struct Onlooker {
    application: Selected,
    file: Current,
}

/// Which application is current.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Selected {
    /// Not known.
    #[default]
    Unknown,
    /// The issuer security domain.
    Issuer,
    /// The application with this name on the wire.
    Application(Vec<u8>),
}

/// Which elementary file is current.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Current {
    /// Not known.
    #[default]
    Unknown,
    /// None.
    None,
    /// The one with this identifier.
    File(u16),
}

/// What a command does to the selection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing when it is carried out, nothing when it is refused.
    None,
    /// When it is carried out, the application whose name begins so is current.
    Application(Vec<u8>),
    /// When it is carried out, this file is current.
    File(u16),
    /// It names a file by short identifier and uses it: whether a refused one made it current shows nowhere.
    Touch(Current),
    /// Nobody knows such a command: when it is carried out, it might have selected anything.
    Strange,
    /// Nobody else can read what it selects, nor whether a refused one did.
    Forget,
}

impl Onlooker {
    pub(super) fn application(&self) -> &Selected {
        &self.application
    }

    pub(super) fn file(&self) -> Current {
        self.file
    }

    /// Sees what happens between two commands.
    pub(super) fn see(&mut self, event: Event<'_>, image: &CardImage) {
        match event {
            Event::Exchange { .. } => {}
            Event::PowerOn => *self = Self::powered_up(),
            Event::Reset if image.knobs.warm_reset == KeepsOrClears::Keeps => {}
            Event::Reset => *self = Self::powered_up(),
            Event::Control(request) if leaves_the_selection(request) => {}
            Event::PowerOff
            | Event::Inserted(_)
            | Event::Removed
            | Event::Destroyed
            | Event::Torn
            | Event::Control(_) => *self = Self::default(),
        }
    }

    /// Sees the answer to a command with this effect.
    pub(super) fn follow(&mut self, effect: &Effect, answer: Option<&[u8]>, image: &CardImage) {
        let Some((data, status)) = answer.and_then(<[u8]>::split_last_chunk) else {
            // It may have been carried out all the same.
            if *effect != Effect::None {
                *self = Self::default();
            }
            return;
        };
        let sw = StatusWord::from(*status);
        let carried_out = sw == StatusWord::SUCCESS;
        match effect {
            Effect::None => {}
            Effect::Application(name) if carried_out => {
                *self = Self { application: which(name, data, image), file: Current::None };
            }
            Effect::File(id) if carried_out => self.file = Current::File(*id),
            Effect::Application(_) | Effect::File(_) => {}
            Effect::Touch(file) => match sw {
                StatusWord::SUCCESS | SHORT_READ => self.file = *file,
                sw if refuses_before_it_looks(sw) => {}
                _ => self.file = Current::Unknown,
            },
            Effect::Strange if is_refusal(sw) => {}
            Effect::Strange | Effect::Forget => *self = Self::default(),
        }
    }

    /// After power-up the issuer security domain is current.
    fn powered_up() -> Self {
        Self { application: Selected::Issuer, file: Current::None }
    }
}

/// The application of the card that a name or its beginning selects. A beginning that several share is settled
/// by the card's file control information, and by nothing else.
fn which(name: &[u8], fci: &[u8], image: &CardImage) -> Selected {
    let names = Names::embedded();
    let issuer = names.applications.iter().find(|application| application.name == ISSUER);
    let is_issuer = |aid: &[u8]| issuer.is_some_and(|issuer| issuer.aid == aid);
    if name.is_empty() {
        return Selected::Issuer;
    }
    if let Some(aid) = name_in(fci).filter(|aid| aid.starts_with(name)) {
        return if is_issuer(aid) { Selected::Issuer } else { Selected::Application(aid.to_vec()) };
    }
    let on_card = image.applications.iter().map(|application| &application.aid);
    let mut candidates =
        issuer.iter().map(|issuer| &issuer.aid).chain(on_card).filter(|aid| aid.starts_with(name));
    match (candidates.next(), candidates.next()) {
        (Some(only), None) if is_issuer(only) => Selected::Issuer,
        (Some(only), None) => Selected::Application(only.clone()),
        _ => Selected::Unknown,
    }
}

/// The name that file control information gives: `6F { 84 name … }`.
fn name_in(fci: &[u8]) -> Option<&[u8]> {
    let (template, _) = Object::read(fci).ok()?;
    let (name, _) = Object::read(template.value()).ok()?;
    (template.tag() == Tag(0x6F) && name.tag() == Tag(0x84)).then(|| name.value())
}

/// Refusals that come before the card looks for the file: length, parameters, class, instruction, no such file.
fn refuses_before_it_looks(sw: StatusWord) -> bool {
    matches!(sw.0, 0x6700 | 0x6881 | 0x6882 | 0x6884 | 0x6A82 | 0x6A86 | 0x6D00 | 0x6E00)
}

/// The card did nothing: a word of an error.
fn is_refusal(sw: StatusWord) -> bool {
    matches!(sw.0 >> 8, 0x64..=0x6F)
}

/// First words about requests that leave the card where it is, with power and all.
const QUIET: [&str; 10] =
    ["refused:", "status", "lock", "tries", "unlock", "suspend", "revoke", "reinstate", "tear", "delay"];

/// Whether the card still has power and selection after this request; one that is not known may have taken them.
fn leaves_the_selection(request: &str) -> bool {
    request.split_whitespace().next().is_some_and(|word| QUIET.contains(&word))
}
