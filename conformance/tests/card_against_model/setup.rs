//! A card's file as the oracle takes it: counters, values and knobs.

use jpki_conformance::scenario::{ApplicationName, FileKind, Names};
use jpki_model::{Application, Key, Kind, Knobs, Secret, Setup, Status, Tries, WrongLength};
use jpki_virtual_card::profile::{self, CardProfile, KeepsOrClears};
use std::collections::BTreeMap;

/// A card's file as the oracle takes it.
pub(crate) struct CardFile {
    /// What the oracle starts from.
    pub(crate) setup: Setup,
    /// The applications on the card.
    pub(crate) applications: Vec<Application>,
    pub(crate) values: Values,
}

/// The values of the keys: those of the factory, and those that the holder changes them to.
pub(crate) struct Values(BTreeMap<Key, Vec<u8>>);

impl Values {
    /// The value of a key. The holder's differs from the factory's in its last character only, so that each is a
    /// well-formed wrong value while the other is right.
    pub(crate) fn of(&self, key: Key, secret: Secret) -> Vec<u8> {
        let mut value = self.0.get(&key).filter(|value| !value.is_empty()).cloned();
        let value = value.get_or_insert_with(|| b"1234".to_vec());
        if let (Secret::Changed, Some(last)) = (secret, value.last_mut()) {
            *last = if matches!(*last, b'9' | b'Z') { *last - 1 } else { *last + 1 };
        }
        value.clone()
    }
}

impl CardFile {
    /// Translates the words of a card's file.
    pub(crate) fn new(profile: &CardProfile, names: &Names) -> Self {
        let there =
            |name: &ApplicationName| name.name == "issuer" || profile.applications.contains(&name.name);
        let installed = names.applications.iter().filter(|name| there(name));
        let applications: Vec<_> = installed.filter_map(|name| application(&name.aid)).collect();
        let (mut keys, mut values) = (BTreeMap::new(), BTreeMap::new());
        for (application_name, file) in
            names.files().filter(|(name, file)| there(name) && file.kind == FileKind::Pin)
        {
            let Some(application) = application(&application_name.aid) else { continue };
            let (key, personal) = (Key(application, file.id), profile.keys.get(&file.name));
            let most = personal.map_or(0, |personal| personal.tries);
            let left = personal.and_then(|personal| personal.tries_left).unwrap_or(most);
            keys.insert(key, Tries { most, left });
            let value = personal.and_then(|personal| personal.value.as_ref());
            values.insert(key, value.map(|value| value.as_bytes().to_vec()).unwrap_or_default());
        }
        let setup = Setup { keys, knobs: knobs(&profile.knobs) };
        Self { setup, applications, values: Values(values) }
    }
}

/// The oracle's application of this name on the wire; none for what it does not model.
fn application(aid: &[u8]) -> Option<Application> {
    Application::ALL.into_iter().find(|application| application.aid() == aid)
}

fn knobs(knobs: &profile::Knobs) -> Knobs {
    let status = |knob| match knob {
        KeepsOrClears::Keeps => Status::Survives,
        KeepsOrClears::Clears => Status::IsLost,
    };
    Knobs {
        same_application_select: status(knobs.same_application_select),
        warm_reset: status(knobs.warm_reset),
        failed_verify: status(knobs.failed_verify),
        blocked_verify: u16::from_str_radix(&knobs.blocked_verify, 16)
            .expect("a status word is four hex digits"),
        wrong_length: match knobs.wrong_length_verify {
            profile::WrongLength::Counts => WrongLength::CostsATry,
            profile::WrongLength::Refused => WrongLength::IsRefused,
        },
        first_command_fails: knobs.first_command_fails,
        ..Knobs::default()
    }
}

#[test]
fn the_oracle_and_the_words_of_the_scenarios_know_the_same_files() {
    let names =
        Names::load(&jpki_conformance::vectors::Vectors::embedded()).expect("the names are well formed");
    for application in Application::ALL {
        let words =
            names.applications.iter().find(|name| name.aid == application.aid()).expect("both know it");
        let opens = |file: &str| {
            let named = words.files.iter().find(|name| name.name == file).expect("a file's keys have names");
            let mut keys: Vec<u16> =
                named.opens_with.iter().map(|key| names.key(key).expect("a key").1.id).collect();
            keys.sort_unstable();
            keys
        };
        let seen: Vec<(u16, FileKind, Vec<u16>, u8)> = words
            .files
            .iter()
            .map(|file| (file.id, file.kind, opens(&file.name), file.tries.unwrap_or(0)))
            .collect();
        let modelled: Vec<(u16, FileKind, Vec<u16>, u8)> =
            application.files().iter().map(|(id, kind)| in_words(*id, *kind)).collect();
        assert_eq!(modelled, seen, "{application}");
    }
}

#[cfg(test)]
fn in_words(id: u16, kind: Kind) -> (u16, FileKind, Vec<u16>, u8) {
    match kind {
        Kind::Transparent(keys) => (id, FileKind::Transparent, keys.to_vec(), 0),
        Kind::Records => (id, FileKind::Record, vec![], 0),
        Kind::Pin(tries, _) => (id, FileKind::Pin, vec![], tries),
        Kind::PrivateKey(keys) => (id, FileKind::PrivateKey, keys.to_vec(), 0),
        Kind::AuthenticationKey => (id, FileKind::PrivateKey, vec![], 0),
        Kind::Internal => (id, FileKind::Key, vec![], 0),
        Kind::Unknown => (id, FileKind::Unknown, vec![], 0),
    }
}
