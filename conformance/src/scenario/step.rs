//! One step of a card scenario: what happens, and what is then observed.
//!
//! A step is a row of words in `vectors/scenarios/card/*.toml`. Exactly one *verb* says what happens;
//! *modifiers* shape it; *expectations* say what must be seen. Without an expectation of its own a verb
//! that sends a command expects `9000`. Names of applications, files and keys are those of
//! `vectors/applications.toml`. A string `"$column"` is replaced by the row's value before reading,
//! and `"spends:$column"` takes its text. In hex, spaces are ignored, and `5A*307` stands for 307 bytes `5A`.

use schemars::JsonSchema;
use serde::Deserialize;

/// One step. See the module for how the fields work together.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    // ---- verbs: exactly one -------------------------------------------------------------------
    /// SELECT an application by name (`00 A4 04 0C`), or `"aid:HEX"` for any other name.
    pub select: Option<String>,
    /// SELECT an elementary file (`00 A4 02 0C 02`), by name or by four hex digits.
    pub select_ef: Option<String>,
    /// Reads a whole file: SELECT EF, then READ BINARY in blocks of 256 until the file ends
    /// (a block shorter than asked for, or `6B00`). With `sw` the expectation is on the first READ.
    /// A record file is read with READ RECORD 1.
    pub read: Option<String>,
    /// One READ BINARY at this offset of the current file (or of `sfi`).
    pub read_binary: Option<u32>,
    /// One READ RECORD of this record number.
    pub read_record: Option<u8>,
    /// VERIFY. `"right"`; `"wrong"` and `"wrong-again"` (well formed, two different wrong values);
    /// `"short"`, `"long"` (one character less or more than the right one); `"lower-case"`;
    /// `"letters"` (right length, a letter in it); `"factory"` (the value before any `change` or `unlock`);
    /// `"text:…"`; `"hex:…"`; `"saved:NAME"` or `"saved:NAME#PART"`; `"@holder.number"`, `"@pins.KEY"`.
    pub verify: Option<String>,
    /// Asks for the remaining tries of a key (VERIFY without data, four bytes).
    pub query: Option<String>,
    /// Wrong VERIFYs until the key is locked; each answer and the query afterwards are checked.
    pub lock: Option<String>,
    /// CHANGE REFERENCE DATA (`00 24 01`) or CHANGE KEY (`80 32 00`) to this value (as in `verify`:
    /// `"text:…"`, `"hex:…"`, `"factory"` or `"right"` for the factory value). Later `"right"` means the new value.
    pub change: Option<String>,
    /// COMPUTE DIGITAL SIGNATURE with this private key.
    pub sign: Option<String>,
    /// INTERNAL AUTHENTICATE with this key.
    pub internal_authenticate: Option<String>,
    /// SET SESSION KEY with a fresh seed, `under` the public key of the card. Later `secured` steps belong to
    /// the session that was opened last, also when the card has ended it since.
    pub session: Option<SessionKey>,
    /// GET CHALLENGE for this many bytes.
    pub challenge: Option<u32>,
    /// GET DATA of this tag, four hex digits.
    pub get_data: Option<String>,
    /// Any bytes, as hex.
    pub send: Option<String>,
    /// `"warm"` or `"cold"` reset. The expectations on data apply to the answer to reset.
    pub power: Option<Power>,
    /// Takes the card out and puts in a factory-fresh one of this personalisation.
    pub insert: Option<String>,
    /// Something that happens to the card outside its APDUs.
    pub act: Option<Act>,
    /// The security status of this key is there: what it opens is done and succeeds.
    pub verified: Option<String>,
    /// The security status of this key is not there: what it opens is refused with `6982`.
    pub not_verified: Option<String>,
    /// Selects every file 0001 to 001E of this application and tries to read it; see `readable`.
    pub enumerate: Option<String>,
    /// Looks at bytes saved earlier; the expectations on data apply to them.
    pub inspect: Option<String>,
    /// Looks at an X.509 certificate saved earlier; see `has`.
    pub certificate: Option<String>,

    // ---- modifiers ----------------------------------------------------------------------------
    /// The key that VERIFY, CHANGE or `act` is about; without it, the key file selected last.
    pub key: Option<String>,
    /// How a key is addressed: the current file (P2 = 80), its short identifier, or P2 = 00.
    /// Without it: the current file when that is the key, else the short identifier.
    pub by: Option<Addressing>,
    /// Class byte instead of the usual one, two hex digits.
    pub cla: Option<String>,
    /// P1 instead of the usual one, two hex digits.
    pub p1: Option<String>,
    /// P2 instead of the usual one, two hex digits.
    pub p2: Option<String>,
    /// The saved value that holds the public key for `session`: a `90 … 91 …` key, or a file with one in it.
    pub under: Option<String>,
    /// Sends the command under cover of the session (class 08), and takes the answer out of its own before
    /// the expectations on data apply. `true`, or a word for how the cover is broken.
    pub secured: Option<Secured>,
    /// Le: a number of bytes (256 and 65536 are written as zero), or `"none"`. Default: 256 where the
    /// command answers with data, none elsewhere.
    pub le: Option<Le>,
    /// Writes Lc and Le in their extended forms.
    #[serde(default)]
    pub extended: bool,
    /// Only the first so many bytes of the application's name.
    pub take: Option<u8>,
    /// The file that READ BINARY or READ RECORD names by its short identifier: a name or two hex digits.
    pub sfi: Option<String>,
    /// Signature scheme: P1 of COMPUTE DIGITAL SIGNATURE.
    pub scheme: Option<Scheme>,
    /// What is signed or authenticated: `"digest-info:sha1|sha256|sha384|sha512|md5"` (of a fixed message),
    /// `"digest-info-without-null:sha256"`, `"hash:sha256"`, `"message"`, `"zeros:N"`, `"bytes:N"`
    /// (a counting pattern), `"text:…"`, `"hex:…"`, `"saved:NAME"`.
    pub input: Option<String>,
    /// The new value of the key after `act = "unlock"`, as in `change`.
    pub to: Option<String>,
    /// How `read` goes through the file, when a client's own way is played. Without it as `read` says.
    pub style: Option<ReadStyle>,
    /// Does the step this many times; the expectations hold each time.
    pub times: Option<u32>,

    // ---- expectations -------------------------------------------------------------------------
    /// The status word: `"9000"`, a list of them, or `"@knob"` for what the card's profile says.
    pub sw: Option<Expected>,
    /// Other status words that are plausible where no source settles the point: information, not failure.
    #[serde(default)]
    pub or: Vec<String>,
    /// The answer is `63Cx` with this many tries.
    pub tries: Option<u8>,
    /// Exact number of data bytes.
    pub length: Option<u32>,
    /// Least and greatest number of data bytes.
    pub length_between: Option<(u32, u32)>,
    /// The data, as hex.
    pub data: Option<String>,
    /// The data as UTF-8 text, or `"@holder.name"` and its like from the card's profile.
    pub text: Option<String>,
    /// A regular expression that the data as UTF-8 text matches entirely.
    pub matches: Option<String>,
    /// The data begins with these bytes, as hex.
    pub starts: Option<String>,
    /// The data ends with these bytes, as hex.
    pub ends: Option<String>,
    /// The data equals that of this saved value.
    pub same_as: Option<String>,
    /// The data differs from that of this saved value.
    pub differs_from: Option<String>,
    /// The data does not contain this: `"hex:…"`, `"text:…"`, `"@pins.text-number-a"`.
    pub lacks: Option<String>,
    /// BER-TLV shape of the data, for example `"FF20{DF21[8] DF22 DF23 DF24[8] DF25[1]}"`:
    /// braces for children, brackets for an exact length, parentheses for the length field as hex
    /// (`"FF10(0C)[12]"`), and `"+FFFF"` at the end for filler bytes.
    pub shape: Option<String>,
    /// The value of this object, `"FF20/DF21"`, is a table of two-byte offsets, counted from the start of the
    /// data: one for each object that follows it within the same object, in order.
    pub offsets: Option<String>,
    /// A part of the data to look at instead of the whole: `"tlv:FF20/DF22"` (value of that object),
    /// `"object:FF20/DF22"` (tag, length and value), `"range:0..20"`.
    pub part: Option<String>,
    /// The data is the SHA-256 digest of these parts of saved values, concatenated in order:
    /// `"NAME"` or `"NAME#PART"`.
    pub sha256_of: Option<Vec<String>>,
    /// The data is a valid signature.
    pub signature: Option<SignatureCheck>,
    /// Exactly these files are readable (for `enumerate`), by name.
    pub readable: Option<Vec<String>>,
    /// Facts about the certificate (for `certificate`).
    pub has: Option<CertificateFacts>,
    /// After a removal or destruction: the card does not answer at all, or only with an error.
    #[serde(default)]
    pub dead: bool,
    /// Keeps the data under this name for later steps.
    pub save: Option<String>,
}

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

/// One expected status word or several.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(untagged)]
pub enum Expected {
    /// Exactly this one, `"6982"` or `"@knob"`.
    One(String),
    /// Any of these.
    AnyOf(Vec<String>),
}

/// What a signature is held against.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignatureCheck {
    /// The saved value that holds the public key: a certificate, or with `"NAME#PART"` a part of a file
    /// (a `90 … 91 …` key, or a card-verifiable certificate body).
    pub by: String,
    /// What was signed, as in [`Step::input`], or saved parts `"saved:NAME#PART"`, in order.
    pub over: Vec<String>,
    /// How it was padded: `verbatim` (the input is what the padding holds), `digest-info` (SHA-256 of the
    /// input), `bare-hash` (SHA-256 without DigestInfo), `pss` (SHA-256, salt of 32 bytes),
    /// `triple-digest` (the card face: three SHA-256 digests, one per entry of `over`, in one DigestInfo).
    pub padding: Padding,
}

/// How a signature was padded.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Padding {
    /// PKCS#1 v1.5 around the input itself.
    Verbatim,
    /// PKCS#1 v1.5 around the DigestInfo of the input's SHA-256.
    DigestInfo,
    /// PKCS#1 v1.5 around the bare SHA-256 of the input.
    BareHash,
    /// RSASSA-PSS with SHA-256.
    Pss,
    /// PKCS#1 v1.5 around one DigestInfo whose octet string is the SHA-256 digests of the entries, concatenated.
    TripleDigest,
}

/// Facts about an X.509 certificate; only those named are checked.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateFacts {
    /// 3 for v3.
    pub version: Option<u8>,
    /// For example `sha256WithRSAEncryption`.
    pub signature_algorithm: Option<String>,
    /// Bits of the RSA modulus.
    pub key_bits: Option<u32>,
    /// Public exponent.
    pub exponent: Option<u32>,
    /// Least and greatest length of the serial number in bytes; it must be positive.
    pub serial_bytes: Option<(u8, u8)>,
    /// Attributes of the issuer in order, `["C=JP", "O=*", …]`; `*` stands for any value. An entry in brackets
    /// at the end of the list, `"[OU=TEST ONLY]"`, may be missing.
    pub issuer: Option<Vec<String>>,
    /// Attributes of the subject in order, in the same form; a regular expression after `~`: `"CN~[0-9A-Z]{23}"`.
    pub subject: Option<Vec<String>>,
    /// String types of the issuer's attributes in order: `printable`, `utf8`; brackets as above.
    pub issuer_strings: Option<Vec<String>>,
    /// Both dates are UTCTime.
    pub utc_time: Option<bool>,
    /// notAfter ends with this, for example `145959Z`.
    pub not_after_ends: Option<String>,
    /// At most so many years from notBefore to notAfter.
    pub years_at_most: Option<u8>,
    /// notAfter falls on the holder's birthday (of the card's profile).
    pub ends_on_birthday: Option<bool>,
    /// notAfter lies before the card's own expiry (of the profile) or on it.
    pub ends_by_card_expiry: Option<bool>,
    /// Validity on the day of the run: `valid`, `expired`, `not-yet-valid`.
    pub validity: Option<Validity>,
    /// Days left on the day of the run, from and to.
    pub days_left: Option<(i32, i32)>,
    /// Extensions in order, by name: `keyUsage!` for a critical one, `extendedKeyUsage`, …
    pub extensions: Option<Vec<String>>,
    /// Key usages, exactly.
    pub key_usage: Option<Vec<String>>,
    /// Extended key usages, exactly.
    pub extended_key_usage: Option<Vec<String>>,
    /// One of these policy identifiers.
    pub policy: Option<Vec<String>>,
    /// basicConstraints: absent, `ca`.
    pub basic_constraints: Option<String>,
    /// There is an OCSP address in authorityInfoAccess.
    pub ocsp: Option<bool>,
    /// The otherName entries of subjectAltName in order, by object identifier.
    pub other_names: Option<Vec<String>>,
    /// Regular expression for the value of an otherName: `"1.2.392.200149.8.5.5.4~[0-5][0-9]{8}"`.
    pub other_name_values: Option<Vec<String>>,
    /// Issued by the certificate saved under this name: names, key identifier and signature agree.
    pub issued_by: Option<String>,
    /// Serial number differs from that of the certificate saved under this name.
    pub serial_differs_from: Option<String>,
    /// Public key equals that of the certificate saved under this name.
    pub same_key_as: Option<String>,
    /// Ends later than the certificate saved under this name.
    pub ends_after: Option<String>,
}

/// Validity of a certificate on the day of the run.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Validity {
    /// The day lies within.
    Valid,
    /// The day lies after notAfter.
    Expired,
    /// The day lies before notBefore.
    NotYetValid,
}
