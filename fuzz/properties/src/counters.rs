//! The retry counters as anybody sees them: by asking a clone of the card.

use jpki_virtual_card::card::{Card, ResponseBuffer};
use jpki_virtual_card::image::{CardImage, Content};

/// Every key of a card, by application and short identifier: whom to ask.
#[derive(Clone, Debug)]
pub(crate) struct Questions(Vec<(Vec<u8>, Vec<[u8; 4]>)>);

impl Questions {
    /// The questions for a card with this content.
    pub(crate) fn about(image: &CardImage) -> Self {
        let keys = |application: &jpki_virtual_card::image::Application| {
            let pins = application.files.iter().filter(|file| matches!(file.content, Content::Pin(_)));
            pins.map(|file| [0, 0x20, 0, 0x80 | file.id as u8]).collect()
        };
        let select = |name: &[u8]| [&[0, 0xA4, 4, 0x0C, name.len() as u8], name].concat();
        Self(image.applications.iter().map(|made| (select(&made.aid), keys(made))).collect())
    }

    /// Tries left of every key, in the order of the questions; the card itself notices nothing.
    pub(crate) fn ask(&self, card: &Card, buffer: &mut ResponseBuffer) -> Vec<u8> {
        let mut card = card.clone();
        card.power_cycle();
        let mut answer = |command: &[u8]| -> [u8; 2] {
            let response = card.exchange(command, buffer).expect("an intact card answers");
            response.try_into().expect("SELECT and the query answer a status word only")
        };
        let mut tries = Vec::with_capacity(16);
        for (select, queries) in &self.0 {
            assert_eq!(answer(select), [0x90, 0x00], "an application of the card can always be selected");
            for query in queries {
                let [sw1, sw2] = answer(query);
                assert_eq!((sw1, sw2 & 0xF0), (0x63, 0xC0), "a query answers 63Cx, whatever went before");
                tries.push(sw2 & 0x0F);
            }
        }
        tries
    }
}
