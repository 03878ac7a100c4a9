//! `pcsc:READER`: whatever card is in that reader, through the system's PC/SC.
//!
//! Each case is one transaction, so that no other program gets between its commands, and begins with the power taken
//! away for a moment, so that nobody's security status lasts. It ends with a reset, so that ours does not either: between
//! cases other programs may have the card.

mod find;
mod readers;
mod trouble;
mod worker;

pub use readers::{Holds, Reader, readers};

use super::{BringsBack, Can, CardEvent, CardUnderTest, NotStarted, Opening};
use jpki_apdu::{Reset, Response, TransportError, TransportFault};
use std::time::Duration;
use worker::{Reply, Worker, timed_out};

/// How long a card that was just put in may take to be seen: pcscd looks every 400 ms.
const FIRST_LOOK: Duration = Duration::from_secs(2);

/// A card in a reader.
pub(super) struct PcscCard {
    reader: String,
    worker: Worker,
    atr: Vec<u8>,
    exchange_limit: Duration,
    start_limit: Duration,
}

impl PcscCard {
    /// Connects to the card in the reader of this name, or with this in its name.
    pub(super) fn connect(reader: &str, opening: &Opening) -> Result<Self, NotStarted> {
        let mut card = Self {
            reader: reader.to_owned(),
            worker: Worker::start(reader.to_owned()),
            atr: Vec::new(),
            exchange_limit: opening.exchange_limit,
            start_limit: opening.start_limit,
        };
        let begun = card.begin(FIRST_LOOK.min(opening.start_limit));
        begun.map(|()| card).map_err(|error| NotStarted { error, last_words: Vec::new() })
    }

    /// Begins a case. A card that has been taken out is waited for, a service that has been away is found again.
    fn begin(&mut self, patience: Duration) -> Result<(), TransportError> {
        self.atr = self.worker.begin(patience, self.exchange_limit)?;
        Ok(())
    }

    /// A thread that hangs is left behind: the next case begins with another one.
    fn heard(&mut self, reply: Reply) -> Reply {
        if timed_out(&reply) {
            self.worker = Worker::start(self.reader.clone());
        }
        reply
    }
}

impl CardUnderTest for PcscCard {
    fn fresh(&mut self, personalisation: Option<&str>) -> Result<Can, TransportError> {
        if personalisation.is_some() {
            return Ok(Can::Refused("the card in the reader is the one that there is".to_owned()));
        }
        self.begin(self.start_limit).map(|()| Can::Done)
    }

    fn brings_back(&self) -> BringsBack {
        BringsBack::Power
    }

    fn atr(&self) -> Vec<u8> {
        self.atr.clone()
    }

    fn transmit(&mut self, command: &[u8]) -> Result<Response, TransportError> {
        if command.len() < 2 {
            // Drivers take a single byte for a control message, and some wait for an answer for ever.
            let detail = "a command of less than two bytes cannot be sent through PC/SC";
            return Err(TransportError::new(TransportFault::Environment, detail));
        }
        let reply = self.worker.transmit(command, self.exchange_limit);
        let answer = self.heard(reply)?;
        let length = answer.len();
        Response::from_bytes(answer).ok_or_else(|| {
            TransportError::new(TransportFault::Protocol, format!("{length} bytes, which are no response"))
        })
    }

    fn reset(&mut self, reset: Reset) -> Result<Can, TransportError> {
        let reply = self.worker.reset(reset, self.exchange_limit);
        self.atr = self.heard(reply)?;
        Ok(Can::Done)
    }

    fn act(&mut self, _: &CardEvent) -> Result<Can, TransportError> {
        Ok(Can::Refused("a reader cannot do this to a card".to_owned()))
    }
}
