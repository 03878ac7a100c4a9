//! `exec:COMMAND`: a card that is a program. It reads a command APDU as a line of hex and answers one.
//!
//! | line | answer |
//! | --- | --- |
//! | `00A4040C0A…` | response APDU as hex; a line with `!` in front when the card stays silent |
//! | `!reset`, `!reset warm` | answer to reset as hex; `!…` refuses |
//! | `!fresh`, `!fresh NAME` | restores the factory state: answer to reset as hex; `!…` refuses |
//! | `!unlock KEY HEX`, `!tamper` | `!ok`; anything else refuses |
//!
//! A program that does not know `!fresh` is started anew for each case.

use super::process::{Process, beginning};
use super::{Can, CardEvent, CardUnderTest, NotStarted, Opening};
use jpki_apdu::{Reset, Response, TransportError, TransportFault};
use std::time::Duration;

/// Starts in a row that may fail before nothing more is tried.
const MOST_FAILED_STARTS: u32 = 3;

/// A card that is a program.
pub(super) struct ExecCard {
    command: String,
    exchange_limit: Duration,
    start_limit: Duration,
    process: Option<Process>,
    atr: Vec<u8>,
    /// Nothing was sent since the program started.
    untouched: bool,
    knows_fresh: Option<bool>,
    failed_starts: u32,
}

/// A line that answers a control line.
enum Said {
    /// An answer to reset.
    Atr(Vec<u8>),
    /// Anything else: a refusal, without the `!`.
    Other(String),
}

impl ExecCard {
    /// Starts the program and waits for its answer to reset.
    pub(super) fn start(command: &str, opening: &Opening) -> Result<Self, NotStarted> {
        let mut card = Self {
            command: command.to_owned(),
            exchange_limit: opening.exchange_limit,
            start_limit: opening.start_limit,
            process: None,
            atr: Vec::new(),
            untouched: false,
            knows_fresh: None,
            failed_starts: 0,
        };
        match card.start_again() {
            Ok(()) => Ok(card),
            Err((error, last_words)) => Err(NotStarted { error, last_words }),
        }
    }

    fn start_again(&mut self) -> Result<(), (TransportError, Vec<String>)> {
        if let Some(process) = self.process.take() {
            process.dismiss();
        }
        let mut process = Process::start(&self.command).map_err(|error| {
            let detail = format!("the program cannot be started: {error}");
            (TransportError::new(TransportFault::Environment, detail), Vec::new())
        })?;
        let answer = process.ask("!reset", self.start_limit).and_then(|line| match said(&line) {
            Said::Atr(atr) => Ok(atr),
            Said::Other(_) => {
                let detail =
                    format!("to !reset it answers \"{}\", which is no answer to reset", beginning(&line));
                Err(TransportError::new(TransportFault::Protocol, detail))
            }
        });
        match answer {
            Ok(atr) => {
                self.atr = atr;
                self.untouched = true;
                self.process = Some(process);
                self.failed_starts = 0;
                Ok(())
            }
            Err(error) => {
                self.failed_starts += 1;
                Err((error, process.end()))
            }
        }
    }

    /// Starts the program again for the next case.
    fn restart(&mut self) -> Result<(), TransportError> {
        if self.failed_starts >= MOST_FAILED_STARTS {
            let detail = format!("the program did not start {MOST_FAILED_STARTS} times in a row");
            return Err(TransportError::new(TransportFault::Gone, detail));
        }
        self.start_again().map_err(|(error, last_words)| with_last_words(error, &last_words))
    }

    /// Sends a line and waits for the answer; a program that does not give one is ended.
    fn ask(&mut self, line: &str) -> Result<String, TransportError> {
        let Some(process) = &mut self.process else {
            return Err(TransportError::new(TransportFault::Gone, "the program is no longer running"));
        };
        self.untouched = false;
        process.ask(line, self.exchange_limit).map_err(|error| self.end(error))
    }

    /// Ends the program after an error, and adds its last words.
    fn end(&mut self, error: TransportError) -> TransportError {
        let last_words = self.process.take().map(Process::end).unwrap_or_default();
        with_last_words(error, &last_words)
    }

    fn protocol(&mut self, detail: String) -> TransportError {
        self.end(TransportError::new(TransportFault::Protocol, detail))
    }

    /// Asks for the factory state; `None` when the program does not know how.
    fn ask_for_fresh(&mut self, line: &str) -> Result<Option<String>, TransportError> {
        match said(&self.ask(line)?) {
            Said::Atr(atr) => {
                self.atr = atr;
                self.knows_fresh = Some(true);
                Ok(None)
            }
            Said::Other(words) => Ok(Some(words)),
        }
    }
}

impl CardUnderTest for ExecCard {
    fn fresh(&mut self, personalisation: Option<&str>) -> Result<Can, TransportError> {
        if self.process.is_none() {
            self.restart()?;
        }
        let Some(name) = personalisation else {
            if self.untouched {
                return Ok(Can::Done);
            }
            // A program that has never heard the word may even fall over it.
            if self.knows_fresh != Some(false) && matches!(self.ask_for_fresh("!fresh"), Ok(None)) {
                return Ok(Can::Done);
            }
            self.knows_fresh = Some(false);
            return self.restart().map(|()| Can::Done);
        };
        if self.knows_fresh == Some(false) {
            return Ok(Can::Refused("it does not know !fresh".to_owned()));
        }
        match self.ask_for_fresh(&format!("!fresh {name}")) {
            Ok(None) => Ok(Can::Done),
            Ok(Some(words)) => Ok(Can::Refused(format!("it answers \"{words}\""))),
            Err(_) if self.knows_fresh.is_none() => {
                self.knows_fresh = Some(false);
                Ok(Can::Refused("it does not know !fresh".to_owned()))
            }
            Err(error) => Err(error),
        }
    }

    fn atr(&self) -> Vec<u8> {
        self.atr.clone()
    }

    fn transmit(&mut self, command: &[u8]) -> Result<Response, TransportError> {
        let line = self.ask(&hex::encode_upper(command))?;
        if let Some(words) = line.strip_prefix('!') {
            // The card stays silent; the program that plays it is well.
            let detail = format!("it answers \"!{}\"", beginning(words));
            return Err(TransportError::new(TransportFault::Gone, detail));
        }
        match hex::decode(&line).ok().and_then(Response::from_bytes) {
            Some(response) => Ok(response),
            None => {
                let detail = format!("it answers \"{}\", which is no response in hex", beginning(&line));
                Err(self.protocol(detail))
            }
        }
    }

    fn reset(&mut self, reset: Reset) -> Result<Can, TransportError> {
        let line = match reset {
            Reset::Cold => "!reset",
            Reset::Warm => "!reset warm",
        };
        let answer = self.ask(line)?;
        match said(&answer) {
            Said::Atr(atr) => {
                self.atr = atr;
                Ok(Can::Done)
            }
            Said::Other(words) if answer.starts_with('!') => {
                Ok(Can::Refused(format!("it answers \"{words}\"")))
            }
            Said::Other(words) => {
                let detail = format!("to {line} it answers \"{words}\", which is no answer to reset");
                Err(self.protocol(detail))
            }
        }
    }

    fn act(&mut self, event: &CardEvent) -> Result<Can, TransportError> {
        let line = match event {
            CardEvent::Unlock { key, value } => format!("!unlock {key} {}", hex::encode_upper(value)),
            CardEvent::Tamper => "!tamper".to_owned(),
        };
        let answer = self.ask(&line)?;
        if answer == "!ok" {
            Ok(Can::Done)
        } else {
            Ok(Can::Refused(format!("it answers \"{}\"", beginning(&answer))))
        }
    }
}

/// Reads the answer to a control line. Every answer to reset begins with `3B` or `3F`.
fn said(line: &str) -> Said {
    match hex::decode(line) {
        Ok(atr) if matches!(atr.first(), Some(0x3B | 0x3F)) && atr.len() >= 2 => Said::Atr(atr),
        _ => Said::Other(beginning(line)),
    }
}

fn with_last_words(error: TransportError, last_words: &[String]) -> TransportError {
    if last_words.is_empty() {
        return error;
    }
    TransportError {
        detail: format!("{}; its last words:\n{}", error.detail, last_words.join("\n")),
        ..error
    }
}
