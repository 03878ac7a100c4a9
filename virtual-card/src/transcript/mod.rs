//! What was said to the card and what it answered: one line an exchange, in bytes and in words.
//!
//! The transcript is an onlooker. It sees commands and answers as they pass the reader, follows SELECT by them
//! alone and touches nothing of the card. Two walls keep secrets out of it: `decode` says which fields of a
//! command may be shown at all, and every field that it does not vouch for is shown as a number of bytes; and
//! `mask`, the only maker of lines, takes the values of the card's keys out of what is left.
//!
//! | noun | file |
//! | --- | --- |
//! | a command in words | `decode`, `instruction` |
//! | which application and which file are current | `onlooker`, `place` |
//! | what may be written | `mask`, `secrets` |
//! | where it is written | `sink` |

mod decode;
mod instruction;
mod mask;
mod onlooker;
mod place;
mod secrets;
mod sink;

use crate::card::Card;
use crate::image::CardImage;
use decode::Decoded;
use jiff::Timestamp;
use mask::{Draft, Exchange};
use onlooker::Onlooker;
use secrets::Secrets;
use sink::Sink;
use std::io::{self, Write};
use std::path::Path;

/// A transcript that is being written, a line at once for each event.
#[derive(Debug)]
pub struct Transcript {
    sink: Sink,
    onlooker: Onlooker,
    secrets: Secrets,
}

/// Something that happens in the reader's slot.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A command APDU and its answer.
    Exchange {
        /// The command as it came.
        command: &'a [u8],
        /// Data and status word; nothing when the card gave no answer or not all of it.
        answer: Option<&'a [u8]>,
    },
    /// The reader gives power.
    PowerOn,
    /// The reader takes the power away.
    PowerOff,
    /// The reader pulls the reset line.
    Reset,
    /// This card was put into the slot.
    Inserted(&'a str),
    /// The card was taken out of the slot.
    Removed,
    /// The card was destroyed and never answers again.
    Destroyed,
    /// The card left the reader while it carried out a command.
    Torn,
    /// A request on the control socket, as it is written there.
    Control(&'a str),
}

impl Transcript {
    /// A transcript at the end of this file, which is made when it is missing, for its owner's eyes only.
    ///
    /// # Errors
    /// The file cannot be opened for writing.
    pub fn append_to(path: &Path) -> io::Result<Self> {
        Ok(Self::new(sink::append_to(path)?))
    }

    /// A transcript that is written here.
    pub fn new(to: impl Write + Send + 'static) -> Self {
        Self { sink: Sink::new(to), onlooker: Onlooker::default(), secrets: Secrets::default() }
    }

    /// Writes a line. The card is the one in the slot, or the one that just left it, as it is after the event.
    /// The transcript takes the values of its keys from it, to keep them out of the line, and the file's access
    /// conditions; what the card has selected it does not ask.
    ///
    /// A transcript that cannot be written is told once in the log; the card goes on without it.
    pub fn record(&mut self, at: Timestamp, event: Event<'_>, card: &Card) {
        let image = card.image();
        card.key_values().for_each(|value| self.secrets.add(value));
        self.onlooker.see(event, image);
        let draft = match event {
            Event::Exchange { command, answer } => self.exchange(command, answer, image),
            Event::PowerOn => Draft::Happening("power on".into()),
            Event::PowerOff => Draft::Happening("power off".into()),
            Event::Reset => Draft::Happening("reset".into()),
            Event::Inserted(card) => Draft::Happening(format!("card {card} inserted")),
            Event::Removed => Draft::Happening("card removed".into()),
            Event::Destroyed => Draft::Happening("card destroyed".into()),
            Event::Torn => Draft::Happening("card torn out of the reader".into()),
            Event::Control(request) => Draft::Happening(format!("control: {request}")),
        };
        self.sink.write(&draft.masked(at, &self.secrets));
    }

    fn exchange<'a>(&mut self, command: &'a [u8], answer: Option<&'a [u8]>, image: &CardImage) -> Draft<'a> {
        let decoded = decode::decode(command, &self.onlooker, image);
        self.onlooker.follow(&decoded.effect, answer, image);
        let Decoded { words, shown, open, .. } = decoded;
        Draft::Exchange(Exchange { words, command, shown, answer, open })
    }
}
