//! The image compiled for play: files in a table by short identifier, access conditions as bit masks,
//! knobs as status words. Made once, shared by all clones of a card.

use super::answers::Answers;
use super::image_error::ImageError;
use super::security::{Key, KeyIndex, MOST_KEYS, Opens, Value};
use crate::image::{self, Access, ApplicationKind, CardImage, Change, Content};
use crate::signer::Signer;
use std::sync::Arc;

/// Short identifiers are five bits.
const SHORT_IDENTIFIERS: usize = 32;

/// Application names are 5 to 16 bytes long.
const NAME_LENGTHS: std::ops::RangeInclusive<usize> = 5..=16;

/// The key that must be verified before SET SESSION KEY.
const TEXT_PIN: u16 = 0x0011;

/// READ BINARY reaches offsets below this.
const LONGEST_FILE: usize = 0x8000 + 0xFFFF;

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
    pub(super) session_key: Option<SessionKey>,
}

/// What SET SESSION KEY decrypts with.
pub(super) struct SessionKey {
    pub(super) signer: Signer,
    /// The input-support PIN; 照合番号A and B do not suffice.
    pub(super) usage: Opens,
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

    /// The key with this file in the application of this name on the wire.
    pub(super) fn find_key(&self, application: &[u8], file: u16) -> Option<KeyIndex> {
        let named = |made: &KeyMade| {
            made.file == file && self.applications[usize::from(made.application)].name == application
        };
        self.keys.iter().position(named).map(|index| KeyIndex(index as u8))
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
        Ok(Self {
            kind: made.kind,
            name: made.aid.clone(),
            files,
            default_key: made.default_key.and_then(short_identifier),
            session_key: made
                .session_key
                .clone()
                .map(|signer| SessionKey { signer, usage: Opens::any_of(key(TEXT_PIN)) }),
        })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::testing::image;
    use rstest::rstest;

    fn refusal(change: impl FnOnce(&mut CardImage)) -> Option<String> {
        let mut image = image();
        change(&mut image);
        Chip::compile(Arc::new(image)).err().map(|error| error.to_string())
    }

    fn first_file(image: &mut CardImage) -> &mut image::File {
        &mut image.applications[0].files[0]
    }

    #[test]
    fn the_tiny_image_is_a_cards() {
        assert_eq!(refusal(|_| {}), None);
    }

    #[rstest]
    #[case::a_short_name(|image: &mut CardImage| image.applications[0].aid.truncate(4),
        "the name of an application has 4 bytes; 5 to 16 are possible")]
    #[case::a_name_twice(|image: &mut CardImage| image.applications[1].aid = image.applications[0].aid.clone(),
        "two applications have the name D392F000260100000001")]
    #[case::an_identifier_without_a_short_one(|image: &mut CardImage| first_file(image).id = 0x2F10,
        "file 2F10 of application D392F000260100000001 is not among 0001 to 001E")]
    #[case::an_identifier_twice(|image: &mut CardImage| first_file(image).id = 0x0006,
        "application D392F000260100000001 has two files 0006")]
    #[case::a_key_that_is_not_there(|image: &mut CardImage| first_file(image).content = Content::Records {
        records: vec![], read: Access::AnyOf(vec![0x11]) },
        "application D392F000260100000001 has no key 0011 that could open a file")]
    #[case::a_long_value(|image: &mut CardImage| first_file(image).content = Content::Pin(image::Pin {
        value: vec![0; 17], tries: 3, tries_left: 3, change: Change::Never }),
        "the value of key 0001 of application D392F000260100000001 is longer than 16 bytes")]
    #[case::an_object_longer_than_a_response(|image: &mut CardImage| image.objects[0].1 = vec![0; 98_304],
        "98304 bytes are more than one file, record or data object can have")]
    #[case::a_knob_that_no_card_plays(|image: &mut CardImage| image.knobs.blocked_verify = "9000".into(),
        "knob blocked_verify cannot be \"9000\"; it is one of 6984 6983")]
    #[case::a_knob_that_is_no_word(|image: &mut CardImage| image.knobs.empty_verify_with_le = "no".into(),
        "knob empty_verify_with_le cannot be \"no\"; it is one of 6700 63CX")]
    fn an_image_that_no_card_can_hold_is_an_error(#[case] change: fn(&mut CardImage), #[case] words: &str) {
        assert_eq!(refusal(change).as_deref(), Some(words));
    }

    #[test]
    fn a_card_holds_31_keys_and_no_more() {
        let keys = |count: u16| {
            move |image: &mut CardImage| {
                let pin = image::Pin { value: vec![], tries: 1, tries_left: 1, change: Change::Never };
                image.applications.truncate(2);
                for (application, range) in image.applications.iter_mut().zip([1..=30, 31..=count]) {
                    application.files = range
                        .map(|id| image::File { id: (id - 1) % 30 + 1, content: Content::Pin(pin.clone()) })
                        .collect();
                    application.session_key = None;
                }
            }
        };
        assert_eq!(refusal(keys(31)), None);
        assert_eq!(refusal(keys(32)).as_deref(), Some("a card holds at most 31 keys that VERIFY names"));
    }
}
