//! The small languages inside the strings of a step. The loader reads them to find mistakes, the engine to play them.
//!
//! Errors are fragments for a diagnostic; what they are about is known from the place.

mod credential;
mod input;
mod part;

pub(crate) use credential::{Credential, credential};
pub(crate) use input::{Digest, Input, input};
pub(crate) use part::{Part, Piece, SavedPart, part, saved};

/// Facts of a card's profile about its holder.
const HOLDER: &[&str] = &[
    "name",
    "address",
    "birth_date",
    "sex",
    "number",
    "security_code",
    "prefecture",
    "municipality",
    "municipality_code",
    "card_serial",
    "card_issued",
    "card_expires",
];

/// Why a string is malformed, and which words would have been known in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    pub(crate) message: String,
    pub(crate) written: String,
    pub(crate) known: Vec<String>,
}

impl Malformed {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), written: String::new(), known: Vec::new() }
    }

    fn unknown<'a>(what: &str, written: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            message: format!("unknown {what} \"{written}\""),
            written: written.to_owned(),
            known: known.into_iter().map(str::to_owned).collect(),
        }
    }
}

/// Most bytes that a repetition makes: what one command carries.
const MOST_BYTES: usize = 65_535;

/// Bytes from hex; spaces are ignored, and `5A*307` stands for 307 bytes `5A`.
pub(crate) fn hex(text: &str) -> Result<Vec<u8>, Malformed> {
    let wrong = |reason: &str| Malformed::new(format!("\"{text}\" is no hex: {reason}"));
    let mut bytes = Vec::new();
    let mut digits = String::new();
    for word in text.split_whitespace() {
        let Some((before, count)) = word.split_once('*') else {
            digits.push_str(word);
            continue;
        };
        digits.push_str(before);
        bytes.extend(hex::decode(&digits).map_err(|error| wrong(&error.to_string()))?);
        digits.clear();
        let count = count.parse().ok().filter(|count| (1..=MOST_BYTES).contains(count));
        match (count, bytes.last()) {
            (Some(count), Some(&last)) => bytes.extend(std::iter::repeat_n(last, count - 1)),
            _ => return Err(wrong(&format!("\"{word}\" repeats nothing"))),
        }
    }
    bytes.extend(hex::decode(&digits).map_err(|error| wrong(&error.to_string()))?);
    Ok(bytes)
}

/// Hex of exactly so many bytes.
pub(crate) fn hex_of(text: &str, bytes: usize) -> Result<Vec<u8>, Malformed> {
    match hex(text)? {
        value if value.len() == bytes => Ok(value),
        _ => Err(Malformed::new(format!("\"{text}\" is not {} hex digits", 2 * bytes))),
    }
}

/// A status word: four hex digits, the last of `63CX` any, or `@knob` with one of these knobs.
pub(crate) fn status_word(text: &str, knobs: &[&str]) -> Result<(), Malformed> {
    if let Some(knob) = text.strip_prefix('@') {
        let knob = knob.replace('-', "_");
        return match knobs.contains(&&*knob) {
            true => Ok(()),
            false => Err(Malformed::unknown("knob", &knob, knobs.iter().copied())),
        };
    }
    if text.eq_ignore_ascii_case("63CX") {
        return Ok(());
    }
    match hex_of(text, 2) {
        // ISO/IEC 7816-3: SW1 is 6x or 9x, and never 60, which is a procedure byte.
        Ok(word) if matches!(word[0], 0x61..=0x6F | 0x90..=0x9F) && text.len() == 4 => Ok(()),
        _ => Err(Malformed::new(format!("\"{text}\" is no status word"))),
    }
}

/// `@holder.…` or `@pins.KEY`.
pub(crate) fn fact(text: &str, is_key: impl Fn(&str) -> bool) -> Result<(), Malformed> {
    let name = text.strip_prefix('@').unwrap_or(text);
    match name.split_once('.') {
        Some(("holder", field)) if HOLDER.contains(&&*field.replace('-', "_")) => Ok(()),
        Some(("holder", field)) => {
            Err(Malformed::unknown("fact about the holder", field, HOLDER.iter().copied()))
        }
        Some(("pins", key)) if is_key(key) => Ok(()),
        Some(("pins", key)) => Err(Malformed::unknown("key", key, [])),
        _ => Err(Malformed::unknown("fact of a profile", text, ["@holder.name", "@pins.auth-pin"])),
    }
}

/// The path of an object: tags of one or two bytes, with `/` between them.
pub(crate) fn path(text: &str) -> Result<Vec<u16>, Malformed> {
    let tags: Option<Vec<u16>> = text.split('/').map(tag).collect();
    tags.ok_or_else(|| Malformed::new(format!("\"{text}\" is no path of tags")))
}

/// A tag of one or two bytes.
fn tag(text: &str) -> Option<u16> {
    match hex(text.trim()).ok()?[..] {
        [one] => Some(u16::from(one)),
        [first, second] => Some(u16::from_be_bytes([first, second])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn the_facts_about_a_holder_are_those_of_a_profile() {
        let schema = schemars::schema_for!(jpki_virtual_card::profile::Holder);
        let fields = schema.get("properties").and_then(|fields| fields.as_object()).expect("it is a table");
        let mut known = HOLDER.to_vec();
        known.sort_unstable();
        let mut fields: Vec<&str> = fields.keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(known, fields);
    }

    #[rstest]
    #[case("", Ok(vec![]))]
    #[case("00 A4 04 0C", Ok(vec![0x00, 0xA4, 0x04, 0x0C]))]
    #[case("00 5A*3 FF", Ok(vec![0x00, 0x5A, 0x5A, 0x5A, 0xFF]))]
    #[case("FF*1", Ok(vec![0xFF]))]
    #[case("FF*0", Err("\"FF*0\" is no hex: \"FF*0\" repeats nothing"))]
    #[case("*3", Err("\"*3\" is no hex: \"*3\" repeats nothing"))]
    #[case("F*3", Err("\"F*3\" is no hex: Odd number of digits"))]
    fn hex_may_repeat_a_byte(#[case] text: &str, #[case] read: Result<Vec<u8>, &str>) {
        assert_eq!(hex(text).map_err(|wrong| wrong.message), read.map_err(str::to_owned));
    }

    #[rstest]
    #[case("9000", true)]
    #[case("63CX", true)]
    #[case("@blocked_verify", true)]
    #[case("@blocked-verify", true)]
    #[case("@blocked", false)]
    #[case("900", false)]
    #[case("90 00", false)]
    #[case("6000", false)]
    #[case("1234", false)]
    fn a_status_word_is_hex_or_a_knob(#[case] text: &str, #[case] well_formed: bool) {
        assert_eq!(status_word(text, &["blocked_verify"]).is_ok(), well_formed);
    }
}
