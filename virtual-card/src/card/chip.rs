//! The image compiled for play: files in a table by short identifier, access conditions as bit masks,
//! knobs as status words. Made once, shared by all clones of a card.

use super::security::{Key, KeyIndex, MOST_KEYS, Opens, Value};
use crate::image::{self, Access, ApplicationKind, CardImage, Change, Content};
use crate::profile::{KeepsOrClears, Knobs, WrongLength};
use crate::signer::Signer;
use jpki_apdu::StatusWord;
use std::sync::Arc;

/// Short identifiers are five bits.
const SHORT_IDENTIFIERS: usize = 32;

/// Application names are 5 to 16 bytes long.
const NAME_LENGTHS: std::ops::RangeInclusive<usize> = 5..=16;

/// READ BINARY reaches offsets below this.
const LONGEST_FILE: usize = 0x8000 + 0xFFFF;

/// Why an image is none that a card can hold: the fault of whoever personalised it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// An application's name is too short or too long.
    #[error("the name of an application has {0} bytes; 5 to 16 are possible")]
    NameLength(usize),
    /// Two applications have the same name.
    #[error("two applications have the name {0}")]
    NameTwice(String),
    /// More applications than a card can hold.
    #[error("a card holds at most 255 applications")]
    TooManyApplications,
    /// A file identifier outside 0001 to 001E: it would have no short identifier.
    #[error("file {file:04X} of application {application} is not among 0001 to 001E")]
    FileIdentifier {
        /// Name of the application, as hex.
        application: String,
        /// The identifier.
        file: u16,
    },
    /// Two files of one application have the same identifier.
    #[error("application {application} has two files {file:04X}")]
    FileTwice {
        /// Name of the application, as hex.
        application: String,
        /// The identifier.
        file: u16,
    },
    /// A file, record or data object is longer than any response.
    #[error("{0} bytes are more than one file, record or data object can have")]
    TooLong(usize),
    /// More keys than there are bits in the security status.
    #[error("a card holds at most 31 keys that VERIFY names")]
    TooManyKeys,
    /// The value of a key is longer than 16 bytes.
    #[error("the value of key {file:04X} of application {application} is longer than 16 bytes")]
    ValueTooLong {
        /// Name of the application, as hex.
        application: String,
        /// Identifier of the key file.
        file: u16,
    },
    /// A file asks for a key that its application does not have.
    #[error("application {application} has no key {key:04X} that could open a file")]
    NoSuchKey {
        /// Name of the application, as hex.
        application: String,
        /// Identifier of the key file.
        key: u16,
    },
    /// A knob has a value that no card plays.
    #[error("knob {knob} cannot be \"{value}\"; it is one of {allowed}")]
    Knob {
        /// Name of the knob.
        knob: &'static str,
        /// What the profile says.
        value: String,
        /// What it can be.
        allowed: &'static str,
    },
}

/// A card's content, ready to be played.
pub(super) struct Chip {
    image: Arc<CardImage>,
    pub(super) answers: Answers,
    pub(super) applications: Vec<Application>,
    /// The keys that VERIFY names, over all applications.
    pub(super) keys: Vec<KeyMade>,
}

/// An application, its files in a table by short identifier.
pub(super) struct Application {
    pub(super) kind: ApplicationKind,
    pub(super) name: Vec<u8>,
    files: [Option<File>; SHORT_IDENTIFIERS],
    /// Short identifier of the key that P2 = 00 signs with.
    pub(super) default_key: Option<u8>,
}

impl Application {
    /// The file with this short identifier.
    #[inline]
    pub(super) fn file(&self, sfi: u8) -> Option<&File> {
        self.files.get(usize::from(sfi))?.as_ref()
    }
}

/// An elementary file.
pub(super) enum File {
    Transparent { bytes: Arc<[u8]>, read: Opens },
    Records { records: Vec<Vec<u8>>, read: Opens },
    Key(KeyIndex),
    PrivateKey { signer: Signer, usage: Opens, authenticates: bool },
    Opaque { internal: bool },
}

/// A key as personalisation made it.
pub(super) struct KeyMade {
    /// Index of its application.
    pub(super) application: u8,
    /// Identifier of its file.
    pub(super) file: u16,
    pub(super) tries: u8,
    pub(super) change: Change,
    pub(super) factory: Key,
}

/// How the card answers where the sources disagree: the knobs, read.
pub(super) struct Answers {
    pub(super) same_application_select_keeps: bool,
    pub(super) warm_reset_keeps: bool,
    pub(super) failed_verify_keeps: bool,
    pub(super) blocked_verify: StatusWord,
    /// Of a READ BINARY at or past the end; `9000` and `6282` come without data.
    pub(super) read_past_end: StatusWord,
    pub(super) short_read: StatusWord,
    pub(super) fci: bool,
    pub(super) interindustry_sign: bool,
    pub(super) wrong_length_counts: bool,
    /// The five-byte VERIFY without data is a query, instead of `6700`.
    pub(super) query_may_carry_le: bool,
    pub(super) first_command_fails: bool,
    pub(super) terminal_certificate: bool,
    pub(super) secure_messaging: bool,
}

impl Chip {
    pub(super) fn compile(image: Arc<CardImage>) -> Result<Self, ImageError> {
        let answers = Answers::read(&image.knobs)?;
        if image.applications.len() > usize::from(u8::MAX) {
            return Err(ImageError::TooManyApplications);
        }
        let mut keys = Vec::new();
        let mut applications: Vec<Application> = Vec::with_capacity(image.applications.len());
        for (index, made) in image.applications.iter().enumerate() {
            if applications.iter().any(|other| other.name == made.aid) {
                return Err(ImageError::NameTwice(hex::encode_upper(&made.aid)));
            }
            applications.push(Application::compile(index as u8, made, &mut keys)?);
        }
        for (_, object) in image.objects.iter().chain(&image.common_objects) {
            bounded(object.len())?;
        }
        Ok(Self { image, answers, applications, keys })
    }

    pub(super) fn image(&self) -> &CardImage {
        &self.image
    }

    pub(super) fn key(&self, key: KeyIndex) -> &KeyMade {
        &self.keys[usize::from(key.0)]
    }
}

impl Application {
    fn compile(index: u8, made: &image::Application, keys: &mut Vec<KeyMade>) -> Result<Self, ImageError> {
        if !NAME_LENGTHS.contains(&made.aid.len()) {
            return Err(ImageError::NameLength(made.aid.len()));
        }
        let application = || hex::encode_upper(&made.aid);
        let first_key = keys.len();
        for file in &made.files {
            if let Content::Pin(pin) = &file.content {
                let value = Value::new(&pin.value)
                    .ok_or_else(|| ImageError::ValueTooLong { application: application(), file: file.id })?;
                keys.push(KeyMade {
                    application: index,
                    file: file.id,
                    tries: pin.tries,
                    change: pin.change,
                    factory: Key { value, tries_left: pin.tries_left },
                });
            }
        }
        if keys.len() > MOST_KEYS {
            return Err(ImageError::TooManyKeys);
        }
        let own = &keys[first_key..];
        let key = |id: u16| {
            let at = own.iter().position(|key| key.file == id);
            at.map(|at| KeyIndex((first_key + at) as u8))
                .ok_or_else(|| ImageError::NoSuchKey { application: application(), key: id })
        };
        let mut files = [const { None }; SHORT_IDENTIFIERS];
        for file in &made.files {
            let sfi = short_identifier(file.id)
                .ok_or_else(|| ImageError::FileIdentifier { application: application(), file: file.id })?;
            if files[usize::from(sfi)].replace(File::compile(file, key)?).is_some() {
                return Err(ImageError::FileTwice { application: application(), file: file.id });
            }
        }
        let default_key = made.default_key.and_then(short_identifier);
        Ok(Self { kind: made.kind, name: made.aid.clone(), files, default_key })
    }
}

impl File {
    fn compile(
        made: &image::File,
        key: impl Fn(u16) -> Result<KeyIndex, ImageError>,
    ) -> Result<Self, ImageError> {
        let opens = |access: &Access| match access {
            Access::Free => Ok(Opens::FREE),
            Access::AnyOf(ids) => {
                Ok(Opens::any_of(ids.iter().map(|&id| key(id)).collect::<Result<Vec<_>, _>>()?))
            }
        };
        Ok(match &made.content {
            Content::Transparent { bytes, read } => {
                bounded(bytes.len())?;
                Self::Transparent { bytes: Arc::clone(bytes), read: opens(read)? }
            }
            Content::Records { records, read } => {
                records.iter().try_for_each(|record| bounded(record.len()))?;
                Self::Records { records: records.clone(), read: opens(read)? }
            }
            Content::Pin(_) => Self::Key(key(made.id)?),
            Content::PrivateKey { signer, usage, authenticates } => Self::PrivateKey {
                signer: signer.clone(),
                usage: opens(usage)?,
                authenticates: *authenticates,
            },
            Content::Opaque { internal } => Self::Opaque { internal: *internal },
        })
    }
}

/// The short identifier of a file: the low five bits of its id, which must be all there is to it.
pub(super) fn short_identifier(id: u16) -> Option<u8> {
    matches!(id, 0x0001..=0x001E).then_some(id as u8)
}

fn bounded(len: usize) -> Result<(), ImageError> {
    if len > LONGEST_FILE { Err(ImageError::TooLong(len)) } else { Ok(()) }
}

impl Answers {
    fn read(knobs: &Knobs) -> Result<Self, ImageError> {
        let word = |knob, value: &String, allowed: &'static str| match u16::from_str_radix(value, 16) {
            Ok(word) if allowed.split(' ').any(|one| one == value) => Ok(StatusWord(word)),
            _ => Err(ImageError::Knob { knob, value: value.clone(), allowed }),
        };
        let query_may_carry_le = match knobs.empty_verify_with_le.as_str() {
            "6700" => false,
            "63CX" | "63Cx" => true,
            value => {
                let value = value.to_owned();
                return Err(ImageError::Knob { knob: "empty_verify_with_le", value, allowed: "6700 63CX" });
            }
        };
        Ok(Self {
            same_application_select_keeps: knobs.same_application_select == KeepsOrClears::Keeps,
            warm_reset_keeps: knobs.warm_reset == KeepsOrClears::Keeps,
            failed_verify_keeps: knobs.failed_verify == KeepsOrClears::Keeps,
            blocked_verify: word("blocked_verify", &knobs.blocked_verify, "6984 6983")?,
            read_past_end: word("read_past_end", &knobs.read_past_end, "6B00 6282 9000")?,
            short_read: word("short_read", &knobs.short_read, "9000 6282")?,
            fci: knobs.fci,
            interindustry_sign: knobs.interindustry_sign,
            wrong_length_counts: knobs.wrong_length_verify == WrongLength::Counts,
            query_may_carry_le,
            first_command_fails: knobs.first_command_fails,
            terminal_certificate: knobs.terminal_certificate,
            secure_messaging: knobs.secure_messaging,
        })
    }
}
