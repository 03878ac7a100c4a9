//! How a card answers where the sources disagree: one field for each open point.

use schemars::JsonSchema;
use serde::Deserialize;

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
