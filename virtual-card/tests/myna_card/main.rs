//! A client that was written against real cards reads, verifies and signs with the virtual one: the crate `myna-card`.
//!
//! It knows nothing of this crate, and judges with code of its own what the card says and signs. For every signature
//! that it accepts there is a damaged card whose signature it refuses.

mod common;
mod damage;
mod issuer;
mod jpki;
mod pins;
mod secure_messaging;
mod surface;
mod text;

use jiff::civil::{Date, date};
use jpki_virtual_card::image::{ApplicationKind, CardImage};
use jpki_virtual_card::personalise::{Keys, embedded, embedded_profile};
use jpki_virtual_card::profile::Holder;
use jpki_virtual_card::{Card, ResponseBuffer};
use myna_card::data::RsaPublicKey;
use myna_card::{Pin, Result, Transmit};
use std::sync::Arc;

const AS_OF: Date = date(2026, 11, 22);

/// A reader with a card in it.
struct Reader {
    card: Card,
    response: ResponseBuffer,
}

impl Transmit for Reader {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>> {
        Ok(self.card.exchange(command, &mut self.response).expect("the card is alive").to_vec())
    }
}

/// The client, with a card of this name in the reader.
fn client(name: &str) -> myna_card::Card<Reader> {
    insert(embedded(name, AS_OF).expect("a card"))
}

/// The client, with a card of this image in the reader.
fn insert(image: CardImage) -> myna_card::Card<Reader> {
    let card = Card::new(Arc::new(image)).expect("an image that a card can hold");
    myna_card::Card::new(Reader { card, response: ResponseBuffer::default() })
}

fn holder(name: &str) -> Holder {
    embedded_profile(name).expect("a card").holder.expect("a holder")
}

fn digits(value: &str) -> Pin {
    Pin::numeric(value).expect("digits")
}

/// The signature password of every card that has one.
fn password() -> Pin {
    Pin::new("ABC123").expect("a password")
}

/// Public part of a key of the test authority, which a client must know from elsewhere.
fn issuer_key(name: &str) -> RsaPublicKey {
    let signer = Keys::embedded().find(name).expect("a key file");
    RsaPublicKey { exponent: vec![0x01, 0x00, 0x01], modulus: signer.modulus().to_vec() }
}

fn myna_date(date: Date) -> myna_card::data::Date {
    let digits = format!("{:04}{:02}{:02}", date.year(), date.month(), date.day());
    myna_card::data::Date::parse(digits.as_bytes()).expect("a date")
}

/// The card refused with this status word.
fn status<T: std::fmt::Debug>(result: Result<T>) -> u16 {
    match result {
        Err(myna_card::Error::Status(status)) => status.value(),
        other => panic!("{other:?} is no status word"),
    }
}

/// The standard card with one bit of a file flipped.
fn damaged(kind: ApplicationKind, id: u16, offset: usize) -> CardImage {
    use jpki_virtual_card::image::Content;

    let mut image = embedded("standard", AS_OF).expect("the standard card");
    let application = image.applications.iter_mut().find(|application| application.kind == kind);
    let mut files = application.expect("the application").files.iter_mut();
    match &mut files.find(|file| file.id == id).expect("the file").content {
        Content::Transparent { bytes, .. } => {
            let mut damaged = bytes.to_vec();
            damaged[offset] ^= 0x01;
            *bytes = damaged.into();
        }
        other => panic!("{other:?}"),
    }
    image
}
