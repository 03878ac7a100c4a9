//! The line protocol of `docs/card-adapter.md`, the card's side: a line of hex is a command APDU, a line with `!` in
//! front a word. Each line is answered with exactly one line, whatever stands in it.
//!
//! | line | answer |
//! | --- | --- |
//! | `00A4040C0A…` | the response APDU as hex; `!mute` when the card stays silent |
//! | `!reset`, `!reset warm` | the answer to reset as hex; `!mute` |
//! | `!fresh`, `!fresh NAME` | the answer to reset as hex of the card as it left the factory |
//! | `!unlock KEY HEX`, `!tamper` | `!ok` |
//! | anything else | `!unknown` and why |

use crate::slot::{Outcome, Power, Slot};
use jpki_apdu::Reset;
use std::fmt;
use std::io::{self, BufRead, Write};

/// The longest line that means something: a command of 65544 bytes in hex. No word is longer.
pub const LONGEST_LINE: usize = 2 * 65_544;

/// What a line asks for.
#[derive(Clone, PartialEq, Eq)]
pub enum Request<'a> {
    /// A command APDU, or bytes that are none.
    Command(Vec<u8>),
    /// `!reset`, `!reset warm`.
    Reset(Reset),
    /// `!fresh`, `!fresh NAME`: a factory-fresh card, of this personalisation or of the one that is served.
    Fresh(Option<&'a str>),
    /// `!unlock KEY HEX`: the municipality initialises a PIN.
    Unlock {
        /// Name of the key, as in `vectors/applications.toml`.
        key: &'a str,
        /// Its new value.
        value: Vec<u8>,
    },
    /// `!tamper`: somebody forces the chip open.
    Tamper,
}

/// Why a line means nothing. What stands in it is not repeated: it may hold a PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Meaningless {
    /// No hex, and no word.
    #[error("a line is a command in hex, or a word with ! in front")]
    NoHex,
    /// No word of this protocol, or not in this form.
    #[error("the words are !reset, !reset warm, !fresh, !fresh NAME, !unlock KEY HEX and !tamper")]
    NoWord,
    /// Longer than anything that means something.
    #[error("a line has {LONGEST_LINE} characters at most")]
    TooLong,
}

impl<'a> Request<'a> {
    /// Reads a line, without its end.
    ///
    /// # Errors
    /// [`Meaningless`], with what would mean something.
    pub fn read(line: &'a [u8]) -> Result<Self, Meaningless> {
        let Some(words) = line.strip_prefix(b"!") else {
            return hex::decode(line).map(Self::Command).map_err(|_| Meaningless::NoHex);
        };
        let words = str::from_utf8(words).map_err(|_| Meaningless::NoWord)?;
        match words.split(' ').collect::<Vec<_>>()[..] {
            ["reset"] => Ok(Self::Reset(Reset::Cold)),
            ["reset", "warm"] => Ok(Self::Reset(Reset::Warm)),
            ["fresh"] => Ok(Self::Fresh(None)),
            ["fresh", name] if !name.is_empty() => Ok(Self::Fresh(Some(name))),
            ["unlock", key, value] => {
                let value = hex::decode(value).map_err(|_| Meaningless::NoWord)?;
                Ok(Self::Unlock { key, value })
            }
            ["tamper"] => Ok(Self::Tamper),
            _ => Err(Meaningless::NoWord),
        }
    }
}

impl fmt::Debug for Request<'_> {
    /// Never shows the bytes of a command or the value of a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(command) => write!(f, "Command({} bytes)", command.len()),
            Self::Reset(reset) => write!(f, "Reset({reset:?})"),
            Self::Fresh(name) => write!(f, "Fresh({name:?})"),
            Self::Unlock { key, .. } => write!(f, "Unlock({key}, value masked)"),
            Self::Tamper => f.write_str("Tamper"),
        }
    }
}

/// Answers line after line, until the input ends.
///
/// # Errors
/// The input cannot be read or the output cannot be written any more; what the lines hold is never one.
pub fn converse(slot: &Slot, input: impl BufRead, output: impl Write) -> io::Result<()> {
    // Whoever begins to speak finds a card under power, and leaves nothing verified behind.
    power_cycle(slot);
    let ended = answer_all(slot, input, output);
    slot.power(Power::Off);
    ended
}

fn answer_all(slot: &Slot, mut input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    let mut conversation = Conversation { slot, response: Vec::new() };
    let mut line = Vec::new();
    while let Some(whole) = read_line(&mut input, &mut line)? {
        let request = if whole { Request::read(&line) } else { Err(Meaningless::TooLong) };
        let mut answer = match request {
            Ok(request) => conversation.answer(&request),
            Err(meaningless) => unknown(&meaningless),
        };
        answer.push('\n');
        output.write_all(answer.as_bytes())?;
        output.flush()?;
    }
    Ok(())
}

fn power_cycle(slot: &Slot) {
    slot.power(Power::Off);
    slot.power(Power::On);
}

/// What the card's side keeps from line to line.
struct Conversation<'a> {
    slot: &'a Slot,
    response: Vec<u8>,
}

impl Conversation<'_> {
    /// The one line that answers, without its end.
    fn answer(&mut self, request: &Request<'_>) -> String {
        match request {
            Request::Command(command) => match self.slot.exchange(command, &mut self.response) {
                Outcome::Answered => hex::encode_upper(&self.response),
                // A line is whole or it is none: half an answer would be taken for a short one.
                Outcome::Torn { .. } | Outcome::Gone => mute(),
            },
            Request::Reset(Reset::Cold) => {
                power_cycle(self.slot);
                self.atr()
            }
            Request::Reset(Reset::Warm) => {
                self.slot.power(Power::Reset);
                self.atr()
            }
            Request::Fresh(_) | Request::Unlock { .. } | Request::Tamper => unknown(&"not by this wire"),
        }
    }

    fn atr(&self) -> String {
        self.slot.atr().map_or_else(mute, hex::encode_upper)
    }
}

fn mute() -> String {
    "!mute".to_owned()
}

/// A refusal in words, on one line whatever they are.
fn unknown(why: &impl fmt::Display) -> String {
    format!("!unknown {}", why.to_string().replace(char::is_control, " "))
}

/// Reads one line without its end; whether all of it fitted. Of a longer one the rest is thrown away.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    line.clear();
    let (mut some, mut whole) = (false, true);
    loop {
        let bytes = match input.fill_buf() {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if bytes.is_empty() {
            break;
        }
        some = true;
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let part = &bytes[..end.unwrap_or(bytes.len())];
        let fits = part.len().min(LONGEST_LINE + 1 - line.len());
        line.extend_from_slice(&part[..fits]);
        whole &= fits == part.len();
        let used = end.map_or(bytes.len(), |end| end + 1);
        input.consume(used);
        if end.is_some() {
            break;
        }
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(some.then_some(whole && line.len() <= LONGEST_LINE))
}
