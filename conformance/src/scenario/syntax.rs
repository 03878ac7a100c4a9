//! The small languages inside the strings of a step: whether they are well formed, and what they name.
//!
//! Errors are fragments for a diagnostic; what they are about is known from the place.

/// Words for values that VERIFY and CHANGE present.
pub(crate) const CREDENTIALS: &[&str] =
    &["right", "factory", "wrong", "wrong-again", "short", "long", "lower-case", "letters"];

/// Digests of `hash:` and `digest-info:`.
const DIGESTS: &[&str] = &["sha1", "sha256", "sha384", "sha512", "md5"];

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

/// What VERIFY or CHANGE presents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    /// One of [`CREDENTIALS`].
    Word(&'static str),
    /// A given value.
    Literal(Vec<u8>),
    /// A value of the card's profile, with its `@`.
    Fact(String),
    /// A saved value or a part of one, by the name it was saved under.
    Saved(String),
}

/// A value that VERIFY or CHANGE presents: a word, `text:…`, `hex:…`, `saved:…` or `@…`.
pub(crate) fn credential(text: &str) -> Result<Credential, Malformed> {
    if let Some(value) = text.strip_prefix("text:") {
        return Ok(Credential::Literal(value.as_bytes().to_vec()));
    }
    if let Some(value) = text.strip_prefix("hex:") {
        return hex(value).map(Credential::Literal);
    }
    if let Some(name) = text.strip_prefix("saved:") {
        return saved(name).map(|name| Credential::Saved(name.to_owned()));
    }
    if text.starts_with('@') {
        return Ok(Credential::Fact(text.to_owned()));
    }
    let word = CREDENTIALS.iter().find(|word| **word == text).copied().map(Credential::Word);
    word.ok_or_else(|| {
        Malformed::unknown("value", text, CREDENTIALS.iter().copied().chain(["text:…", "hex:…", "saved:…"]))
    })
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

/// What is signed or authenticated; the saved value that it names, if it names one.
pub(crate) fn input(text: &str) -> Result<Option<&str>, Malformed> {
    if text == "message" {
        return Ok(None);
    }
    let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
    let known = match kind {
        "digest-info" | "digest-info-without-null" | "hash" => {
            if !DIGESTS.contains(&rest) {
                return Err(Malformed::unknown("digest", rest, DIGESTS.iter().copied()));
            }
            true
        }
        "zeros" | "bytes" => {
            if rest.parse::<u16>().is_err() {
                return Err(Malformed::new(format!("\"{rest}\" is no number of bytes up to 65535")));
            }
            true
        }
        "hex" => hex(rest).map(|_| true)?,
        "text" => true,
        "saved" => return saved(rest).map(Some),
        _ => false,
    };
    if known {
        return Ok(None);
    }
    let kinds = [
        "message",
        "digest-info",
        "digest-info-without-null",
        "hash",
        "zeros",
        "bytes",
        "text",
        "hex",
        "saved",
    ];
    Err(Malformed::unknown("input", kind, kinds))
}

/// A saved value or a part of one, `NAME` or `NAME#PART`; gives the name.
pub(crate) fn saved(text: &str) -> Result<&str, Malformed> {
    match text.split_once('#') {
        Some((name, words)) => part(words).map(|()| name),
        None => Ok(text),
    }
}

/// A part of data: `tlv:FF20/DF22`, `object:FF20/DF22`, `object:FF20/DF22..DF24`, `range:0..20`; several joined by `+`.
pub(crate) fn part(text: &str) -> Result<(), Malformed> {
    text.split('+').try_for_each(|piece| one_part(piece.trim()))
}

fn one_part(text: &str) -> Result<(), Malformed> {
    let wrong = || Malformed::new(format!("\"{text}\" is no part of data"));
    let (kind, rest) = text.split_once(':').ok_or_else(wrong)?;
    match kind {
        "tlv" => tags(rest).then_some(()).ok_or_else(wrong),
        "object" => {
            let (first, last) = rest.split_once("..").unwrap_or((rest, "DF01"));
            (tags(first) && tags(last)).then_some(()).ok_or_else(wrong)
        }
        "range" => {
            let (from, to) = rest.split_once("..").ok_or_else(wrong)?;
            let from: u32 = from.trim().parse().map_err(|_| wrong())?;
            let to = if to.trim().is_empty() { u32::MAX } else { to.trim().parse().map_err(|_| wrong())? };
            if from < to { Ok(()) } else { Err(Malformed::new(format!("the range \"{rest}\" is empty"))) }
        }
        _ => Err(Malformed::unknown("part", kind, ["tlv", "object", "range"])),
    }
}

/// The path of an object: tags of one or two bytes, with `/` between them.
pub(crate) fn path(text: &str) -> Result<(), Malformed> {
    tags(text).then_some(()).ok_or_else(|| Malformed::new(format!("\"{text}\" is no path of tags")))
}

/// Tags of one or two bytes, with `/` between them.
fn tags(path: &str) -> bool {
    path.split('/').all(|tag| matches!(tag.trim().len(), 2 | 4) && hex(tag.trim()).is_ok())
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
    #[case("right", Ok(Credential::Word("right")))]
    #[case("text:12 34", Ok(Credential::Literal(b"12 34".to_vec())))]
    #[case("hex:31 32", Ok(Credential::Literal(b"12".to_vec())))]
    #[case("hex:3", Err("\"3\" is no hex: Odd number of digits"))]
    #[case("rihgt", Err("unknown value \"rihgt\""))]
    #[case("1234", Err("unknown value \"1234\""))]
    fn a_credential_is_a_word_or_a_value(#[case] text: &str, #[case] read: Result<Credential, &str>) {
        assert_eq!(credential(text).map_err(|wrong| wrong.message), read.map_err(str::to_owned));
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

    #[rstest]
    #[case("message", Ok(None))]
    #[case("digest-info:sha256", Ok(None))]
    #[case("hash:sha3", Err("unknown digest \"sha3\""))]
    #[case("zeros:246", Ok(None))]
    #[case("zeros:65536", Err("\"65536\" is no number of bytes up to 65535"))]
    #[case("saved:record#tlv:FF20/DF22", Ok(Some("record")))]
    #[case("saved:record#tlv:FF2", Err("\"tlv:FF2\" is no part of data"))]
    #[case("digest:sha256", Err("unknown input \"digest\""))]
    fn an_input_is_one_of_a_few_kinds(#[case] text: &str, #[case] read: Result<Option<&str>, &str>) {
        assert_eq!(input(text).map_err(|wrong| wrong.message), read.map_err(str::to_owned));
    }

    #[rstest]
    #[case("range:0..20", true)]
    #[case("range:20..", true)]
    #[case("range:20..20", false)]
    #[case("object:FF20/DF22..DF24", true)]
    #[case("object:FF20/DF22+object:FF20/DF23", true)]
    #[case("tlv:DF2", false)]
    #[case("tvl:DF22", false)]
    fn a_part_is_an_object_or_a_range(#[case] text: &str, #[case] well_formed: bool) {
        assert_eq!(part(text).is_ok(), well_formed);
    }
}
