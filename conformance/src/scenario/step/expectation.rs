//! What a step demands of what comes back.

use schemars::JsonSchema;
use serde::Deserialize;

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
    /// What was signed, as in `input` of a step, or saved parts `"saved:NAME#PART"`, in order.
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
