//! The names that card files use, and the files that personalisation makes, are those of `vectors/applications.toml`.

use jiff::civil::date;
use jpki_virtual_card::image::{Access, Application, Content};
use jpki_virtual_card::personalise::{Keys, embedded_profile, names, personalise};
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize)]
struct Applications {
    application: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    aid: String,
    #[serde(default)]
    files: Vec<FileEntry>,
}

#[derive(Deserialize)]
struct FileEntry {
    name: String,
    id: String,
    kind: String,
    #[serde(default)]
    opens_with: Vec<String>,
    tries: Option<u8>,
}

fn applications() -> Vec<Entry> {
    let text = include_str!("../../vectors/applications.toml");
    let read: Applications = toml::from_str(text).expect("vectors/applications.toml");
    read.application.into_iter().filter(|entry| entry.name != "issuer").collect()
}

fn id(entry: &FileEntry) -> u16 {
    u16::from_str_radix(&entry.id, 16).expect("a file identifier")
}

#[test]
fn the_names_of_applications_and_keys_are_the_same() {
    let entries = applications();
    let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, names::APPLICATIONS);
    let keys = entries.iter().flat_map(|entry| &entry.files).filter(|file| file.kind == "pin");
    let keys: BTreeSet<_> = keys.map(|file| file.name.as_str()).collect();
    assert_eq!(keys, names::KEYS.iter().map(|(name, _)| *name).collect());
}

#[test]
fn a_card_of_all_applications_has_every_file_of_its_kind_and_with_its_access() {
    let mut profile = embedded_profile("standard").expect("the standard card");
    profile.applications.push("licence".into());
    let mut licence_pin = profile.keys["auth-pin"].clone();
    licence_pin.tries = 10;
    profile.keys.insert("licence-pin".into(), licence_pin);
    let image = personalise(&profile, &Keys::Stubs, date(2026, 11, 22)).expect("a card");
    let entries = applications();
    assert_eq!(image.applications.len(), entries.len());
    for (application, entry) in image.applications.iter().zip(&entries) {
        assert_eq!(hex::encode_upper(&application.aid), entry.aid, "{}", entry.name);
        for file in &entry.files {
            compare(application, file, entry);
        }
        let listed: BTreeSet<_> = entry.files.iter().map(id).collect();
        let made = application.files.iter().map(|file| file.id).filter(|id| !listed.contains(id));
        // Whether the licence application has a PIN is no file of ours to name.
        let extra: &[u16] = if entry.name == "licence" { &[0x001A] } else { &[] };
        assert_eq!(made.collect::<Vec<_>>(), extra, "{}", entry.name);
    }
}

fn compare(application: &Application, file: &FileEntry, entry: &Entry) {
    let FileEntry { name, kind, .. } = file;
    let made = application.files.iter().find(|made| made.id == id(file));
    let made = &made.unwrap_or_else(|| panic!("{name} is not on the card")).content;
    let opens = |access: &Access| {
        let keys = file.opens_with.iter().map(|key| {
            id(entry.files.iter().find(|other| other.name == *key).unwrap_or_else(|| panic!("{key}")))
        });
        let keys: Vec<_> = keys.collect();
        let expected = if keys.is_empty() { Access::Free } else { Access::AnyOf(keys) };
        assert_eq!(*access, expected, "{name}");
    };
    match (kind.as_str(), made) {
        ("transparent", Content::Transparent { read, .. }) | ("record", Content::Records { read, .. }) => {
            opens(read)
        }
        ("private-key", Content::PrivateKey { usage, .. }) => opens(usage),
        ("pin", Content::Pin(pin)) => assert_eq!(Some(pin.tries), file.tries, "{name}"),
        ("unknown" | "key", Content::Opaque { .. }) => {}
        (kind, made) => panic!("{name} is {made:?}, not a {kind}"),
    }
}
