//! What may be written: the only way from a command and an answer to a line.

use super::decode::count;
use super::secrets::{DOTS, Secrets};
use jiff::Timestamp;
use jpki_apdu::shown::{shortened, spaced};
use jpki_apdu::{Command, StatusWord};
use std::fmt;

/// Bytes of a command's header.
const HEADER: usize = 4;

/// Columns that the words and the command take, so that the lines of a session stand under one another.
const WORDS: usize = 46;
const COMMAND: usize = 32;

/// A line as it may be written: without the value of any key. Only [`Draft::masked`] makes one.
pub(super) struct Line(String);

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is about to become a line; it cannot be shown itself.
pub(super) enum Draft<'a> {
    /// A command and its answer.
    Exchange(Exchange<'a>),
    /// Something else, in words.
    Happening(String),
}

/// A command and its answer, with what decoding says about them.
pub(super) struct Exchange<'a> {
    pub(super) words: String,
    pub(super) command: &'a [u8],
    pub(super) shown: Shown,
    pub(super) answer: Option<&'a [u8]>,
    pub(super) open: bool,
}

/// How much of a command may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// Nothing.
    Nothing,
    /// The four header bytes.
    Header,
    /// The header and Lc.
    Lc,
    /// Everything but the data field.
    Lengths,
    /// Everything, the data field shortened.
    All,
}

impl Draft<'_> {
    /// The line of this moment, with no value of a key in it. The time is the clock's alone and stays as it is.
    pub(super) fn masked(self, at: Timestamp, secrets: &Secrets) -> Line {
        let text = match self {
            Self::Exchange(exchange) => exchange.masked(secrets),
            Self::Happening(words) => words,
        };
        // Names come from files and from the control socket: a line stays one line.
        let text = text.replace(|c: char| c.is_control(), "\u{FFFD}");
        Line(format!("{at:.3}  {}", secrets.scrub(text)))
    }
}

impl Exchange<'_> {
    fn masked(self, secrets: &Secrets) -> String {
        let (answer, meaning) = self.answer(secrets);
        let (words, command) = match self.command(secrets) {
            Some(command) => (self.words, command),
            None => (format!("hidden: {} with the value of a key", count(self.command.len())), DOTS.into()),
        };
        format!("{words:<WORDS$}  {command:<COMMAND$}  ->  {answer}  {meaning}")
    }

    /// The command in hex; none when the value of a key reaches into what would be shown.
    fn command(&self, secrets: &Secrets) -> Option<String> {
        let bytes = self.command;
        let header = HEADER.min(bytes.len());
        let data = match Command::parse(bytes) {
            Ok(command) if !command.data.is_empty() => {
                let start = header + if command.extended { 3 } else { 1 };
                start..start + command.data.len()
            }
            Ok(_) => bytes.len()..bytes.len(),
            Err(_) => header..bytes.len(),
        };
        let hidden = match self.shown {
            Shown::Nothing => 0..bytes.len(),
            Shown::Lc if !data.is_empty() => data.start..bytes.len(),
            Shown::Header | Shown::Lc => header..bytes.len(),
            Shown::Lengths => data.clone(),
            Shown::All => data.start..data.start,
        };
        if secrets.places_in(bytes).any(|place| place.start < hidden.start || place.end > hidden.end) {
            return None;
        }
        let parts = match self.shown {
            Shown::All => {
                [spaced(&bytes[..data.start]), shortened(&bytes[data.clone()]), spaced(&bytes[data.end..])]
            }
            _ => {
                let dots = if hidden.is_empty() { String::new() } else { DOTS.into() };
                [spaced(&bytes[..hidden.start]), dots, spaced(&bytes[hidden.end..])]
            }
        };
        let parts = parts.into_iter().filter(|part| !part.is_empty());
        Some(parts.collect::<Vec<_>>().join(" "))
    }

    /// The answer in hex, and its status word in words.
    fn answer(&self, secrets: &Secrets) -> (String, String) {
        let Some(answer) = self.answer else {
            return ("····".into(), "no answer".into());
        };
        let Some((data, &status)) = answer.split_last_chunk() else {
            return (format!("({})", count(answer.len())), "no status word".into());
        };
        let sw = StatusWord::from(status);
        let word = spaced(&status);
        let shown = match data {
            [] => word,
            // Part of a value could stand in the status word.
            _ if self.open && !secrets.occur_in(answer) => format!("{} {word}", shortened(data)),
            _ => format!("({}) {word}", count(data.len())),
        };
        (shown, sw.in_words())
    }
}
