//! BER-TLV and simple-TLV: the readers end, and what they read is written back as it stood.

use jpki_apdu::tlv::{ber, simple};

/// Takes the bytes apart as far as they go, and puts them together again.
///
/// # Panics
/// When the pieces do not make the bytes again, or a reader finds more objects than the bytes can hold.
pub fn ber_tlv(bytes: &[u8]) {
    let mut written = Vec::with_capacity(bytes.len());
    let read = rewrite(bytes, &mut written);
    assert_eq!(written, &bytes[..read], "the objects are written otherwise");

    let (mut rest, mut records) = (bytes, Vec::new());
    while let Ok((object, behind)) = simple::Object::read(rest) {
        assert!(behind.len() + 2 + object.value().len() <= rest.len());
        simple::write(&mut records, object.tag(), object.value()).expect("what was read can be written");
        rest = behind;
    }
    // Lengths up to 254 may have been written in three bytes; they come back in one.
    assert!(records.len() <= bytes.len() - rest.len());
}

/// Writes the objects at the beginning of the bytes, each constructed one from its children; how many bytes
/// they took.
fn rewrite(bytes: &[u8], out: &mut Vec<u8>) -> usize {
    let (mut rest, mut objects) = (bytes, 0);
    for object in ber::Objects::new(bytes) {
        let Ok(object) = object else { break };
        objects += 1;
        assert!(2 * objects <= bytes.len(), "more objects than the bytes can hold");
        let mut value = Vec::with_capacity(object.value().len());
        let whole =
            object.tag().is_constructed() && rewrite(object.value(), &mut value) == object.value().len();
        let value = if whole { &value } else { object.value() };
        ber::write_as(out, object.tag(), object.length_form(), value).expect("what was read can be written");
        rest = &rest[object.as_bytes().len()..];
    }
    bytes.len() - rest.len()
}
