//! BER-TLV: tags of one or two bytes (`6F`, `FF10`), lengths in the forms `xx`, `81 xx` and `82 xx xx`.
//!
//! Cards write lengths in longer forms than they need (`FF 40 82 00 9F`), so every form is read and
//! [`Object::length_form`] tells which it was.

use super::TlvError;
use std::fmt;

/// A tag of one or two bytes: `Tag(0x6F)`, `Tag(0xFF10)`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub u16);

impl Tag {
    /// The low five bits of a first byte that announces a second one.
    const LONG: u8 = 0x1F;

    /// The object holds objects.
    #[must_use]
    pub const fn is_constructed(self) -> bool {
        let first = if self.0 > 0xFF { self.0 >> 8 } else { self.0 };
        first & 0x20 != 0
    }

    fn read(bytes: &[u8]) -> Result<(Self, &[u8]), TlvError> {
        match *bytes {
            [first, ref rest @ ..] if first & Self::LONG != Self::LONG => Ok((Self(u16::from(first)), rest)),
            [first, second, ref rest @ ..] if second < 0x80 => {
                Ok((Self(u16::from_be_bytes([first, second])), rest))
            }
            [_, _, ..] => Err(TlvError::Tag),
            _ => Err(TlvError::Truncated),
        }
    }

    fn write(self, out: &mut Vec<u8>) -> Result<(), TlvError> {
        let [first, second] = self.0.to_be_bytes();
        match (first, second) {
            (0, tag) if tag & Self::LONG != Self::LONG => out.push(tag),
            (first, second) if first & Self::LONG == Self::LONG && second < 0x80 => {
                out.extend([first, second])
            }
            _ => return Err(TlvError::Tag),
        }
        Ok(())
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 > 0xFF { write!(f, "{:04X}", self.0) } else { write!(f, "{:02X}", self.0) }
    }
}

/// How a length is written, the shortest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LengthForm {
    /// `xx`: up to 127.
    Short,
    /// `81 xx`: up to 255.
    OneByte,
    /// `82 xx xx`: up to 65535.
    TwoBytes,
}

impl LengthForm {
    /// The shortest form for a length; `None` above 65535.
    #[must_use]
    pub const fn shortest(length: usize) -> Option<Self> {
        match length {
            0..=0x7F => Some(Self::Short),
            0x80..=0xFF => Some(Self::OneByte),
            0x100..=0xFFFF => Some(Self::TwoBytes),
            _ => None,
        }
    }

    fn read(bytes: &[u8]) -> Result<(Self, usize, &[u8]), TlvError> {
        match *bytes {
            [length @ 0..=0x7F, ref rest @ ..] => Ok((Self::Short, usize::from(length), rest)),
            [0x81, length, ref rest @ ..] => Ok((Self::OneByte, usize::from(length), rest)),
            [0x82, hi, lo, ref rest @ ..] => {
                Ok((Self::TwoBytes, usize::from(u16::from_be_bytes([hi, lo])), rest))
            }
            [] | [0x81 | 0x82, ..] => Err(TlvError::Truncated),
            _ => Err(TlvError::LengthField),
        }
    }

    fn write(self, length: usize, out: &mut Vec<u8>) -> Result<(), TlvError> {
        if Self::shortest(length).is_none_or(|shortest| self < shortest) {
            return Err(TlvError::ValueTooLong);
        }
        let [hi, lo] = (length as u16).to_be_bytes();
        match self {
            Self::Short => out.push(lo),
            Self::OneByte => out.extend([0x81, lo]),
            Self::TwoBytes => out.extend([0x82, hi, lo]),
        }
        Ok(())
    }
}

/// One object, borrowing its bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Object<'a> {
    tag: Tag,
    length_form: LengthForm,
    header_len: usize,
    bytes: &'a [u8],
}

impl<'a> Object<'a> {
    /// Reads the object at the beginning, and what follows it.
    ///
    /// # Errors
    /// [`TlvError`] when the bytes do not begin with a whole object.
    pub fn read(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), TlvError> {
        let (tag, rest) = Tag::read(bytes)?;
        let (length_form, length, rest) = LengthForm::read(rest)?;
        let header_len = bytes.len() - rest.len();
        let (own, rest) = bytes.split_at_checked(header_len + length).ok_or(TlvError::Truncated)?;
        Ok((Self { tag, length_form, header_len, bytes: own }, rest))
    }

    /// The tag.
    #[must_use]
    pub const fn tag(&self) -> Tag {
        self.tag
    }

    /// How the length is written.
    #[must_use]
    pub const fn length_form(&self) -> LengthForm {
        self.length_form
    }

    /// Tag and length as written.
    #[must_use]
    pub fn header(&self) -> &'a [u8] {
        &self.bytes[..self.header_len]
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &'a [u8] {
        &self.bytes[self.header_len..]
    }

    /// Tag, length and value as written.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The objects in the value.
    #[must_use]
    pub fn children(&self) -> Objects<'a> {
        Objects::new(self.value())
    }

    /// The first object with this tag in the value.
    ///
    /// # Errors
    /// [`TlvError`] when the value holds something else than objects before it.
    pub fn child(&self, tag: Tag) -> Result<Option<Self>, TlvError> {
        self.children()
            .find(|object| object.is_ok_and(|object| object.tag == tag) || object.is_err())
            .transpose()
    }
}

impl fmt::Debug for Object<'_> {
    /// Shows the tag and the length only: the value may be personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.tag, self.value().len())
    }
}

/// The objects in a row of bytes, one after the other; ends with the first error.
#[derive(Clone, Debug)]
pub struct Objects<'a> {
    rest: &'a [u8],
}

impl<'a> Objects<'a> {
    /// All objects in these bytes.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }
}

impl<'a> Iterator for Objects<'a> {
    type Item = Result<Object<'a>, TlvError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let read = Object::read(self.rest);
        self.rest = read.map_or(&[], |(_, rest)| rest);
        Some(read.map(|(object, _)| object))
    }
}

/// Appends an object, its length in the shortest form.
///
/// # Errors
/// [`TlvError::Tag`] or [`TlvError::ValueTooLong`]; nothing has then been written.
pub fn write(out: &mut Vec<u8>, tag: Tag, value: &[u8]) -> Result<(), TlvError> {
    write_as(out, tag, LengthForm::shortest(value.len()).ok_or(TlvError::ValueTooLong)?, value)
}

/// Appends an object, its length in this form.
///
/// # Errors
/// [`TlvError::Tag`] or [`TlvError::ValueTooLong`]; nothing has then been written.
pub fn write_as(out: &mut Vec<u8>, tag: Tag, form: LengthForm, value: &[u8]) -> Result<(), TlvError> {
    let start = out.len();
    let written = tag.write(out).and_then(|()| form.write(value.len(), out));
    if written.is_err() {
        out.truncate(start);
    } else {
        out.extend_from_slice(value);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn bytes(hex: &str) -> Vec<u8> {
        hex::decode(hex.replace(' ', "")).expect("hex")
    }

    #[rstest]
    #[case::one_byte_tag("6F 02 A5 00", 0x6F, LengthForm::Short, "6F02", "A500")]
    #[case::two_byte_tag("DF 25 01 31", 0xDF25, LengthForm::Short, "DF2501", "31")]
    #[case::length_in_one_byte("A1 81 80", 0xA1, LengthForm::OneByte, "", "")]
    #[case::length_in_two_bytes(
        "FF 40 82 00 03 01 02 03",
        0xFF40,
        LengthForm::TwoBytes,
        "FF40820003",
        "010203"
    )]
    #[case::longer_form_than_needed("86 81 01 AA", 0x86, LengthForm::OneByte, "868101", "AA")]
    #[case::empty_value("A5 00", 0xA5, LengthForm::Short, "A500", "")]
    fn an_object_is_read_with_its_exact_header(
        #[case] written: &str,
        #[case] tag: u16,
        #[case] form: LengthForm,
        #[case] header: &str,
        #[case] value: &str,
    ) {
        let mut written = bytes(written);
        if header.is_empty() {
            written.extend([0x55; 128]);
        }
        let (object, rest) = Object::read(&written).expect("an object");
        assert!(rest.is_empty());
        assert_eq!((object.tag(), object.length_form()), (Tag(tag), form));
        assert_eq!(object.as_bytes(), written);
        if !header.is_empty() {
            assert_eq!((object.header(), object.value()), (&bytes(header)[..], &bytes(value)[..]));
        }
    }

    #[rstest]
    #[case::nothing("", TlvError::Truncated)]
    #[case::half_a_tag("FF", TlvError::Truncated)]
    #[case::a_tag_only("6F", TlvError::Truncated)]
    #[case::half_a_length("6F 82 01", TlvError::Truncated)]
    #[case::a_value_short_by_one("6F 02 A5", TlvError::Truncated)]
    #[case::a_long_value_short_by_one("6F 81 03 01 02", TlvError::Truncated)]
    #[case::filler("FF FF", TlvError::Tag)]
    #[case::three_byte_tag("1F 81 01 00", TlvError::Tag)]
    #[case::indefinite_length("6F 80 00 00", TlvError::LengthField)]
    #[case::three_length_bytes("6F 83 00 00 01 00", TlvError::LengthField)]
    fn what_is_no_object_is_refused(#[case] written: &str, #[case] error: TlvError) {
        assert_eq!(Object::read(&bytes(written)), Err(error));
    }

    #[test]
    fn filler_after_an_object_is_handed_back() {
        let file = bytes("FF10 02 3132 FFFF");
        let (object, rest) = Object::read(&file).expect("an object");
        assert_eq!((object.value(), rest), (&b"12"[..], &[0xFF, 0xFF][..]));
    }

    #[test]
    fn a_child_is_found_by_its_tag_and_a_broken_sibling_is_an_error() {
        let file = bytes("FF20 09 DF21 01 AA DF22 02 BBCC");
        let (object, _) = Object::read(&file).expect("an object");
        let child = object.child(Tag(0xDF22)).expect("objects only").expect("it is there");
        assert_eq!(child.value(), [0xBB, 0xCC]);
        assert_eq!(object.child(Tag(0xDF23)), Ok(None));
        let broken = bytes("FF20 05 DF21 09 AABB");
        let (object, _) = Object::read(&broken).expect("an object");
        assert_eq!(object.child(Tag(0xDF22)), Err(TlvError::Truncated));
    }

    #[rstest]
    #[case::tag_that_announces_another_byte(Tag(0x1F), LengthForm::Short, 1, TlvError::Tag)]
    #[case::second_byte_that_announces_a_third(Tag(0xFF80), LengthForm::Short, 1, TlvError::Tag)]
    #[case::two_bytes_that_are_two_tags(Tag(0x6F10), LengthForm::Short, 1, TlvError::Tag)]
    #[case::short_form_of_128(Tag(0x6F), LengthForm::Short, 128, TlvError::ValueTooLong)]
    #[case::one_byte_form_of_256(Tag(0x6F), LengthForm::OneByte, 256, TlvError::ValueTooLong)]
    #[case::two_byte_form_of_65536(Tag(0x6F), LengthForm::TwoBytes, 65_536, TlvError::ValueTooLong)]
    fn what_cannot_be_written_is_refused_and_leaves_nothing(
        #[case] tag: Tag,
        #[case] form: LengthForm,
        #[case] len: usize,
        #[case] error: TlvError,
    ) {
        let mut out = vec![0xEE];
        assert_eq!(write_as(&mut out, tag, form, &vec![0; len]), Err(error));
        assert_eq!(out, [0xEE]);
    }

    #[test]
    fn debug_shows_no_value() {
        let file = bytes("DF22 03 414243");
        let (object, _) = Object::read(&file).expect("an object");
        assert_eq!(format!("{object:?}"), "DF22[3]");
    }

    fn any_tag() -> impl Strategy<Value = Tag> {
        prop_oneof![
            any::<u8>().prop_filter("one byte", |tag| tag & 0x1F != 0x1F).prop_map(|tag| Tag(u16::from(tag))),
            (any::<u8>(), 0_u8..0x80)
                .prop_map(|(first, second)| Tag(u16::from_be_bytes([first | 0x1F, second]))),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            tag in any_tag(), longer in 0..3_u8, value in proptest::collection::vec(any::<u8>(), 0..600),
        ) {
            let shortest = LengthForm::shortest(value.len()).expect("600 bytes fit");
            let form = match longer {
                0 => shortest,
                1 => shortest.max(LengthForm::OneByte),
                _ => LengthForm::TwoBytes,
            };
            let mut out = Vec::new();
            write_as(&mut out, tag, form, &value).expect("a tag and a form that fit");
            let (object, rest) = Object::read(&out).expect("an object");
            prop_assert!(rest.is_empty());
            prop_assert_eq!((object.tag(), object.length_form(), object.value()), (tag, form, &value[..]));
        }

        #[test]
        fn reading_never_panics_and_what_is_read_was_there(
            bytes in proptest::collection::vec(any::<u8>(), 0..64),
        ) {
            let read: usize = Objects::new(&bytes).flatten().map(|object| object.as_bytes().len()).sum();
            prop_assert!(read <= bytes.len());
            if let Ok((object, rest)) = Object::read(&bytes) {
                prop_assert_eq!([object.as_bytes(), rest].concat(), bytes.clone());
                let mut again = Vec::new();
                write_as(&mut again, object.tag(), object.length_form(), object.value()).expect("it was read");
                prop_assert_eq!(&again[..], object.as_bytes());
            }
        }
    }
}
