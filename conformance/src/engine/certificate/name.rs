//! Distinguished names: attributes in order, with patterns.

use super::{Fact, Subject, differs};
use crate::engine::stop::Stop;
use crate::scenario::CertificateFacts;
use regex::Regex;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::{Tag, Tagged as _};
use x509_cert::name::Name;

pub(super) fn check(facts: &CertificateFacts, subject: &Subject) -> Fact {
    let tbs = &subject.certificate.tbs_certificate;
    if let Some(expected) = &facts.issuer {
        attributes("issuer", expected, &tbs.issuer)?;
    }
    if let Some(expected) = &facts.subject {
        attributes("subject", expected, &tbs.subject)?;
    }
    if let Some(expected) = &facts.issuer_strings {
        let seen: Vec<&str> = in_order(&tbs.issuer).map(|a| string_type(a.value.tag())).collect();
        if demanded(expected, seen.len()) != seen {
            return differs(format!("issuer strings {}", expected.join(", ")), seen.join(", "));
        }
    }
    Ok(())
}

/// What so many attributes are held against: entries in brackets, at the end of the list, may be missing.
fn demanded(expected: &[String], seen: usize) -> Vec<&str> {
    let optional = |entry: &str| entry.starts_with('[');
    let spare = expected.len().saturating_sub(seen);
    let missing = expected.iter().rev().take(spare).take_while(|entry| optional(entry)).count();
    expected[..expected.len() - missing].iter().map(|entry| bare(entry)).collect()
}

fn bare(entry: &str) -> &str {
    entry.strip_prefix('[').and_then(|entry| entry.strip_suffix(']')).unwrap_or(entry)
}

fn in_order(name: &Name) -> impl Iterator<Item = &AttributeTypeAndValue> {
    name.0.iter().flat_map(|rdn| rdn.0.iter())
}

fn string_type(tag: Tag) -> &'static str {
    match tag {
        Tag::PrintableString => "printable",
        Tag::Utf8String => "utf8",
        Tag::Ia5String => "ia5",
        Tag::TeletexString => "teletex",
        Tag::BmpString => "bmp",
        _ => "other",
    }
}

fn attributes(whose: &str, expected: &[String], name: &Name) -> Fact {
    let seen: Vec<(String, String)> = in_order(name)
        .map(|a| (attribute_name(&a.oid.to_string()), String::from_utf8_lossy(a.value.value()).into_owned()))
        .collect();
    let names = || seen.iter().map(|(name, _)| &**name).collect::<Vec<_>>().join(", ");
    let demanded = demanded(expected, seen.len());
    if demanded.len() != seen.len() {
        return differs(format!("{whose} of the attributes {}", expected.join(", ")), names());
    }
    for (pattern, (name, value)) in demanded.into_iter().zip(&seen) {
        if !fits(pattern, name, value)? {
            // The value may be a person's; its length tells enough.
            let seen = format!("{name} of {} characters, among {}", value.chars().count(), names());
            return differs(format!("{whose} attribute {pattern}"), seen);
        }
    }
    Ok(())
}

/// `C=JP`, `O=*`, or a regular expression after `~`.
fn fits(pattern: &str, name: &str, value: &str) -> Result<bool, Stop> {
    let wrong = || Stop::suite(format!("\"{pattern}\" is no attribute"));
    let at = pattern.find(['=', '~']).ok_or_else(wrong)?;
    let (wanted, rest) = (&pattern[..at], &pattern[at + 1..]);
    if wanted != name {
        return Ok(false);
    }
    if pattern.as_bytes()[at] == b'=' {
        return Ok(rest == "*" || rest == value);
    }
    Regex::new(&format!("^(?:{rest})$")).map(|pattern| pattern.is_match(value)).map_err(|_| wrong())
}

fn attribute_name(oid: &str) -> String {
    match oid {
        "2.5.4.3" => "CN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::{demanded, fits};
    use rstest::rstest;

    #[rstest]
    #[case::there(3, &["C=JP", "O=*", "OU=TEST ONLY"])]
    #[case::missing(2, &["C=JP", "O=*"])]
    #[case::only_what_is_in_brackets_may_be_missing(1, &["C=JP", "O=*"])]
    fn an_entry_in_brackets_may_be_missing(#[case] seen: usize, #[case] held_against: &[&str]) {
        let expected = ["C=JP", "O=*", "[OU=TEST ONLY]"].map(str::to_owned);
        assert_eq!(demanded(&expected, seen), held_against);
    }

    #[rstest]
    #[case("C=JP", "C", "JP", true)]
    #[case("C=JP", "C", "US", false)]
    #[case("O=*", "O", "anything", true)]
    #[case("O=*", "OU", "anything", false)]
    #[case("CN~[0-9A-Z]{4}", "CN", "12AB", true)]
    #[case("CN~[0-9A-Z]{4}", "CN", "12ABC", false)]
    fn an_attribute_fits_its_pattern(
        #[case] pattern: &str,
        #[case] name: &str,
        #[case] value: &str,
        #[case] expected: bool,
    ) {
        assert!(matches!(fits(pattern, name, value), Ok(seen) if seen == expected));
    }
}
