//! A card as a file describes it: `vectors/cards/*.toml`, and the `--card-profile` of a stranger's card.
//!
//! The file says who the card is for, which values open it, which certificates it carries, and how it
//! answers where the sources disagree (the [`Knobs`]). `extends` takes everything else from another card.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A card as described by its file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CardProfile {
    /// Version of this file format; 1 today.
    pub format: u32,
    /// Name of the card: the file's name without its ending.
    pub name: String,
    /// One line on what this card is for.
    pub title: String,
    /// Answer to reset, as hex.
    pub atr: String,
    /// Names of the applications on the card, as in `vectors/applications.toml`. The issuer security
    /// domain is always there.
    pub applications: Vec<String>,
    /// Whose card it is. A stranger's card may leave it out; what needs it is then skipped.
    #[serde(default)]
    pub holder: Option<Holder>,
    /// The keys that VERIFY names, by name.
    #[serde(default)]
    pub keys: BTreeMap<String, KeyProfile>,
    /// The user-authentication certificate; absent when the card carries none.
    #[serde(default)]
    pub auth_certificate: Option<CertificateProfile>,
    /// The signature certificate; absent when the card carries none.
    #[serde(default)]
    pub sign_certificate: Option<CertificateProfile>,
    /// How the card answers where the sources disagree.
    #[serde(default)]
    pub knobs: Knobs,
}

/// Whose card it is, and what is printed on it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// Family and given name, separated by U+3000.
    pub name: String,
    /// Address, with full-width digits.
    pub address: String,
    /// Date of birth.
    #[schemars(with = "String")]
    pub birth_date: Date,
    /// `1` male, `2` female, `3` other.
    pub sex: String,
    /// 個人番号, 12 digits.
    pub number: String,
    /// Four digits printed under the photo (the end of 照合番号B).
    pub security_code: String,
    /// Prefecture and municipality in Roman letters, `Tokyo-to` and `Chiyoda-ku`.
    pub prefecture: String,
    /// See `prefecture`.
    pub municipality: String,
    /// Five-digit municipality code.
    pub municipality_code: String,
    /// 15-digit serial number of the card.
    pub card_serial: String,
    /// Day the card was issued.
    #[schemars(with = "String")]
    pub card_issued: Date,
    /// Last day of the card's own validity.
    #[schemars(with = "String")]
    pub card_expires: Date,
}

/// A key that VERIFY names.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyProfile {
    /// The right value, as ASCII. A stranger's card may name an environment variable instead.
    #[serde(default)]
    pub value: Option<String>,
    /// The environment variable that holds the right value.
    #[serde(default)]
    pub value_from: Option<String>,
    /// Greatest number of tries.
    pub tries: u8,
    /// Tries left when the card is put in; all of them when absent.
    #[serde(default)]
    pub tries_left: Option<u8>,
}

/// A certificate on the card.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateProfile {
    /// First and last day of validity in Japan; or, with a number, days from the day of issue of the
    /// run: see [`Day`].
    pub issued: Day,
    /// Last day of validity, 23:59:59 in Japan.
    pub expires: Day,
    /// Serial number, as hex of one to four bytes.
    pub serial: String,
    /// What the authority says about it.
    #[serde(default)]
    pub status: CertificateStatus,
}

/// A day: a date, or an offset in days from the run's as-of date (`-40`, `+20`).
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub enum Day {
    /// This day.
    On(Date),
    /// So many days after the as-of date; negative before it.
    FromAsOf(i32),
}

impl Day {
    /// The day itself.
    #[must_use]
    pub fn resolve(self, as_of: Date) -> Date {
        match self {
            Self::On(date) => date,
            Self::FromAsOf(days) => as_of.saturating_add(jiff::Span::new().days(days)),
        }
    }
}

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.starts_with(['+', '-']) {
            return text.parse().map(Self::FromAsOf).map_err(|_| format!("\"{text}\" is no number of days"));
        }
        text.parse().map(Self::On).map_err(|_| format!("\"{text}\" is neither YYYY-MM-DD nor +days or -days"))
    }
}

/// What the authority says about a certificate.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateStatus {
    /// Neither revoked nor suspended.
    #[default]
    Good,
    /// Revoked for good.
    Revoked,
    /// Suspended, for example after a reported loss.
    Suspended,
}

/// How the card answers where the sources disagree; the defaults are the best-supported answers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Knobs {
    /// SELECT of the current application again: `keeps` or `clears` the security status (Q1).
    pub same_application_select: KeepsOrClears,
    /// A warm reset: `keeps` or `clears` status and selection (Q3).
    pub warm_reset: KeepsOrClears,
    /// A failed VERIFY: `keeps` or `clears` an earlier success of the same key (Q16).
    pub failed_verify: KeepsOrClears,
    /// Status word of VERIFY on a locked key: `6984` or `6983` (Q2).
    pub blocked_verify: String,
    /// Status word of READ BINARY at or past the end: `6B00`, `6282`, or `9000` with no data (Q4).
    pub read_past_end: String,
    /// Status word of a READ BINARY that ends early: `9000` or `6282` (Q4).
    pub short_read: String,
    /// Filler after the DER of certificate files: so many bytes (Q6).
    pub certificate_filler: u16,
    /// The filler byte, two hex digits.
    pub filler_byte: String,
    /// The length of text EF 0002 always in the form `82 00 xx` (1.1).
    pub long_lengths: bool,
    /// SELECT with P2 = 00 answers an FCI template (Q5); else only the status word.
    pub fci: bool,
    /// COMPUTE DIGITAL SIGNATURE also with CLA 00 (Q13).
    pub interindustry_sign: bool,
    /// VERIFY with a value of another length: `counts` as a wrong try, or is refused with `6700` (Q8).
    pub wrong_length_verify: WrongLength,
    /// The five-byte VERIFY without data: `6700` or `63CX` (Q10).
    pub empty_verify_with_le: String,
    /// The first command after power-up answers `6F00` (section 10, point 10).
    pub first_command_fails: bool,
    /// Terminal certificates, `80 A2` (2.11).
    pub terminal_certificate: bool,
    /// Secure messaging in the text application (2.12).
    pub secure_messaging: bool,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            same_application_select: KeepsOrClears::Keeps,
            warm_reset: KeepsOrClears::Clears,
            failed_verify: KeepsOrClears::Clears,
            blocked_verify: "6984".into(),
            read_past_end: "6B00".into(),
            short_read: "9000".into(),
            certificate_filler: 0,
            filler_byte: "FF".into(),
            long_lengths: false,
            fci: true,
            interindustry_sign: false,
            wrong_length_verify: WrongLength::Counts,
            empty_verify_with_le: "6700".into(),
            first_command_fails: false,
            terminal_certificate: true,
            secure_messaging: true,
        }
    }
}

/// Whether something survives.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum KeepsOrClears {
    /// It survives.
    Keeps,
    /// It is gone.
    Clears,
}

/// What a value of the wrong length does.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum WrongLength {
    /// It costs a try.
    Counts,
    /// `6700`, and no try.
    Refused,
}
