//! Whatever a reader or a program sends over a wire: frames as vpcd sends them, and lines of hex.

use jpki_virtual_card::image::Content;
use jpki_virtual_card::personalise::embedded;
use jpki_virtual_card::slot::{Outcome, PersonalisedCard, Power, Slot};
use jpki_virtual_card::transcript::Transcript;
use jpki_virtual_card::wire::frame::{self, Decoder, Message};
use jpki_virtual_card::wire::line;
use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// The day that the certificates are made for: any day does, as long as it stays the same.
const AS_OF: jiff::civil::Date = jiff::civil::date(2026, 4, 1);

/// Plays the bytes as a stream of frames, cut into pieces of as many bytes as the first one says, and as lines.
///
/// # Panics
/// When the frames are cut otherwise than their lengths say, a message that is to be answered is not, an answer fits
/// no frame or is no answer, a line has not exactly one line of answer, or the transcript of it all shows the value
/// of a key.
pub fn wire_session(bytes: &[u8]) {
    thread_local! {
        // Personalisation is too dear to be done for every session.
        static TABLE: RefCell<Table> = RefCell::new(Table::new());
    }
    TABLE.with_borrow_mut(|table| {
        if let Some((pace, stream)) = bytes.split_first() {
            table.frames(usize::from(*pace) + 1, stream);
        }
        table.lines(bytes);
    });
}

struct Table {
    card: PersonalisedCard,
    /// The values of its keys in upper-case hex with spaces: how a transcript would spell them.
    values: Vec<String>,
}

impl Table {
    fn new() -> Self {
        let card =
            PersonalisedCard::load("standard", AS_OF).expect("the standard card comes with the program");
        let image = embedded("standard", AS_OF).expect("the standard card comes with the program");
        let files = image.applications.iter().flat_map(|application| &application.files);
        let values = files.filter_map(|file| match &file.content {
            Content::Pin(pin) if !pin.value.is_empty() => Some(spaced(&pin.value)),
            _ => None,
        });
        Self { card, values: values.collect() }
    }

    /// A slot with a fresh card, and what is written down about it.
    fn slot(&self) -> (Slot, Paper) {
        let paper = Paper::default();
        (Slot::new(self.card.clone()).recorded_in(Transcript::new(paper.clone())), paper)
    }

    fn frames(&self, piece: usize, stream: &[u8]) {
        let (payloads, amid) = payloads(stream);
        let (slot, paper) = self.slot();
        let (mut decoder, mut taken, mut rest) = (Decoder::new(), 0, stream);
        while !rest.is_empty() {
            let room = decoder.room();
            let count = piece.min(room.len()).min(rest.len());
            assert!(count > 0, "the decoder has no room, and no message either");
            room[..count].copy_from_slice(&rest[..count]);
            decoder.filled(count);
            rest = &rest[count..];
            while let Some(message) = decoder.message() {
                assert_eq!(message, Message::of(payloads[taken]), "frame {taken}");
                taken += 1;
                answer(&slot, message);
            }
        }
        assert_eq!(taken, payloads.len(), "a frame was not taken");
        assert_eq!(decoder.is_amid_a_frame(), amid);
        self.nothing_shown(&paper);
    }

    fn lines(&self, bytes: &[u8]) {
        let (slot, paper) = self.slot();
        let mut answers = Vec::new();
        line::converse(&slot, bytes, &mut answers).expect("memory can be read and written");
        let asked = bytes.split_inclusive(|byte| *byte == b'\n').count();
        let answers = str::from_utf8(&answers).expect("answers are text");
        assert_eq!(answers.lines().count(), asked, "{answers:?}");
        for answer in answers.lines() {
            let hex = answer.len() >= 4 && hex_pairs(answer);
            assert!(hex || answer.starts_with('!'), "{answer:?} is no answer");
        }
        self.nothing_shown(&paper);
    }

    fn nothing_shown(&self, paper: &Paper) {
        let written = paper.text();
        for value in &self.values {
            assert!(!written.contains(value), "{written}\nshows {value}");
        }
    }
}

/// The payloads of all whole frames, and whether the stream ends amid one.
fn payloads(mut stream: &[u8]) -> (Vec<&[u8]>, bool) {
    let mut payloads = Vec::new();
    while let [hi, lo, rest @ ..] = stream
        && let Some((payload, rest)) = rest.split_at_checked(usize::from(u16::from_be_bytes([*hi, *lo])))
    {
        payloads.push(payload);
        stream = rest;
    }
    (payloads, !stream.is_empty())
}

/// What the card's side does with a message; where an answer is due, it is a frame.
fn answer(slot: &Slot, message: Message<'_>) {
    let answer = match message {
        Message::PowerOff => return slot.power(Power::Off),
        Message::PowerOn => return slot.power(Power::On),
        Message::Reset => return slot.power(Power::Reset),
        Message::AskForAtr => slot.atr().expect("a card is in"),
        Message::Command(command) => {
            let mut answer = Vec::new();
            assert_eq!(slot.exchange(command, &mut answer), Outcome::Answered, "nobody takes the card out");
            answer
        }
    };
    assert!(answer.len() >= 2, "{answer:?} is no answer");
    let mut sent = Vec::new();
    // An answer can be longer than a frame: the wire says 6F00 then.
    if frame::encode(&answer, &mut sent).is_ok() {
        assert_eq!(payloads(&sent), (vec![&*answer], false));
    }
}

fn spaced(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ")
}

fn hex_pairs(text: &str) -> bool {
    text.len().is_multiple_of(2) && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'))
}

/// What a transcript is written on.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        str::from_utf8(&bytes).expect("a transcript is text").to_owned()
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
