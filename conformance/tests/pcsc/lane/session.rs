//! A program of our own that talks to the card by PC/SC.

use super::Reader;
use pcsc::Card;
use std::cell::RefCell;

/// SELECT of the JPKI application.
const SELECT_JPKI: &str = "00A4040C0AD392F000260100000001";

/// A key of the JPKI application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pin {
    /// EF 0018, user authentication.
    Authentication,
    /// EF 001B, digital signature.
    Signature,
}

/// A connection to the card that is in the reader.
pub(crate) struct Session {
    card: Card,
    buffer: RefCell<Vec<u8>>,
}

impl Session {
    /// Connects to the card; other programs may do so too.
    pub(crate) fn open(reader: &Reader<'_>) -> Self {
        Self::with(reader.connect())
    }

    /// Talks over a connection that is there.
    pub(crate) fn with(card: Card) -> Self {
        Self { card, buffer: RefCell::new(vec![0; pcsc::MAX_BUFFER_SIZE_EXTENDED]) }
    }

    /// Sends a command, written in hex; the response in hex.
    pub(crate) fn try_send(&self, command: &str) -> Result<String, pcsc::Error> {
        let command = hex::decode(command).expect("tests write hex");
        self.card.transmit(&command, &mut self.buffer.borrow_mut()).map(hex::encode_upper)
    }

    /// Sends a command, written in hex; the response in hex.
    pub(crate) fn send(&self, command: &str) -> String {
        self.try_send(command).unwrap_or_else(|error| panic!("{command} is not answered: {error}"))
    }

    /// Selects the JPKI application and a key in it.
    pub(crate) fn select(&self, pin: Pin) {
        let file = match pin {
            Pin::Authentication => "0018",
            Pin::Signature => "001B",
        };
        for command in [SELECT_JPKI, &format!("00A4020C02{file}")] {
            assert_eq!(self.send(command), "9000", "{command}");
        }
    }

    /// Tries that a key has left.
    pub(crate) fn tries_left(&self, pin: Pin) -> u8 {
        self.select(pin);
        let answer = self.send("00200080");
        let left = answer.strip_prefix("63C").and_then(|digit| u8::from_str_radix(digit, 16).ok());
        left.unwrap_or_else(|| panic!("{answer} tells no number of tries"))
    }

    /// Shows a value to a key; the status word.
    pub(crate) fn verify(&self, pin: Pin, value: &str) -> String {
        self.select(pin);
        self.send(&format!("00200080{:02X}{}", value.len(), hex::encode(value)))
    }

    /// The connection.
    pub(crate) fn card(&mut self) -> &mut Card {
        &mut self.card
    }
}
