//! The names of applications, elementary files and keys, from `vectors/applications.toml`: the words of the
//! scenarios, of the control socket and of the transcript.

use serde::{Deserialize, Deserializer, de::Error};
use std::sync::LazyLock;

/// Every name of the card.
#[derive(Clone, Debug, Deserialize)]
pub struct Names {
    /// The applications, the issuer security domain first.
    #[serde(rename = "application")]
    pub applications: Vec<ApplicationName>,
}

/// An application by name.
#[derive(Clone, Debug, Deserialize)]
pub struct ApplicationName {
    /// What it is called.
    pub name: String,
    /// Its name on the wire.
    #[serde(deserialize_with = "bytes")]
    pub aid: Vec<u8>,
    /// Its elementary files.
    #[serde(default)]
    pub files: Vec<FileName>,
}

/// An elementary file by name.
#[derive(Clone, Debug, Deserialize)]
pub struct FileName {
    /// What it is called, unique on the card.
    pub name: String,
    /// File identifier.
    #[serde(deserialize_with = "identifier")]
    pub id: u16,
    /// What kind of file it is: `pin`, `transparent` and so on.
    kind: String,
    /// The keys that open it, any one of them.
    #[serde(default)]
    opens_with: Vec<String>,
}

impl Names {
    /// The names that come with the program.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static READ: LazyLock<Names> = LazyLock::new(|| {
            let text = include_str!("../../vectors/applications.toml");
            toml::from_str(text).expect("a test reads the embedded names")
        });
        &READ
    }

    /// The application with this name on the wire.
    #[must_use]
    pub fn application(&self, aid: &[u8]) -> Option<&ApplicationName> {
        self.applications.iter().find(|application| application.aid == aid)
    }

    /// The key (something that VERIFY is held against) of this name, and its application.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<(&ApplicationName, &FileName)> {
        self.keys().find(|(_, key)| key.name == name)
    }

    /// All keys that VERIFY names.
    pub fn keys(&self) -> impl Iterator<Item = (&ApplicationName, &FileName)> {
        self.applications.iter().flat_map(|application| {
            application.files.iter().filter(|file| file.kind == "pin").map(move |file| (application, file))
        })
    }
}

impl ApplicationName {
    /// The file with this identifier.
    #[must_use]
    pub fn file(&self, id: u16) -> Option<&FileName> {
        self.files.iter().find(|file| file.id == id)
    }
}

impl FileName {
    /// Anybody may read its content on any card.
    #[must_use]
    pub fn is_free(&self) -> bool {
        matches!(&*self.kind, "transparent" | "record") && self.opens_with.is_empty()
    }
}

fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    hex::decode(String::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn identifier<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    u16::from_str_radix(&String::deserialize(deserializer)?, 16).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::Names;
    use crate::personalise::names::KEYS;

    #[test]
    fn every_key_that_a_card_file_names_is_found_by_its_name() {
        for (name, _) in KEYS {
            assert!(Names::embedded().key(name).is_some(), "{name}");
        }
        assert_eq!(Names::embedded().keys().count(), KEYS.len());
    }

    #[test]
    fn a_file_is_free_when_no_key_opens_it_and_it_can_be_read() {
        let jpki = Names::embedded().application(&[0xD3, 0x92, 0xF0, 0, 0x26, 1, 0, 0, 0, 1]).expect("jpki");
        let free: Vec<_> = jpki.files.iter().filter(|file| file.is_free()).map(|file| &*file.name).collect();
        assert_eq!(
            free,
            [
                "sign-ca-certificate",
                "token-information",
                "certificate-availability",
                "auth-certificate",
                "auth-ca-certificate"
            ]
        );
    }
}
