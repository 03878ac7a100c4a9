//! What a card file must keep beyond its shape, and the values that follow from the holder's data.

use super::{
    CardProfile, CertificateProfile, CertificateStatus, Holder, KeyProfile, Knobs, Masked, Problem, Source,
};
use crate::personalise::names;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A mistake and its place in all files read.
type Mistake = (Range<usize>, Problem);

/// Holds a profile against the rules, and fills in what follows from the holder's data.
pub(super) fn check(
    mut profile: CardProfile,
    source: Source<'_>,
    table: &DeTable<'_>,
) -> Result<CardProfile, Mistake> {
    let at = Places { table };
    at.expect(&["format"], profile.format == 1, "1, the only version there is")?;
    at.expect(&["name"], stem(source.file) == profile.name, "the file's name without its ending")?;
    let atr = hex::decode(&profile.atr).unwrap_or_default();
    let starts_well = matches!(atr.first(), Some(0x3B | 0x3F)) && (2..=33).contains(&atr.len());
    at.expect(&["atr"], starts_well, "hex of 2 to 33 bytes, the first 3B or 3F")?;
    for (index, name) in profile.applications.iter().enumerate() {
        if !names::APPLICATIONS.contains(&name.as_str()) {
            return Err((at.element("applications", index), Problem::UnknownApplication(name.clone())));
        }
    }
    for (index, aid) in profile.foreign_applications.iter().enumerate() {
        if !hex::decode(aid).is_ok_and(|aid| (5..=16).contains(&aid.len())) {
            let place = at.element("foreign_applications", index);
            return Err((place, Problem::Expected("hex of 5 to 16 bytes")));
        }
    }
    if let Some(holder) = &profile.holder {
        check_holder(holder, &at)?;
    }
    for (name, key) in &mut profile.keys {
        check_key(name, key, profile.holder.as_ref(), &at)?;
    }
    for (name, certificate) in
        [("auth_certificate", &profile.auth_certificate), ("sign_certificate", &profile.sign_certificate)]
    {
        if let Some(certificate) = certificate {
            check_certificate(name, certificate, profile.holder.as_ref(), &at)?;
        }
    }
    check_knobs(&profile.knobs, &at)?;
    Ok(profile)
}

fn check_holder(holder: &Holder, at: &Places<'_>) -> Result<(), Mistake> {
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    let short_ascii = |text: &str| (1..=32).contains(&text.len()) && text.is_ascii();
    at.expect(&["holder", "name"], (1..=127).contains(&holder.name.len()), "1 to 127 bytes of UTF-8")?;
    at.expect(&["holder", "address"], (1..=400).contains(&holder.address.len()), "1 to 400 bytes of UTF-8")?;
    at.expect(&["holder", "sex"], matches!(&*holder.sex, "1" | "2" | "3"), "\"1\", \"2\" or \"3\"")?;
    at.expect(&["holder", "number"], digits(&holder.number, 12), "12 digits")?;
    at.expect(&["holder", "security_code"], digits(&holder.security_code, 4), "4 digits")?;
    at.expect(&["holder", "prefecture"], short_ascii(&holder.prefecture), "a name in Roman letters")?;
    at.expect(&["holder", "municipality"], short_ascii(&holder.municipality), "a name in Roman letters")?;
    at.expect(&["holder", "municipality_code"], digits(&holder.municipality_code, 5), "5 digits")?;
    at.expect(&["holder", "card_serial"], digits(&holder.card_serial, 15), "15 digits")?;
    let born = (1868..=9999).contains(&holder.birth_date.year());
    at.expect(&["holder", "birth_date"], born, "a day since 1868")?;
    let valid = holder.card_issued <= holder.card_expires && holder.card_expires.year() <= 9999;
    at.expect(&["holder", "card_expires"], valid, "a day after the card was issued")
}

fn check_key(
    name: &str,
    key: &mut KeyProfile,
    holder: Option<&Holder>,
    at: &Places<'_>,
) -> Result<(), Mistake> {
    let Some(derived) = names::KEYS.iter().find(|(known, _)| *known == name).map(|(_, derived)| derived)
    else {
        return Err((at.key(&["keys", name]), Problem::UnknownKey(name.into())));
    };
    at.expect(&["keys", name, "tries"], key.tries <= 15, "at most 15")?;
    if let Some(left) = key.tries_left.filter(|left| *left > key.tries) {
        let place = at.place(&["keys", name, "tries_left"]);
        return Err((place, Problem::TriesLeft { left, tries: key.tries }));
    }
    if let Some(value) = &key.value {
        if key.value_from.is_some() {
            return Err((at.place(&["keys", name, "value_from"]), Problem::ValueTwice));
        }
        let fits = value.is_ascii() && (1..=16).contains(&value.len());
        at.expect(&["keys", name, "value"], fits, "1 to 16 ASCII characters")?;
    }
    let follows: Option<Masked> = holder.and_then(|holder| derived.map(|derive| derive(holder)));
    match (&key.value, follows) {
        (Some(given), Some(follows)) if *given != follows => {
            Err((at.place(&["keys", name, "value"]), Problem::HolderContradicts))
        }
        (None, Some(follows)) if key.value_from.is_none() => {
            key.value = Some(follows);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn check_certificate(
    name: &str,
    certificate: &CertificateProfile,
    holder: Option<&Holder>,
    at: &Places<'_>,
) -> Result<(), Mistake> {
    let serial = hex::decode(&certificate.serial).unwrap_or_default();
    let positive = (1..=4).contains(&serial.len()) && serial.iter().any(|byte| *byte != 0);
    at.expect(&[name, "serial"], positive, "hex of one to four bytes, not zero")?;
    let in_doubt = certificate.status != CertificateStatus::Good;
    at.expect(&[name, "since"], in_doubt || certificate.since.is_none(), "no moment: the status is good")?;
    let revoked = certificate.status == CertificateStatus::Revoked;
    at.expect(&[name, "reason"], revoked || certificate.reason.is_none(), "no reason: it is not revoked")?;
    let needs_holder = certificate.expires == super::LastDay::FifthBirthday;
    at.expect(&[name, "expires"], holder.is_some() || !needs_holder, "a day: the holder is unknown")
}

fn check_knobs(knobs: &Knobs, at: &Places<'_>) -> Result<(), Mistake> {
    let one_byte = hex::decode(&knobs.filler_byte).is_ok_and(|bytes| bytes.len() == 1);
    at.expect(&["knobs", "filler_byte"], one_byte, "two hex digits")?;
    let blocked = matches!(&*knobs.blocked_verify, "6984" | "6983");
    at.expect(&["knobs", "blocked_verify"], blocked, "6984 or 6983")?;
    let past_end = matches!(&*knobs.read_past_end, "6B00" | "6282" | "9000");
    at.expect(&["knobs", "read_past_end"], past_end, "6B00, 6282 or 9000")?;
    let short_read = matches!(&*knobs.short_read, "9000" | "6282");
    at.expect(&["knobs", "short_read"], short_read, "9000 or 6282")?;
    let empty_verify = matches!(&*knobs.empty_verify_with_le, "6700" | "63CX");
    at.expect(&["knobs", "empty_verify_with_le"], empty_verify, "6700 or 63CX")?;
    // Offsets of READ BINARY have 15 bits.
    at.expect(&["knobs", "certificate_filler"], knobs.certificate_filler <= 16_384, "at most 16384")
}

/// The file's name without folders and ending.
fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.strip_suffix(".toml").unwrap_or(name)
}

/// Where everything stands.
struct Places<'a> {
    table: &'a DeTable<'a>,
}

impl Places<'_> {
    fn expect(&self, path: &[&str], kept: bool, expected: &'static str) -> Result<(), Mistake> {
        if kept { Ok(()) } else { Err((self.place(path), Problem::Expected(expected))) }
    }

    /// The value at a path, or the innermost table around it.
    fn place(&self, path: &[&str]) -> Range<usize> {
        let mut table = self.table;
        let mut place = 0..0;
        for word in path {
            let Some(value) = table.get(*word) else { break };
            place = value.span();
            let DeValue::Table(inner) = value.get_ref() else { break };
            table = inner;
        }
        place
    }

    /// The key at a path of two words.
    fn key(&self, path: &[&str; 2]) -> Range<usize> {
        let table = self.table.get(path[0]).and_then(|value| value.get_ref().as_table());
        table
            .and_then(|table| table.get_key_value(path[1]))
            .map_or(0..0, |(key, _): (&Spanned<_>, _)| key.span())
    }

    /// One element of an array.
    fn element(&self, array: &str, index: usize) -> Range<usize> {
        let element = self.table.get(array).and_then(|value| value.get_ref().get(index));
        element.map_or(0..0, Spanned::span)
    }
}
