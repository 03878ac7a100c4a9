//! Every card file that comes with the program makes the card that its title promises.

use jiff::civil::{Date, date};
use jpki_virtual_card::image::{CardImage, Content};
use jpki_virtual_card::personalise::{embedded, embedded_cards};

const AS_OF: Date = date(2026, 11, 22);

#[test]
fn every_card_can_be_made_and_is_the_same_each_time() {
    let names: Vec<_> = embedded_cards().collect();
    assert_eq!(names.len(), 16, "{names:?}");
    for name in names {
        let [first, second] =
            [0, 1].map(|_| embedded(name, AS_OF).unwrap_or_else(|error| panic!("{name}: {error}")));
        assert_eq!(files(&first), files(&second), "{name}");
    }
}

/// All readable bytes of a card.
fn files(image: &CardImage) -> Vec<Vec<u8>> {
    let content = image.applications.iter().flat_map(|application| &application.files);
    let content = content.filter_map(|file| match &file.content {
        Content::Transparent { bytes, .. } => Some(bytes.to_vec()),
        Content::Records { records, .. } => Some(records.concat()),
        _ => None,
    });
    content.chain(image.objects.iter().map(|(_, value)| value.clone())).collect()
}
