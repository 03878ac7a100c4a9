//! The card that is measured, and the commands that it is measured with.

use jpki_virtual_card::card::{Card, ResponseBuffer};
use jpki_virtual_card::personalise::embedded;
use std::sync::Arc;

/// The day that the certificates are made for: any day does, as long as it stays the same.
const AS_OF: jiff::civil::Date = jiff::civil::date(2026, 4, 1);

/// Commands that clients send most.
pub mod command {
    /// SELECT of the JPKI application.
    pub const SELECT_JPKI: &[u8] =
        &[0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
    /// SELECT of the user-authentication certificate.
    pub const SELECT_CERTIFICATE: &[u8] = &[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x0A];
    /// How many tries has the authentication PIN left?
    pub const QUERY: &[u8] = &[0x00, 0x20, 0x00, 0x98];
    /// READ BINARY of the first 256 bytes of the user-authentication certificate.
    pub const READ_256: &[u8] = &[0x00, 0xB0, 0x8A, 0x00, 0x00];
    /// VERIFY of the authentication PIN with the right value.
    pub const RIGHT_PIN: &[u8] = &[0x00, 0x20, 0x00, 0x98, 0x04, b'1', b'2', b'3', b'4'];
    /// VERIFY of the authentication PIN with a wrong value.
    pub const WRONG_PIN: &[u8] = &[0x00, 0x20, 0x00, 0x98, 0x04, b'9', b'9', b'9', b'9'];
    /// COMPUTE DIGITAL SIGNATURE with the authentication key over 51 bytes.
    pub const SIGN: &[u8] = &{
        let mut command = [0; 5 + 51 + 1];
        [command[0], command[1], command[2], command[3], command[4]] = [0x80, 0x2A, 0x00, 0x97, 51];
        let head = [0x30, 0x31, 0x30, 0x0D, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 32];
        let mut at = 0;
        while at < head.len() {
            command[5 + at] = head[at];
            at += 1;
        }
        command
    };

    /// The exchanges whose rate matters, by name.
    pub const FREQUENT: &[(&str, &[u8])] = &[
        ("query", QUERY),
        ("SELECT application", SELECT_JPKI),
        ("SELECT file", SELECT_CERTIFICATE),
        ("READ BINARY of 256 bytes", READ_256),
    ];
}

/// A card and the buffer for its responses.
#[derive(Clone, Debug)]
pub struct Reader {
    card: Card,
    response: ResponseBuffer,
}

impl Reader {
    /// The standard card with the JPKI application selected.
    ///
    /// # Panics
    /// When the standard card is broken: there is nothing to measure then.
    #[must_use]
    pub fn in_jpki_application() -> Self {
        let image = embedded("standard", AS_OF).expect("the standard card comes with the program");
        let card = Card::new(Arc::new(image)).expect("the standard card is possible");
        let mut reader = Self { card, response: ResponseBuffer::new() };
        assert_eq!(reader.exchange(command::SELECT_JPKI), [0x90, 0x00]);
        reader
    }

    /// The standard card with the authentication PIN verified.
    ///
    /// # Panics
    /// When the standard card is broken.
    #[must_use]
    pub fn with_verified_auth_pin() -> Self {
        let mut reader = Self::in_jpki_application();
        assert_eq!(reader.exchange(command::RIGHT_PIN), [0x90, 0x00]);
        reader
    }

    /// The card.
    #[must_use]
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// The card as it left the factory.
    pub fn restore(&mut self) {
        self.card.restore();
    }

    /// One command and its response.
    ///
    /// # Panics
    /// Never: the card of the benchmarks is not destroyed.
    #[inline]
    pub fn exchange(&mut self, command: &[u8]) -> &[u8] {
        self.card.exchange(command, &mut self.response).expect("an intact card answers")
    }
}
