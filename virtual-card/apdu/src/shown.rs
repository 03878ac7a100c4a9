//! Bytes as people read them: in logs, transcripts and reports.

/// Bytes that are shown of something long.
const SHOWN: usize = 16;

/// Bytes in upper-case hex, a space between them.
#[must_use]
pub fn spaced(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 {
            text.push(' ');
        }
        for nibble in [byte >> 4, byte & 0x0F] {
            text.push(char::from(b"0123456789ABCDEF"[usize::from(nibble)]));
        }
    }
    text
}

/// The first 16 bytes, and how many there are when these are not all.
#[must_use]
pub fn shortened(bytes: &[u8]) -> String {
    match bytes.get(..SHOWN) {
        Some(start) if bytes.len() > SHOWN => format!("{} … ({} bytes)", spaced(start), bytes.len()),
        _ => spaced(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::{shortened, spaced};

    #[test]
    fn only_what_is_longer_than_sixteen_bytes_is_cut() {
        assert_eq!(spaced(&[]), "");
        assert_eq!(spaced(&[0x00, 0xA4, 0x0F]), "00 A4 0F");
        assert_eq!(shortened(&[0xAB; 16]), spaced(&[0xAB; 16]));
        assert_eq!(shortened(&[0xAB; 17]), format!("{} … (17 bytes)", spaced(&[0xAB; 16])));
    }
}
