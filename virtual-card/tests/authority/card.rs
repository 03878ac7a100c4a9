//! Certificates as a reader gets them.

use crate::{AS_OF, root};
use jpki_virtual_card::authority::Purpose;
use jpki_virtual_card::image::{ApplicationKind, CardImage, Content};
use jpki_virtual_card::personalise::{embedded, embedded_profile};
use jpki_virtual_card::{Card, ResponseBuffer};
use rstest::rstest;
use std::sync::Arc;

const SELECT_JPKI: &str = "00A4040C0AD392F000260100000001";
const SUCCESS: [u8; 2] = [0x90, 0x00];
const NOT_AUTHORISED: [u8; 2] = [0x69, 0x82];

struct Reader {
    card: Card,
    buffer: ResponseBuffer,
}

impl Reader {
    fn insert(card: &str) -> Self {
        let image = embedded(card, AS_OF).expect("a card");
        let card = Card::new(Arc::new(image)).expect("a possible card");
        let mut reader = Self { card, buffer: ResponseBuffer::new() };
        // One card fails its first command.
        reader.send("00A40000");
        reader
    }

    fn send(&mut self, command: &str) -> (Vec<u8>, [u8; 2]) {
        let command = hex::decode(command).expect("hex");
        let answer = self.card.exchange(&command, &mut self.buffer).expect("the card is alive");
        let (data, word) = answer.split_last_chunk().expect("a status word");
        (data.to_vec(), *word)
    }

    /// The DER structure in the current file; `None` when it needs a PIN that has not been verified.
    fn structure(&mut self) -> Option<Vec<u8>> {
        let (header, word) = self.send("00B0000004");
        if word == NOT_AUTHORISED {
            return None;
        }
        assert_eq!((header[..2].to_vec(), word), (vec![0x30, 0x82], SUCCESS));
        let length = 4 + usize::from(u16::from_be_bytes([header[2], header[3]]));
        let mut read = Vec::new();
        while read.len() < length {
            let take = (length - read.len()).min(256);
            let (part, word) = self.send(&format!("00B0{:04X}{:02X}", read.len(), take & 0xFF));
            assert_eq!((part.len(), word), (take, SUCCESS));
            read.extend(part);
        }
        Some(read)
    }
}

/// The certificate of a card, read as clients do: the signature certificate after its password. Where the password is
/// locked nobody gets it from the card; then it is the one that the card keeps to itself. `None` when there is none.
pub(crate) fn read(card: &str, purpose: Purpose) -> Option<Vec<u8>> {
    let profile = embedded_profile(card).expect("a card");
    let (certificate, file) = match purpose {
        Purpose::UserAuthentication => (profile.auth_certificate, 0x000A),
        Purpose::DigitalSignature => (profile.sign_certificate, 0x0001),
    };
    certificate?;
    let mut reader = Reader::insert(card);
    assert_eq!(reader.send(SELECT_JPKI).1, SUCCESS);
    if purpose == Purpose::DigitalSignature {
        let password = profile.keys["sign-pin"].value.as_ref().expect("a password");
        let verify = format!("0020009B{:02X}{}", password.len(), hex::encode(password.as_bytes()));
        let verified = reader.send(&verify).1 == SUCCESS;
        assert_eq!(verified, card != "sign-locked", "{card}");
    }
    assert_eq!(reader.send(&format!("00A4020C02{file:04X}")).1, SUCCESS);
    let from_card = reader.structure();
    assert_eq!(from_card.is_none(), card == "sign-locked" && file == 0x0001, "{card}");
    Some(from_card.unwrap_or_else(|| kept(reader.card.image(), file)))
}

/// A file of the JPKI application, past its access rule.
fn kept(image: &CardImage, id: u16) -> Vec<u8> {
    let jpki = image.applications.iter().find(|application| application.kind == ApplicationKind::Jpki);
    let file = jpki.and_then(|jpki| jpki.files.iter().find(|file| file.id == id));
    match file.map(|file| &file.content) {
        Some(Content::Transparent { bytes, .. }) => bytes.to_vec(),
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case::user_authentication(Purpose::UserAuthentication, "000B")]
#[case::digital_signature(Purpose::DigitalSignature, "0002")]
fn the_root_on_the_card_is_the_authority_that_answers(#[case] purpose: Purpose, #[case] file: &str) {
    for card in ["standard", "iso-strict"] {
        let mut reader = Reader::insert(card);
        assert_eq!(reader.send(SELECT_JPKI).1, SUCCESS);
        assert_eq!(reader.send(&format!("00A4020C02{file}")).1, SUCCESS);
        assert_eq!(reader.structure().as_deref(), Some(root(purpose)), "{card}");
    }
}
