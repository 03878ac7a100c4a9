//! No line of a transcript holds the value of a key, whatever is sent to the card and however.

use crate::desk::Desk;
use crate::words::standard;
use jpki_apdu::Reset;
use jpki_virtual_card::Card;
use jpki_virtual_card::image::Content;
use jpki_virtual_card::transcript::Event;
use proptest::prelude::*;
use std::sync::LazyLock;

/// Values that a session may change keys to.
const CHANGED: [&[u8]; 4] = [b"9024", b"7777", b"SELECT", b"ZX81ZX81ZX81ZX81"];

/// The card of every session: personalisation is too dear to be done each time.
static CARD: LazyLock<Card> = LazyLock::new(standard);

/// Names of its applications.
fn names() -> Vec<Vec<u8>> {
    CARD.image().applications.iter().map(|application| application.aid.clone()).collect()
}

/// The values of its keys as the factory made them.
fn factory_values() -> Vec<Vec<u8>> {
    let files = CARD.image().applications.iter().flat_map(|application| &application.files);
    let values = files.filter_map(|file| match &file.content {
        Content::Pin(pin) => Some(pin.value.clone()),
        _ => None,
    });
    values.filter(|value| !value.is_empty()).collect()
}

/// Something that happens on the desk.
#[derive(Clone, Debug)]
enum Step {
    Command(Vec<u8>),
    Reset(Reset),
    /// The municipality gives this key of the JPKI application a value.
    Unlock(u16, Vec<u8>),
    Control(String),
    /// The answer gets lost.
    Lost(Vec<u8>),
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    let known = || factory_values().into_iter().chain(CHANGED.map(<[u8]>::to_vec)).collect::<Vec<_>>();
    prop_oneof![4 => prop::sample::select(known()), 1 => prop::collection::vec(any::<u8>(), 0..18)]
}

/// A value in one of the places of a command, right or wrong.
fn around(value: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let header = prop_oneof![
        Just(vec![0x00, 0x20, 0x00, 0x98]),
        Just(vec![0x00, 0x24, 0x01, 0x98]),
        Just(vec![0x00, 0x24, 0x01, 0x9B]),
        Just(vec![0x80, 0x32, 0x00, 0x9C]),
        Just(vec![0x00, 0xA4, 0x04, 0x0C]),
        Just(vec![0x80, 0x2A, 0x00, 0x97]),
        Just(vec![0x00, 0x88, 0x00, 0x99]),
        prop::collection::vec(any::<u8>(), 0..6),
        (any::<u8>(), prop::sample::select(vec![0x20, 0x24, 0x32, 0x2A, 0xA4, 0xB0]), any::<[u8; 2]>())
            .prop_map(|(cla, ins, [p1, p2])| vec![cla, ins, p1, p2]),
    ];
    let length = value.len() as u8;
    let lc = prop_oneof![
        4 => Just(vec![length]),
        1 => Just(vec![0, 0, length]),
        1 => Just(vec![length.wrapping_add(1)]),
        1 => Just(vec![length.saturating_sub(1)]),
        1 => Just(vec![]),
        1 => any::<u8>().prop_map(move |before| vec![length.wrapping_add(1), before]),
    ];
    let tail = prop_oneof![3 => Just(vec![]), 1 => prop::collection::vec(any::<u8>(), 0..4)];
    (header, lc, tail).prop_map(move |(header, lc, tail)| [header, lc, value.clone(), tail].concat())
}

fn step() -> impl Strategy<Value = Step> {
    let select = prop::sample::select(names())
        .prop_map(|aid| [&[0x00, 0xA4, 0x04, 0x0C, aid.len() as u8][..], &aid].concat());
    let p2 = || prop_oneof![Just(0x80_u8), 0x81..=0x9E_u8];
    let present = (p2(), value())
        .prop_map(|(p2, value)| [&[0x00, 0x20, 0x00, p2, value.len() as u8], &*value].concat());
    let change = (p2(), prop::sample::select(&CHANGED[..]))
        .prop_map(|(p2, value)| [&[0x00, 0x24, 0x01, p2, value.len() as u8], value].concat());
    let file = (1..=0x1E_u8).prop_map(|id| vec![0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, id]);
    let read = (any::<u8>(), any::<u8>()).prop_map(|(p1, p2)| vec![0x00, 0xB0, p1, p2, 0x00]);
    let whole = Just(vec![0x00, 0xB0, 0x00, 0x00, 0x00, 0x00, 0x00]);
    let strange = value().prop_flat_map(around);
    let command =
        prop_oneof![3 => select, 3 => present, 1 => change, 2 => file, 2 => read, 2 => whole, 4 => strange];
    let unlock = prop_oneof![
        (Just(0x18), prop::sample::select(vec![b"9024".to_vec(), b"0420".to_vec()])),
        (Just(0x1B), prop::sample::select(vec![b"SELECT".to_vec(), b"PASSWORD1".to_vec()])),
    ];
    let control = value().prop_map(|value| format!("unlock auth-pin {}", hex::encode(value)));
    prop_oneof![
        20 => command.clone().prop_map(Step::Command),
        1 => command.prop_map(Step::Lost),
        1 => prop::sample::select(vec![Reset::Cold, Reset::Warm]).prop_map(Step::Reset),
        1 => unlock.prop_map(|(file, value)| Step::Unlock(file, value)),
        1 => control.prop_map(Step::Control),
    ]
}

/// The values of all keys: of the factory, and those that the session set.
struct Known(Vec<Vec<u8>>);

impl Known {
    /// What a line says after its time, in which no spelling of a value may stand. Values of fewer than four bytes
    /// are none of this card's.
    fn none_in(&self, line: &str) {
        let said = line.split_once("Z  ").map_or(line, |(_, said)| said);
        for value in self.0.iter().filter(|value| value.len() >= 4) {
            let spaced = value.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ");
            for spelling in [hex::encode(value), hex::encode_upper(value), spaced.to_lowercase(), spaced] {
                assert!(!said.contains(&spelling), "{said} holds {spelling}");
            }
            if let Ok(text) = str::from_utf8(value) {
                assert!(!said.contains(text), "{said} holds {text}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_line_holds_the_value_of_a_key(steps in prop::collection::vec(step(), 1..60)) {
        let mut desk = Desk::new(CARD.clone());
        let mut known = Known(factory_values());
        for step in &steps {
            match step {
                Step::Command(command) => {
                    let answer = desk.send(command);
                    if let ([_, 0x24 | 0x32, _, _, _, value @ ..], [0x90, 0x00]) = (&**command, &*answer) {
                        known.0.push(value.to_vec());
                    }
                }
                Step::Reset(reset) => desk.reset(*reset),
                Step::Unlock(file, value) => {
                    let jpki = names().remove(0);
                    desk.card.unlock(&jpki, *file, value).expect("a value of the right form");
                    known.0.push(value.clone());
                    desk.happens(Event::Control(&format!("unlock {file:04X} {}", hex::encode(value))));
                }
                Step::Control(request) => desk.happens(Event::Control(request)),
                Step::Lost(command) => desk.happens(Event::Exchange { command, answer: None }),
            }
            known.none_in(&desk.last());
        }
        prop_assert_eq!(desk.written().lines().count(), 1 + steps.len());
    }
}
