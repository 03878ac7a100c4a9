//! The shape of a file: every tag in order, the form and the value of every length, what follows the last object.

use jpki_apdu::tlv::ber::{LengthForm, Object, Tag};

/// Objects whose length depends on the person: names, addresses, pictures.
const FREE_LENGTH: [(u16, u16); 7] = [
    (0xFF20, 0xDF22),
    (0xFF20, 0xDF23),
    (0xFF20, 0xDF25),
    (0xFF20, 0xDF26),
    (0xFF20, 0xDF27),
    (0xFF20, 0xDF2A),
    (0xFF40, 0xDF41),
];

/// One line for each object, indented under the one that holds it. `outer` is the tag of the file.
pub(crate) fn shape(bytes: &[u8]) -> Vec<String> {
    let mut lines = Vec::new();
    walk(bytes, None, 0, &mut lines);
    lines
}

fn walk(mut bytes: &[u8], outer: Option<Tag>, depth: usize, lines: &mut Vec<String>) {
    while !bytes.is_empty() {
        // Filler is no object: FF FF would be a tag of the private class.
        let filler = bytes.iter().all(|byte| *byte == bytes[0]) && matches!(bytes[0], 0x00 | 0xFF);
        let Ok((object, rest)) =
            Object::read(bytes).map_err(|_| ()).and_then(|read| if filler { Err(()) } else { Ok(read) })
        else {
            lines.push(format!("{:depth$}followed by {}", "", hex::encode(bytes)));
            return;
        };
        let (tag, value) = (object.tag(), object.value());
        let free = outer.is_some_and(|outer| FREE_LENGTH.contains(&(outer.0, tag.0)));
        // The class bits are no help: FF10 of the text application holds digits, DF12 and DF24 hold a key.
        let digits = value.iter().all(u8::is_ascii_digit);
        let holds_objects = tag.is_constructed() && !digits || value.starts_with(&[0x90, 0x03]);
        let form = match object.length_form() {
            LengthForm::Short => "xx",
            LengthForm::OneByte => "81 xx",
            LengthForm::TwoBytes => "82 xx xx",
        };
        let any_length = free || holds_objects && contains_free(value, tag);
        let length = if any_length { "any".to_owned() } else { value.len().to_string() };
        lines.push(format!("{:depth$}{tag} length {form} = {length}", ""));
        if holds_objects {
            walk(value, Some(tag), depth + 2, lines);
        }
        bytes = rest;
    }
}

/// The value holds an object of free length, so that its own length is free too.
fn contains_free(value: &[u8], outer: Tag) -> bool {
    let mut lines = Vec::new();
    walk(value, Some(outer), 0, &mut lines);
    lines.iter().any(|line| line.ends_with("= any"))
}
