//! How a step shapes what it sends.

use schemars::JsonSchema;
use serde::Deserialize;

/// How a client goes through a file: SELECT EF, then READ BINARY by READ BINARY. Each answers `9000` with
/// all that was asked for, as far as the file has it; the data is the object, without what follows it.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ReadStyle {
    /// The first READ asks for so many bytes at offset 0, and the object's length is taken from its
    /// BER-TLV header. Absent: no such READ, the length stays unknown.
    #[serde(default)]
    pub header: Option<u8>,
    /// Offset at which the blocks start: 0 reads the header again, its own length goes on behind it.
    #[serde(default)]
    pub from: u16,
    /// Bytes that a block asks for, 1 to 256.
    #[serde(default = "ReadStyle::whole_block")]
    pub block: u16,
    /// How it ends.
    pub last: LastBlock,
}

impl ReadStyle {
    fn whole_block() -> u16 {
        256
    }
}

/// How a client's way through a file ends.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum LastBlock {
    /// The last block asks for exactly what the object still has.
    Exact,
    /// The last block asks for a whole block like the others, beyond the end of the object.
    Whole,
    /// Whole blocks until one comes back short or `6B00` (`6282`) says that the end was reached.
    UntilShort,
    /// Whole blocks, also after a short one, until `6B00` or an answer without data.
    UntilRefused,
}

/// A reset that a scenario asks for.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Power {
    /// Power off and on.
    Cold,
    /// Reset line only.
    Warm,
}

/// Something that happens to a card outside its APDUs. A card that cannot be put through it skips the scenario.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// The municipality initialises the key: counter full, value `to`.
    Unlock,
    /// Somebody tries to force the chip open.
    Tamper,
}

/// How a key is addressed.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Addressing {
    /// P2 = 80: the current elementary file.
    Current,
    /// P2 = 80 + short identifier.
    Sfi,
    /// P2 = 00: the application's default key.
    Default,
}

/// Le of a step.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(try_from = "LeValue")]
pub enum Le {
    /// No Le field.
    Absent,
    /// So many bytes.
    Bytes(u32),
}

/// Le as written: a number or `"none"`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum LeValue {
    Bytes(u32),
    Word(String),
}

impl TryFrom<LeValue> for Le {
    type Error = String;

    fn try_from(value: LeValue) -> Result<Self, Self::Error> {
        match value {
            LeValue::Bytes(n @ 1..=65_536) => Ok(Self::Bytes(n)),
            LeValue::Bytes(n) => Err(format!("Le is from 1 to 65536, not {n}")),
            LeValue::Word(word) if word == "none" => Ok(Self::Absent),
            LeValue::Word(word) => Err(format!("Le is a number or \"none\", not \"{word}\"")),
        }
    }
}

/// What SET SESSION KEY carries.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum SessionKey {
    /// `A0 22 80 20` and a seed of 32 bytes, under RSAES-OAEP with SHA-256.
    Right,
    /// The seed as a key for checksums: `A0 22 81 20`.
    WrongTag,
    /// A key for encryption and one for checksums: `A0 44 80 20 … 81 20 …`.
    BothKeys,
    /// A seed of 31 bytes.
    ShortSeed,
    /// A seed of 33 bytes.
    LongSeed,
    /// A byte behind the template.
    TrailingByte,
    /// `80 20` and the seed, without a template around it.
    NoTemplate,
    /// The key's modulus itself: the least number that is no cryptogram.
    Modulus,
    /// Two less than the modulus: the greatest cryptogram that is not its own root, as 0, 1 and the modulus
    /// less one are. Nothing well formed is in it.
    BelowModulus,
}

/// How a command is covered under a session.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(try_from = "SecuredValue")]
pub enum Secured {
    /// `true`: as it should be.
    Well,
    /// `"long-form"`: as it should be, with the length of the object in two bytes, `81 11`.
    LongForm,
    /// `"bad-padding"`: what is encrypted does not end in padding.
    BadPadding,
    /// `"part-of-a-block"`: the cryptogram lacks its last byte.
    PartOfABlock,
    /// `"wrong-indicator"`: padding indicator 02.
    WrongIndicator,
    /// `"other-object"`: object 96 instead of 86, or 86 instead of 96.
    OtherObject,
    /// `"no-object"`: no data field.
    NoObject,
    /// `"two-objects"`: the right object twice.
    TwoObjects,
    /// `"checksum"`: the right object, and a checksum object 8E beside it.
    Checksum,
    /// `"wrong-counter"`: encrypted as if it were a later command.
    WrongCounter,
}

impl Secured {
    const WORDS: [(&str, Self); 9] = [
        ("long-form", Self::LongForm),
        ("bad-padding", Self::BadPadding),
        ("part-of-a-block", Self::PartOfABlock),
        ("wrong-indicator", Self::WrongIndicator),
        ("other-object", Self::OtherObject),
        ("no-object", Self::NoObject),
        ("two-objects", Self::TwoObjects),
        ("checksum", Self::Checksum),
        ("wrong-counter", Self::WrongCounter),
    ];

    /// It concerns the cryptogram, so that a command without data cannot be covered in this way.
    pub(crate) fn needs_data(self) -> bool {
        matches!(
            self,
            Self::LongForm
                | Self::BadPadding
                | Self::PartOfABlock
                | Self::WrongIndicator
                | Self::WrongCounter
        )
    }
}

/// A cover as written: `true` or a word.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum SecuredValue {
    Flag(bool),
    Word(#[schemars(extend("enum" = Secured::WORDS.map(|(word, _)| word)))] String),
}

impl TryFrom<SecuredValue> for Secured {
    type Error = String;

    fn try_from(value: SecuredValue) -> Result<Self, Self::Error> {
        let known = || Self::WORDS.map(|(word, _)| word).join(", ");
        match value {
            SecuredValue::Flag(true) => Ok(Self::Well),
            SecuredValue::Flag(false) => {
                Err("a command in clear has no \"secured\": leave the word out".to_owned())
            }
            SecuredValue::Word(word) => {
                let found = Self::WORDS.iter().find(|(known, _)| *known == word);
                found
                    .map(|(_, secured)| *secured)
                    .ok_or_else(|| format!("\"secured\" is true or one of {}, not \"{word}\"", known()))
            }
        }
    }
}

/// Signature scheme: P1 of COMPUTE DIGITAL SIGNATURE.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// P1 = 00: the input is padded verbatim with PKCS#1 v1.5 type 1.
    Verbatim,
    /// P1 = 01: the card hashes; the bare hash is padded.
    HashBare,
    /// P1 = 02: a SHA-256 hash comes in; the card adds the DigestInfo.
    HashGiven,
    /// P1 = 03: the card hashes and adds the DigestInfo.
    HashOnCard,
    /// P1 = 04: a SHA-256 hash comes in; RSASSA-PSS.
    PssHashGiven,
    /// P1 = 05: the card hashes; RSASSA-PSS.
    PssHashOnCard,
}
