//! Parts of data: objects by their tags, ranges of bytes.

use super::{Malformed, path, tag};
use std::fmt;

/// A part of data: pieces that are put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) pieces: Vec<Piece>,
}

/// One piece of data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// The value of the object at this path of tags.
    Value(Vec<u16>),
    /// The whole object: tag, length and value.
    Object(Vec<u16>),
    /// From one object to its sibling with this tag.
    Objects(Vec<u16>, u16),
    /// Bytes from here to there, or to the end.
    Range(usize, Option<usize>),
}

/// A saved value, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SavedPart {
    pub(crate) name: String,
    pub(crate) part: Option<Part>,
    /// The part as it was written.
    words: String,
}

impl fmt::Display for SavedPart {
    /// The part as it was written; nothing for the whole value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

/// `NAME` or `NAME#PART`.
pub(crate) fn saved(text: &str) -> Result<SavedPart, Malformed> {
    let (name, words) = text.split_once('#').unwrap_or((text, ""));
    let part = text.contains('#').then(|| part(words)).transpose()?;
    Ok(SavedPart { name: name.to_owned(), part, words: words.to_owned() })
}

/// `tlv:FF20/DF22` (value), `object:FF20/DF22` (tag, length and value), `object:FF20/DF22..DF24` (from one object to
/// another), `range:0..20`; several joined by `+`.
pub(crate) fn part(text: &str) -> Result<Part, Malformed> {
    let pieces = text.split('+').map(|words| piece(words.trim())).collect::<Result<_, _>>()?;
    Ok(Part { pieces })
}

fn piece(text: &str) -> Result<Piece, Malformed> {
    let wrong = || Malformed::new(format!("\"{text}\" is no part of data"));
    let (kind, rest) = text.split_once(':').ok_or_else(wrong)?;
    match kind {
        "tlv" => path(rest).map(Piece::Value).map_err(|_| wrong()),
        "object" => match rest.split_once("..") {
            None => path(rest).map(Piece::Object).map_err(|_| wrong()),
            Some((first, last)) => {
                let first = path(first).map_err(|_| wrong())?;
                tag(last).map(|last| Piece::Objects(first, last)).ok_or_else(wrong)
            }
        },
        "range" => {
            let (from, to) = rest.split_once("..").ok_or_else(wrong)?;
            let from = from.trim().parse().map_err(|_| wrong())?;
            let to = match to.trim() {
                "" => None,
                to => Some(to.parse().map_err(|_| wrong())?),
            };
            match to {
                Some(to) if to <= from => Err(Malformed::new(format!("the range \"{rest}\" is empty"))),
                to => Ok(Piece::Range(from, to)),
            }
        }
        _ => Err(Malformed::unknown("part", kind, ["tlv", "object", "range"])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("range:0..20", Ok(vec![Piece::Range(0, Some(20))]))]
    #[case("range:20..", Ok(vec![Piece::Range(20, None)]))]
    #[case("range:20..20", Err("the range \"20..20\" is empty"))]
    #[case("range:x..2", Err("\"range:x..2\" is no part of data"))]
    #[case("object:FF20/DF22..DF24", Ok(vec![Piece::Objects(vec![0xFF20, 0xDF22], 0xDF24)]))]
    #[case("object:8F + tlv:FF20/DF23", Ok(vec![Piece::Object(vec![0x8F]), Piece::Value(vec![0xFF20, 0xDF23])]))]
    #[case("tlv:DF2", Err("\"tlv:DF2\" is no part of data"))]
    #[case("tlv", Err("\"tlv\" is no part of data"))]
    #[case("tvl:DF22", Err("unknown part \"tvl\""))]
    fn a_part_is_made_of_objects_and_ranges(#[case] text: &str, #[case] read: Result<Vec<Piece>, &str>) {
        let pieces = part(text).map(|part| part.pieces);
        assert_eq!(pieces.map_err(|wrong| wrong.message), read.map_err(str::to_owned));
    }

    #[test]
    fn a_saved_value_may_be_narrowed_to_a_part() {
        let whole = saved("record").expect("it is well formed");
        assert_eq!((&*whole.name, whole.part), ("record", None));
        let narrowed = saved("record#tlv:DF22").expect("it is well formed");
        assert_eq!((&*narrowed.name, narrowed.to_string()), ("record", "tlv:DF22".to_owned()));
        assert!(saved("record#").is_err());
    }
}
