//! The names that scenarios use: applications, elementary files and keys, from `vectors/applications.toml`.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::strict;
use crate::vectors::Vectors;
use jpki_apdu::CommandBuf;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `vectors/applications.toml`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// Version of this file format; 1 today.
    pub format: u32,
    /// The applications of a card.
    #[serde(rename = "application")]
    pub applications: Vec<ApplicationName>,
}

/// An application (DF) by name.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ApplicationName {
    /// Its name in scenarios.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// Its name on the wire, as hex.
    #[serde(deserialize_with = "hex_bytes")]
    #[schemars(with = "String")]
    pub aid: Vec<u8>,
    /// Not every card carries it.
    #[serde(default)]
    pub optional: bool,
    /// Its elementary files.
    #[serde(default)]
    pub files: Vec<FileName>,
}

/// An elementary file by name.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct FileName {
    /// Its name in scenarios, unique on the card.
    pub name: String,
    /// File identifier, four hex digits; its low five bits are the short identifier.
    #[serde(deserialize_with = "file_id")]
    #[schemars(with = "String")]
    pub id: u16,
    /// What kind of file it is.
    pub kind: FileKind,
    /// The keys that open it, any one of them.
    #[serde(default)]
    pub opens_with: Vec<String>,
    /// Greatest number of tries of a key.
    #[serde(default)]
    pub tries: Option<u8>,
    /// The command that changes a key: instruction byte as hex, `24` or `32`.
    #[serde(default)]
    pub change: Option<String>,
    /// How the security status of a key is seen from outside.
    #[serde(default)]
    pub proof: Option<Proof>,
}

impl ApplicationName {
    /// Its keys: what VERIFY is held against.
    pub fn keys(&self) -> impl Iterator<Item = &FileName> {
        self.files.iter().filter(|file| file.kind == FileKind::Pin)
    }
}

impl FileName {
    /// Short identifier, 1 to 30.
    #[must_use]
    pub const fn sfi(&self) -> u8 {
        self.id as u8 & 0x1F
    }

    /// The command that gives a key another value, but for the value: CHANGE KEY or CHANGE REFERENCE DATA.
    #[must_use]
    pub fn change_command(&self) -> CommandBuf {
        let p2 = 0x80 | self.sfi();
        match self.is_changed_by_change_key() {
            true => CommandBuf::new(0x80, 0x32, 0x00, p2),
            false => CommandBuf::new(0x00, 0x24, 0x01, p2),
        }
    }

    /// CHANGE KEY gives it another value, not CHANGE REFERENCE DATA.
    #[must_use]
    pub fn is_changed_by_change_key(&self) -> bool {
        self.change.as_deref() == Some("32")
    }
}

/// What kind of file an elementary file is.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// Bytes, read by offset.
    Transparent,
    /// Records, read by number.
    Record,
    /// A value that VERIFY is held against.
    Pin,
    /// A key that signs.
    PrivateKey,
    /// A key of another kind.
    Key,
    /// It exists; nothing else is known.
    Unknown,
}

/// What a key opens: how its security status is seen from outside.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Proof {
    /// Reading this file.
    Read(String),
    /// Signing with this key.
    Sign(String),
}

impl Proof {
    /// The file that is read or the key that signs.
    #[must_use]
    pub fn target(&self) -> &String {
        let (Self::Read(name) | Self::Sign(name)) = self;
        name
    }
}

fn hex_bytes<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    hex::decode(&text).map_err(|error| serde::de::Error::custom(format!("\"{text}\" is no hex: {error}")))
}

fn file_id<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let text = String::deserialize(deserializer)?;
    match u16::from_str_radix(&text, 16) {
        Ok(id @ 1..=0x1E) if text.len() == 4 => Ok(id),
        _ => Err(serde::de::Error::custom(format!("a file identifier is 0001 to 001E, not \"{text}\""))),
    }
}

impl Names {
    /// Reads `applications.toml`.
    ///
    /// # Errors
    /// The file is not there, is malformed, gives a name twice or names what it does not have.
    pub fn load(vectors: &Vectors) -> Result<Self, Diagnostics> {
        let mut found = Diagnostics::new();
        let Some(file) = vectors.get("applications.toml") else {
            let file = crate::vectors::SourceFile::new("applications.toml", "");
            return Err(Diagnostic::of(&file, "the vectors have no applications.toml").into());
        };
        let names: Option<Self> = strict::read(file, &mut found);
        let Some(names) = names else { return Err(found) };
        let place = |name: &str| {
            let start = file.text.find(&format!("\"{name}\"")).unwrap_or_default();
            start..start + name.len() + 2
        };
        let mut seen = Vec::new();
        for (application, file_name) in names.files() {
            if seen.contains(&&file_name.name) {
                let message = format!("the name \"{}\" stands twice", file_name.name);
                found.push(Diagnostic::at(file, place(&file_name.name), message));
            }
            seen.push(&file_name.name);
            let proof = file_name.proof.iter().map(|proof| proof.target());
            for other in file_name.opens_with.iter().chain(proof) {
                if !application.files.iter().any(|file| file.name == *other) {
                    let message = format!("application \"{}\" has no file \"{other}\"", application.name);
                    let known = application.files.iter().map(|file| &*file.name);
                    found.push(Diagnostic::at(file, place(other), message).did_you_mean(other, known));
                }
            }
        }
        found.or(names)
    }

    /// The application of this name.
    #[must_use]
    pub fn application(&self, name: &str) -> Option<&ApplicationName> {
        self.applications.iter().find(|application| application.name == name)
    }

    /// The file of this name and the application that it belongs to.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<(&ApplicationName, &FileName)> {
        self.files().find(|(_, file)| file.name == name)
    }

    /// The key of this name (something that VERIFY is held against) and its application.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<(&ApplicationName, &FileName)> {
        self.file(name).filter(|(_, file)| file.kind == FileKind::Pin)
    }

    /// All keys with their applications.
    pub fn keys(&self) -> impl Iterator<Item = (&ApplicationName, &FileName)> {
        self.files().filter(|(_, file)| file.kind == FileKind::Pin)
    }

    /// All files with their applications.
    pub fn files(&self) -> impl Iterator<Item = (&ApplicationName, &FileName)> {
        self.applications
            .iter()
            .flat_map(|application| application.files.iter().map(move |file| (application, file)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_the_card_are_read() {
        let names = Names::load(&Vectors::embedded()).expect("they are well formed");
        let (application, pin) = names.key("auth-pin").expect("it is known");
        assert_eq!((&*application.name, pin.id, pin.sfi(), pin.tries), ("jpki", 0x0018, 0x18, Some(3)));
        assert_eq!(pin.proof, Some(Proof::Sign("auth-key".into())));
        assert!(names.key("auth-key").is_none(), "a private key is not verified");
    }

    #[test]
    fn a_proof_that_the_application_does_not_have_is_an_error() {
        let mut vectors = Vectors::default();
        let text = "format = 1\n[[application]]\nname = \"jpki\"\ntitle = \"-\"\naid = \"D392\"\nfiles = [\n  { name = \"auth-pin\", id = \"0018\", kind = \"pin\", proof = { sign = \"auth-kye\" } },\n  { name = \"auth-key\", id = \"0017\", kind = \"private-key\" },\n]\n";
        vectors.insert("applications.toml", "applications.toml", text);
        insta::assert_snapshot!(Names::load(&vectors).expect_err("there is no auth-kye"));
    }
}
