//! BER-TLV as the card writes it: one- and two-byte tags, lengths that need not be minimal.
//!
//! The reader is the harness's own and never panics: what it reads comes from a card under test.

use std::ops::Range;

/// One object, with where it stands in the bytes that were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Object<'a> {
    /// The tag as written, `0xFF20`; at most two bytes.
    pub tag: u16,
    /// The length field as written, `82 00 9F`.
    pub length_field: &'a [u8],
    /// The value.
    pub value: &'a [u8],
    /// Tag, length and value.
    pub whole: &'a [u8],
}

/// Reads the object at the start of `bytes`; `None` when there is none.
pub(crate) fn read(bytes: &[u8]) -> Option<Object<'_>> {
    let Header { tag, length_field, value } = header(bytes)?;
    let whole = bytes.get(..value.end)?;
    Some(Object { tag, length_field: &bytes[length_field], value: &bytes[value], whole })
}

/// Bytes of the object at the start of `bytes`, as its header tells; the value need not be there yet.
pub(crate) fn size(bytes: &[u8]) -> Option<usize> {
    header(bytes).map(|header| header.value.end)
}

/// The header of an object: its tag, and where its length field and its value stand.
struct Header {
    tag: u16,
    length_field: Range<usize>,
    value: Range<usize>,
}

fn header(bytes: &[u8]) -> Option<Header> {
    let (&first, rest) = bytes.split_first()?;
    let (tag, rest) = if first & 0x1F == 0x1F {
        let (&second, rest) = rest.split_first()?;
        // A third tag byte is nothing that this card writes.
        if second & 0x80 != 0 {
            return None;
        }
        (u16::from_be_bytes([first, second]), rest)
    } else {
        (u16::from(first), rest)
    };
    let (&head, after_head) = rest.split_first()?;
    let (length, field) = match head {
        0..=0x7F => (usize::from(head), 1),
        0x81..=0x83 => {
            let count = usize::from(head & 0x7F);
            let digits = after_head.get(..count)?;
            (digits.iter().fold(0, |n, &b| n << 8 | usize::from(b)), 1 + count)
        }
        _ => return None,
    };
    let start = bytes.len() - rest.len();
    let value = start + field;
    Some(Header { tag, length_field: start..value, value: value..value + length })
}

/// The objects that fill `bytes` from its start, and what is left behind the last of them.
pub(crate) fn read_all(bytes: &[u8]) -> (Vec<Object<'_>>, &[u8]) {
    let mut objects = Vec::new();
    let mut rest = bytes;
    while let Some(object) = read(rest) {
        rest = &rest[object.whole.len()..];
        objects.push(object);
    }
    (objects, rest)
}

/// The first object under this path of tags.
pub(crate) fn find<'a>(bytes: &'a [u8], path: &[u16]) -> Option<Object<'a>> {
    let (&tag, below) = path.split_first()?;
    let object = read_all(bytes).0.into_iter().find(|o| o.tag == tag)?;
    if below.is_empty() { Some(object) } else { find(object.value, below) }
}

/// The DER object at the start of `bytes`, without filler behind it; everything when there is none.
pub(crate) fn without_filler(bytes: &[u8]) -> &[u8] {
    read(bytes).map_or(bytes, |object| object.whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_that_is_not_minimal_is_read_and_kept_as_written() {
        let object = read(&[0xFF, 0x40, 0x82, 0x00, 0x02, 0xAA, 0xBB, 0xFF]).expect("an object");
        assert_eq!(object.tag, 0xFF40);
        assert_eq!(object.length_field, [0x82, 0x00, 0x02]);
        assert_eq!(object.value, [0xAA, 0xBB]);
        assert_eq!(object.whole.len(), 7);
    }

    #[test]
    fn an_object_that_claims_more_than_there_is_is_no_object() {
        assert_eq!(read(&[0x90, 0x03, 1, 0]), None);
        assert_eq!(read(&[0x90, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]), None);
        assert_eq!(read(&[0xFF]), None);
        assert_eq!(read(&[0x90, 0x82, 0x01]), None);
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn a_header_alone_tells_the_size() {
        assert_eq!(size(&[0x30, 0x82, 0x06, 0xDA]), Some(4 + 0x6DA));
        assert_eq!(size(&[0x30, 0x82, 0x06]), None);
    }

    #[test]
    fn a_path_of_tags_finds_the_object_below() {
        let file = hex::decode("FF200BDF220431323334DF230131").expect("hex");
        assert_eq!(find(&file, &[0xFF20, 0xDF23]).map(|o| o.value), Some(&b"1"[..]));
        assert_eq!(find(&file, &[0xDF23]), None, "it stands one level below");
    }
}
