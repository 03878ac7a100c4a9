//! What was said to the card and what it answered, masked before it is kept.
//!
//! A [`Transcript`] never holds the value of a PIN or the content of a personal file: what it is given is
//! masked on the way in, so nothing that is built from it can show them.

use super::secret::{DOTS, Secrets};
use jpki_apdu::shown::{shortened, spaced};
use jpki_apdu::{Command, Response, TransportError};
use std::fmt;

/// The exchanges of one case, in order.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    exchanges: Vec<Exchange>,
}

/// One exchange, or something that happened to the card between two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Number of the step, from 1.
    pub step: usize,
    /// What was done, in words.
    pub words: String,
    /// The command in hex, masked; empty when this was no command.
    pub command: String,
    /// The answer in hex, masked, or what happened instead of one.
    pub answer: String,
}

/// Whether the data of an answer may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Privacy {
    /// Anybody may read it on any card.
    Public,
    /// Personal, or not known to be public.
    Personal,
}

impl Transcript {
    /// The exchanges, in order.
    #[must_use]
    pub fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    /// The exchange before now.
    pub(crate) fn last(&self) -> Option<&Exchange> {
        self.exchanges.last()
    }

    /// Keeps a command and its answer, masked.
    pub(crate) fn command(
        &mut self,
        step: usize,
        words: String,
        command: &[u8],
        answer: Result<&Response, &TransportError>,
        privacy: Privacy,
        secrets: &Secrets,
    ) {
        let answer = match answer {
            Ok(response) => masked_answer(response, privacy, secrets),
            Err(error) => secrets.scrub(&error.to_string()),
        };
        self.exchanges.push(Exchange { step, words, command: masked_command(command, secrets), answer });
    }

    /// Keeps something that happened to the card between two commands.
    pub(crate) fn event(&mut self, step: usize, words: impl Into<String>, answer: impl Into<String>) {
        self.exchanges.push(Exchange {
            step,
            words: words.into(),
            command: String::new(),
            answer: answer.into(),
        });
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for exchange in &self.exchanges {
            let Exchange { step, words, command, answer } = exchange;
            writeln!(f, "  {step:>3}  {words}")?;
            if !command.is_empty() {
                writeln!(f, "       > {command}")?;
            }
            if !answer.is_empty() {
                writeln!(f, "       < {answer}")?;
            }
        }
        Ok(())
    }
}

/// VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER and CHANGE KEY carry values of PINs.
fn carries_a_pin(ins: u8) -> bool {
    matches!(ins, 0x20 | 0x21 | 0x24 | 0x25 | 0x2C | 0x2D | 0x32)
}

/// The command as it may be shown.
fn masked_command(bytes: &[u8], secrets: &Secrets) -> String {
    let hidden = bytes.get(1).is_some_and(|&ins| carries_a_pin(ins)) || secrets.occur_in(bytes);
    let Ok(command) = Command::parse(bytes) else {
        return match bytes.get(..5) {
            Some(head) if hidden => format!("{} {DOTS}", spaced(head)),
            _ => shortened(bytes),
        };
    };
    if command.data.is_empty() {
        return spaced(bytes);
    }
    let lc_end = if command.extended { 7 } else { 5 };
    let data = if hidden { DOTS.to_owned() } else { shortened(command.data) };
    let le = spaced(&bytes[lc_end + command.data.len()..]);
    format!("{} {data} {le}", spaced(&bytes[..lc_end])).trim_end().to_owned()
}

fn masked_answer(response: &Response, privacy: Privacy, secrets: &Secrets) -> String {
    let status = response.status();
    let data = response.data();
    if data.is_empty() {
        return status.to_string();
    }
    format!("{} {status}", masked_data(data, privacy, secrets))
}

/// Data as it may be shown: hex when anybody may read it, else only how much there is.
pub(crate) fn masked_data(data: &[u8], privacy: Privacy, secrets: &Secrets) -> String {
    if data.is_empty() {
        "no data".to_owned()
    } else if privacy == Privacy::Public && !secrets.occur_in(data) {
        shortened(data)
    } else {
        format!("({} bytes, masked)", data.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn secrets() -> Secrets {
        let mut secrets = Secrets::default();
        secrets.add(b"1234");
        secrets
    }

    #[rstest]
    #[case::verify("0020008004 39393939", "00 20 00 80 04 ····")]
    #[case::change("0024018004 39393939", "00 24 01 80 04 ····")]
    #[case::change_key("8032008004 39393939", "80 32 00 80 04 ····")]
    #[case::query("00200080", "00 20 00 80")]
    #[case::extended_verify("0020008000000431323334", "00 20 00 80 00 00 04 ····")]
    #[case::malformed_verify("0020008005 39393939", "00 20 00 80 05 ····")]
    #[case::a_pin_where_none_belongs("00A4040C04 31323334", "00 A4 04 0C 04 ····")]
    #[case::a_read("00B0000000", "00 B0 00 00 00")]
    #[case::a_signature("802A008002 AABB 00", "80 2A 00 80 02 AA BB 00")]
    fn a_command_is_kept_without_its_secrets(#[case] command: &str, #[case] shown: &str) {
        let bytes = hex::decode(command.replace(' ', "")).expect("hex");
        assert_eq!(masked_command(&bytes, &secrets()), shown);
    }

    #[rstest]
    #[case::public("AABB9000", Privacy::Public, "AA BB 9000")]
    #[case::personal("AABB9000", Privacy::Personal, "(2 bytes, masked) 9000")]
    #[case::public_with_a_secret("00313233349000", Privacy::Public, "(5 bytes, masked) 9000")]
    #[case::only_a_status_word("6982", Privacy::Personal, "6982")]
    fn an_answer_is_kept_as_far_as_anybody_may_read_it(
        #[case] answer: &str,
        #[case] privacy: Privacy,
        #[case] shown: &str,
    ) {
        let response = Response::from_bytes(hex::decode(answer).expect("hex")).expect("a response");
        assert_eq!(masked_answer(&response, privacy, &secrets()), shown);
    }
}
