//! The two tag-length-value encodings of the card: BER-TLV in transparent files, simple-TLV in records.
//!
//! Both readers borrow, allocate nothing and never panic; both keep what a lenient reader loses: the exact
//! header bytes, so that a file can be held against another one byte for byte.

pub mod ber;
pub mod simple;

/// Bytes that are no tag-length-value object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlvError {
    /// The bytes end before the object does.
    #[error("the object is longer than the bytes at hand")]
    Truncated,
    /// A tag of three bytes or more, or one that its own bytes contradict.
    #[error("the tag is none of one or two bytes")]
    Tag,
    /// The indefinite form, or a length field of four bytes or more.
    #[error("the length field is none of one to three bytes")]
    LengthField,
    /// The value does not fit the form of the length field.
    #[error("the value is too long for its length field")]
    ValueTooLong,
}
