//! A tiny card for the tests of this folder, and a conversation with it.

use super::{Card, ResponseBuffer};
use crate::image::{Access, Application, ApplicationKind, CardImage, Change, Content, File, Pin};
use crate::profile::Knobs;
use crate::signer::Signer;
use std::sync::Arc;

pub(super) const SELECT_ISSUER: &str = "00A4040C07 A0000001510000";
pub(super) const SELECT_JPKI: &str = "00A4040C0A D392F000260100000001";
pub(super) const SELECT_TEXT: &str = "00A4040C0A D3921000310001010408";
pub(super) const SELECT_SURFACE: &str = "00A4040C0A D3921000310001010402";
pub(super) const SELECT_COMMON: &str = "00A4040C0A D3921000310001010100";
pub(super) const VERIFY_AUTH_PIN: &str = "0020009804 31323334";
pub(super) const VERIFY_SIGN_PIN: &str = "0020009B06 414243313233";
pub(super) const VERIFY_TEXT_PIN: &str = "0020009104 31323334";

/// A card that is talked to in hex; spaces are ignored.
pub(super) struct Conversation {
    pub(super) card: Card,
    buffer: ResponseBuffer,
}

impl Conversation {
    /// With a fresh tiny card.
    pub(super) fn new() -> Self {
        Self::with(|_| {})
    }

    /// With a fresh tiny card that answers otherwise where the sources disagree.
    pub(super) fn with(turn: impl FnOnce(&mut Knobs)) -> Self {
        let mut image = image();
        turn(&mut image.knobs);
        let card = Card::new(Arc::new(image)).expect("the tiny image is a card's");
        Self { card, buffer: ResponseBuffer::new() }
    }

    /// Sends a command; the answer as upper-case hex.
    pub(super) fn send(&mut self, command: &str) -> String {
        let command = hex::decode(command.replace(' ', "")).expect("hex");
        hex::encode_upper(self.card.exchange(&command, &mut self.buffer).expect("the card answers"))
    }

    /// Sends commands and holds each answer against what is expected: hex, or `(N)9000` for N bytes of data
    /// whatever they are.
    #[track_caller]
    pub(super) fn expect(&mut self, script: &[(&str, &str)]) -> &mut Self {
        for (number, (command, expected)) in (1..).zip(script) {
            let answer = self.send(command);
            let shape = match expected.strip_prefix('(') {
                Some(_) => format!("({}){}", answer.len() / 2 - 2, &answer[answer.len() - 4..]),
                None => answer.clone(),
            };
            assert_eq!(shape, expected.replace(' ', ""), "answer to command {number}, {command}: {answer}");
        }
        self
    }
}

/// So many bytes that differ from their neighbours, the first of them 00.
pub(super) fn counting(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at % 251) as u8).collect()
}

/// An image with something of everything, and the stand-in for every private key.
pub(super) fn image() -> CardImage {
    CardImage {
        atr: vec![0x3B, 0xE0],
        knobs: Knobs::default(),
        objects: vec![(0x0042, counting(16)), (0x00F8, counting(575))],
        common_objects: vec![(0x5F51, counting(8))],
        applications: vec![jpki(), text(), surface(), common()],
        seed: 7,
    }
}

fn jpki() -> Application {
    application(
        ApplicationKind::Jpki,
        "D392F000260100000001",
        None,
        vec![
            transparent(0x01, 600, &[0x1B]),
            transparent(0x06, 160, &[]),
            transparent(0x08, 3, &[]),
            (0x09, Content::Opaque { internal: false }),
            transparent(0x0A, 300, &[]),
            (0x16, Content::Opaque { internal: true }),
            private_key(0x17, &[0x18], false),
            pin(0x18, "1234", 3, Change::ReferenceDataDigits),
            private_key(0x1A, &[0x1B], false),
            pin(0x1B, "ABC123", 5, Change::ReferenceDataPassword),
        ],
    )
}

fn text() -> Application {
    let files = vec![
        transparent(0x01, 17, &[0x11, 0x14]),
        transparent(0x02, 104, &[0x11, 0x15]),
        pin(0x11, "1234", 3, Change::ReferenceDataDigits),
        pin(0x12, "", 0, Change::Never),
        private_key(0x13, &[], false),
        pin(0x14, "123456789018", 10, Change::Never),
        pin(0x15, "55021720352285", 10, Change::Never),
    ];
    Application {
        session_key: Some(Signer::Stub),
        ..application(ApplicationKind::Text, "D3921000310001010408", Some(0x13), files)
    }
}

fn surface() -> Application {
    application(
        ApplicationKind::Surface,
        "D3921000310001010402",
        None,
        vec![
            transparent(0x02, 3070, &[0x12, 0x13]),
            pin(0x12, "55021720352285", 10, Change::Never),
            pin(0x13, "123456789018", 10, Change::Never),
        ],
    )
}

fn common() -> Application {
    let records = vec![[&[0x01, 0x1C][..], &[0x34; 28]].concat(), vec![0x02, 0x00]];
    application(
        ApplicationKind::Common,
        "D3921000310001010100",
        None,
        vec![
            (0x01, Content::Records { records, read: Access::Free }),
            private_key(0x19, &[], true),
            pin(0x1C, "1234", 3, Change::ChangeKeyDigits),
        ],
    )
}

fn application(
    kind: ApplicationKind,
    aid: &str,
    default_key: Option<u16>,
    files: Vec<(u16, Content)>,
) -> Application {
    let aid = hex::decode(aid).expect("hex");
    let files = files.into_iter().map(|(id, content)| File { id, content }).collect();
    Application { kind, aid, files, default_key, session_key: None }
}

fn transparent(id: u16, len: usize, keys: &[u16]) -> (u16, Content) {
    (id, Content::Transparent { bytes: counting(len).into(), read: access(keys) })
}

fn private_key(id: u16, keys: &[u16], authenticates: bool) -> (u16, Content) {
    (id, Content::PrivateKey { signer: Signer::Stub, usage: access(keys), authenticates })
}

fn pin(id: u16, value: &str, tries: u8, change: Change) -> (u16, Content) {
    (id, Content::Pin(Pin { value: value.into(), tries, tries_left: tries, change }))
}

fn access(keys: &[u16]) -> Access {
    if keys.is_empty() { Access::Free } else { Access::AnyOf(keys.to_vec()) }
}
