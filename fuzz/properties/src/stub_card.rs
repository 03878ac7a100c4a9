//! The card that the fuzzers play with: the standard card, its private keys replaced by a stand-in.

use jpki_virtual_card::card::Card;
use jpki_virtual_card::image::{CardImage, Content};
use jpki_virtual_card::personalise::embedded;
use jpki_virtual_card::signer::Signer;
use std::sync::Arc;

/// The day that the certificates are made for: any day does, as long as it stays the same.
const AS_OF: jiff::civil::Date = jiff::civil::date(2026, 4, 1);

/// A fresh card that signs at no cost, with the words to talk to it.
pub(crate) struct StubCard {
    pub(crate) card: Card,
    /// Names of its applications, and some that it does not have.
    pub(crate) names: Vec<Vec<u8>>,
    /// Right values of its keys, and some that no key has.
    pub(crate) values: Vec<Vec<u8>>,
}

impl StubCard {
    pub(crate) fn new() -> Self {
        let standard = embedded("standard", AS_OF).expect("the standard card comes with the program");
        let image = without_private_keys(standard);
        let mut names: Vec<Vec<u8>> = image.applications.iter().map(|made| made.aid.clone()).collect();
        names.push(vec![0xA0, 0, 0, 0x01, 0x51, 0, 0]);
        names.push(names[0][..5].to_vec());
        names.push(vec![0xA0, 0, 0, 0x03, 0x08, 0, 0, 0x10, 0]);
        let mut values = vec![b"9999".to_vec(), b"ZZZZ9999".to_vec(), vec![b'1'; 16], vec![b'1'; 17]];
        for file in image.applications.iter().flat_map(|application| &application.files) {
            if let Content::Pin(pin) = &file.content
                && !pin.value.is_empty()
                && !values.contains(&pin.value)
            {
                values.push(pin.value.clone());
            }
        }
        let card = Card::new(Arc::new(image)).expect("the standard card is possible");
        Self { card, names, values }
    }
}

fn without_private_keys(mut image: CardImage) -> CardImage {
    for application in &mut image.applications {
        application.session_key = application.session_key.as_ref().map(|_| Signer::Stub);
        for file in &mut application.files {
            if let Content::PrivateKey { signer, .. } = &mut file.content {
                *signer = Signer::Stub;
            }
        }
    }
    image
}
