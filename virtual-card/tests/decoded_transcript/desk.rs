//! A card on a desk, and a transcript of what happens to it.

use jiff::{SignedDuration, Timestamp};
use jpki_apdu::Reset;
use jpki_virtual_card::transcript::{Event, Transcript};
use jpki_virtual_card::{Card, ResponseBuffer};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) struct Desk {
    pub(crate) card: Card,
    transcript: Transcript,
    paper: Paper,
    buffer: ResponseBuffer,
    now: Timestamp,
}

/// What is written is kept here.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Desk {
    /// With a card that has just got power.
    pub(crate) fn new(card: Card) -> Self {
        let paper = Paper::default();
        let now = "2026-11-24T00:10:02.118Z".parse().expect("a time");
        let transcript = Transcript::new(paper.clone());
        let mut desk = Self { card, transcript, paper, buffer: ResponseBuffer::new(), now };
        desk.happens(Event::PowerOn);
        desk
    }

    /// Writes down an event; 7 ms later than the last one.
    pub(crate) fn happens(&mut self, event: Event<'_>) {
        self.now += SignedDuration::from_millis(7);
        self.transcript.record(self.now, event, &self.card);
    }

    /// Sends a command; the answer.
    pub(crate) fn send(&mut self, command: &[u8]) -> Vec<u8> {
        let answer = self.card.exchange(command, &mut self.buffer).expect("the card answers").to_vec();
        self.happens(Event::Exchange { command, answer: Some(&answer) });
        answer
    }

    /// Sends commands in hex; spaces do not count.
    pub(crate) fn send_all(&mut self, commands: &[&str]) -> &mut Self {
        for command in commands {
            self.send(&hex::decode(command.replace(' ', "")).expect("hex"));
        }
        self
    }

    pub(crate) fn reset(&mut self, reset: Reset) {
        self.card.reset(reset);
        self.happens(match reset {
            Reset::Cold => Event::PowerOn,
            Reset::Warm => Event::Reset,
        });
    }

    /// Everything written so far.
    pub(crate) fn written(&self) -> String {
        let bytes = self.paper.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        String::from_utf8(bytes).expect("a transcript is text")
    }

    /// The last line, without its time.
    pub(crate) fn last(&self) -> String {
        let written = self.written();
        let line = written.lines().last().expect("there is a line");
        line.split_once("Z  ").expect("the time ends so").1.to_owned()
    }
}
