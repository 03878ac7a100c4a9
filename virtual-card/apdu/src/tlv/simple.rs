//! Simple-TLV of ISO/IEC 7816-4, the encoding of records: one byte of tag, one of length, or `FF` and two.

use super::TlvError;
use std::fmt;

/// The length byte that announces two more.
const LONG: u8 = 0xFF;

/// One object, borrowing its bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Object<'a> {
    tag: u8,
    value: &'a [u8],
}

impl<'a> Object<'a> {
    /// Reads the object at the beginning, and what follows it.
    ///
    /// # Errors
    /// [`TlvError`] when the bytes do not begin with a whole object. The tags 00 and FF are none.
    pub fn read(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), TlvError> {
        let (tag, length, rest) = match *bytes {
            [0x00 | 0xFF, ..] => return Err(TlvError::Tag),
            [tag, LONG, hi, lo, ref rest @ ..] => (tag, usize::from(u16::from_be_bytes([hi, lo])), rest),
            [_, LONG, ..] => return Err(TlvError::Truncated),
            [tag, length, ref rest @ ..] => (tag, usize::from(length), rest),
            _ => return Err(TlvError::Truncated),
        };
        let (value, rest) = rest.split_at_checked(length).ok_or(TlvError::Truncated)?;
        Ok((Self { tag, value }, rest))
    }

    /// The tag, 01 to FE.
    #[must_use]
    pub const fn tag(&self) -> u8 {
        self.tag
    }

    /// The value.
    #[must_use]
    pub const fn value(&self) -> &'a [u8] {
        self.value
    }
}

impl fmt::Debug for Object<'_> {
    /// Shows the tag and the length only: the value may be personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}[{}]", self.tag, self.value.len())
    }
}

/// Appends an object, its length in one byte up to 254, else in three.
///
/// # Errors
/// [`TlvError::Tag`] or [`TlvError::ValueTooLong`]; nothing has then been written.
pub fn write(out: &mut Vec<u8>, tag: u8, value: &[u8]) -> Result<(), TlvError> {
    if matches!(tag, 0x00 | 0xFF) {
        return Err(TlvError::Tag);
    }
    let [hi, lo] = u16::try_from(value.len()).map_err(|_| TlvError::ValueTooLong)?.to_be_bytes();
    if hi == 0 && lo != LONG {
        out.extend([tag, lo])
    } else {
        out.extend([tag, LONG, hi, lo])
    }
    out.extend_from_slice(value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::nothing(&[], TlvError::Truncated)]
    #[case::a_tag_only(&[1], TlvError::Truncated)]
    #[case::half_a_long_length(&[1, 0xFF, 0], TlvError::Truncated)]
    #[case::a_value_short_by_one(&[1, 2, 3], TlvError::Truncated)]
    #[case::tag_00(&[0, 0], TlvError::Tag)]
    #[case::tag_ff(&[0xFF, 0], TlvError::Tag)]
    fn what_is_no_object_is_refused(#[case] written: &[u8], #[case] error: TlvError) {
        assert_eq!(Object::read(written), Err(error));
    }

    #[rstest]
    #[case::the_longest_in_one_byte(254, 2)]
    #[case::the_shortest_in_three(255, 4)]
    #[case::the_longest(65_535, 4)]
    fn a_length_is_written_in_one_byte_or_three(#[case] len: usize, #[case] header: usize) {
        let mut out = Vec::new();
        write(&mut out, 1, &vec![7; len]).expect("it fits");
        assert_eq!(out.len(), header + len);
        assert_eq!(Object::read(&out).expect("an object").0.value().len(), len);
    }

    #[test]
    fn what_cannot_be_written_is_refused() {
        let mut out = Vec::new();
        assert_eq!(write(&mut out, 0xFF, &[]), Err(TlvError::Tag));
        assert_eq!(write(&mut out, 1, &vec![0; 65_536]), Err(TlvError::ValueTooLong));
        assert!(out.is_empty());
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_with_what_follows(
            tag in 1..0xFF_u8, value in proptest::collection::vec(any::<u8>(), 0..600), rest: Vec<u8>,
        ) {
            let mut out = Vec::new();
            write(&mut out, tag, &value).expect("it fits");
            out.extend_from_slice(&rest);
            let (object, after) = Object::read(&out).expect("an object");
            prop_assert_eq!((object.tag(), object.value(), after), (tag, &value[..], &rest[..]));
        }

        #[test]
        fn reading_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok((object, rest)) = Object::read(&bytes) {
                prop_assert!(object.value().len() + rest.len() + 2 <= bytes.len());
            }
        }
    }
}
