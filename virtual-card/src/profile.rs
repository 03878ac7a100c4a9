//! A card as a file describes it: `vectors/cards/*.toml`, and the `--card-profile` of a stranger's card.
//!
//! The file says who the card is for, which values open it, which certificates it carries, and how it
//! answers where the sources disagree (the [`Knobs`]). `extends` takes everything else from another card,
//! `without` takes some of it away again.

mod certificate;
mod check;
mod day;
mod era;
mod error;
mod knobs;
mod load;
mod masked;
mod moment;

pub use certificate::{CertificateProfile, CertificateStatus, RevocationReason, UnknownReason};
pub use day::{Day, LastDay, birthday_after};
pub use era::{EraDay, birth_digits};
pub use error::{LoadError, Problem};
pub use knobs::{KeepsOrClears, Knobs, WrongLength};
pub use load::Source;
pub use masked::Masked;
pub use moment::Moment;

use jiff::civil::Date;
use schemars::{JsonSchema, Schema};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;

/// A card as described by its file.
///
/// [`CardProfile::load`] makes it: then `extends` and `without` have been followed, and the values that follow
/// from the holder's data (照合番号A and B, the birth-date key) are filled in.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = only_the_head_is_required)]
pub struct CardProfile {
    /// Version of this file format; 1 today.
    pub format: u32,
    /// Name of the card: the file's name without its ending.
    pub name: String,
    /// One line on what this card is for.
    pub title: String,
    /// Name of the card that everything else comes from.
    #[serde(default)]
    pub extends: Option<String>,
    /// What does not come from it, as dotted paths: `auth_certificate`, `keys.sign-pin`.
    #[serde(default)]
    pub without: Vec<String>,
    /// Answer to reset, as hex.
    pub atr: String,
    /// Names of the applications on the card, as in `vectors/applications.toml`. The issuer security
    /// domain is always there.
    pub applications: Vec<String>,
    /// Applications that no My Number card has, by their AID as hex: they can be selected and hold nothing.
    #[serde(default)]
    pub foreign_applications: Vec<String>,
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
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = nothing_is_required)]
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
    pub number: Masked,
    /// Four digits printed under the photo (the end of 照合番号B).
    pub security_code: Masked,
    /// Prefecture in Roman letters, `Tokyo-to`.
    pub prefecture: String,
    /// Municipality in Roman letters, `Chiyoda-ku`.
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

impl Holder {
    /// 照合番号A: the 個人番号.
    #[must_use]
    pub fn number_a(&self) -> Masked {
        self.number.clone()
    }

    /// 照合番号B: YYMMDD of birth with the year of the era, the year in which the card expires, the security code.
    #[must_use]
    pub fn number_b(&self) -> Masked {
        let born = birth_digits(self.birth_date);
        format!("{born}{:04}{}", self.card_expires.year(), &*self.security_code).into()
    }

    /// The birth-date key: YYMMDD of birth with the year of the era.
    #[must_use]
    pub fn birth_date_key(&self) -> Masked {
        birth_digits(self.birth_date).into()
    }
}

impl fmt::Debug for Holder {
    /// Never shows who it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Holder(masked)")
    }
}

/// A key that VERIFY names.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = nothing_is_required)]
pub struct KeyProfile {
    /// The right value, as ASCII. A stranger's card may name an environment variable instead. 照合番号A and B and
    /// the birth-date key need neither where the holder is known.
    #[serde(default)]
    pub value: Option<Masked>,
    /// The environment variable that holds the right value.
    #[serde(default)]
    pub value_from: Option<String>,
    /// Greatest number of tries, at most 15: a status word has room for no more.
    pub tries: u8,
    /// Tries left when the card is put in; all of them when absent.
    #[serde(default)]
    pub tries_left: Option<u8>,
}

/// In a schema: a file that extends another one may leave out everything but its head.
fn only_the_head_is_required(schema: &mut Schema) {
    schema.insert("required".into(), ["format", "name", "title"].as_slice().into());
}

/// In a schema: a file that extends another one may leave out any line of a table.
fn nothing_is_required(schema: &mut Schema) {
    schema.remove("required");
}
