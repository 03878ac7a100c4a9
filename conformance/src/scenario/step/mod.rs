//! One step of a card scenario: what happens, and what is then observed.
//!
//! A step is a row of words in `vectors/scenarios/card/*.toml`. Exactly one *verb* says what happens;
//! *modifiers* shape it; *expectations* say what must be seen. Without an expectation of its own a verb
//! that sends a command expects `9000`. Names of applications, files and keys are those of
//! `vectors/applications.toml`. A string `"$column"` is replaced by the row's value before reading,
//! and `"spends:$column"` takes its text. In hex, spaces are ignored, and `5A*307` stands for 307 bytes `5A`.

mod command;
mod expectation;

pub use command::*;
pub use expectation::*;

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
