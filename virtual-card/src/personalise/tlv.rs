//! Writing the TLV objects of the card: two-byte tags, and lengths in the two forms that the card uses.

use crate::signer::SIGNATURE_LEN;
use jpki_apdu::tlv::ber::{self, LengthForm, Tag};

/// An object as the card writes it: a length of one byte below 128, else always `82` and two bytes, even where DER
/// would have one (`DF25 82 00A9` of a test card).
pub(super) fn object(tag: u16, value: &[u8]) -> Vec<u8> {
    assemble(tag, if value.len() < 0x80 { LengthForm::Short } else { LengthForm::TwoBytes }, value)
}

/// An object whose length is `82` and two bytes whatever it is.
pub(super) fn long_object(tag: u16, value: &[u8]) -> Vec<u8> {
    assemble(tag, LengthForm::TwoBytes, value)
}

fn assemble(tag: u16, form: LengthForm, value: &[u8]) -> Vec<u8> {
    let mut object = Vec::with_capacity(value.len() + 5);
    ber::write_as(&mut object, Tag(tag), form, value)
        .expect("a tag of the card, and a value that READ BINARY can reach: 32767 bytes");
    object
}

/// A public key as the card carries it: exponent `90`, modulus `91`; 265 bytes.
pub(super) fn public_key(modulus: &[u8; SIGNATURE_LEN]) -> Vec<u8> {
    [object(0x90, &[0x01, 0x00, 0x01]), object(0x91, modulus)].concat()
}

/// Objects in a template, with a table of their offsets before them: big-endian, counted from the start of the file,
/// with the template's header in the form that `template` writes.
pub(super) fn with_offsets(
    tag: u16,
    offset_tag: u16,
    objects: &[Vec<u8>],
    template: fn(u16, &[u8]) -> Vec<u8>,
) -> Vec<u8> {
    let table_len = 3 + 2 * objects.len();
    let value_len = table_len + objects.iter().map(Vec::len).sum::<usize>();
    let header_len = template(tag, &vec![0; value_len]).len() - value_len;
    let mut offsets = Vec::new();
    let mut offset = header_len + table_len;
    for object in objects {
        offsets.extend_from_slice(&u16::try_from(offset).unwrap_or(u16::MAX).to_be_bytes());
        offset += object.len();
    }
    template(tag, &[&[object(offset_tag, &offsets)], objects].concat().concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::one_byte(0xDF21, 8, "df2108")]
    #[case::the_last_of_one_byte(0xDF22, 127, "df227f")]
    #[case::never_81(0xDF25, 169, "df258200a9")]
    #[case::two_bytes(0xFF30, 331, "ff3082014b")]
    #[case::one_byte_tag(0xA1, 265, "a1820109")]
    fn a_header_has_the_form_seen_on_the_card(#[case] tag: u16, #[case] length: usize, #[case] header: &str) {
        let object = object(tag, &vec![0; length]);
        assert_eq!(hex::encode(&object[..object.len() - length]), header);
    }

    #[test]
    fn offsets_count_from_the_start_of_the_file() {
        let objects = [object(0xDF22, b"name"), object(0xDF23, b"address"), object(0xDF24, b"day")];
        for template in [object, long_object] {
            let file = with_offsets(0xFF20, 0xDF21, &objects, template);
            let table = file.windows(3).position(|bytes| bytes == [0xDF, 0x21, 6]).expect("a table") + 3;
            for (index, object) in objects.iter().enumerate() {
                let offset = u16::from_be_bytes([file[table + 2 * index], file[table + 2 * index + 1]]);
                assert!(file[usize::from(offset)..].starts_with(object));
            }
        }
    }
}
