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

use crate::slot::{Outcome, PersonalisedCard, Power, REMOVAL_SEEN, Refusal, Slot};
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
            Request::Fresh(name) => self.fresh(*name),
            Request::Unlock { key, value } => ok(self.slot.unlock(key, value)),
            Request::Tamper => ok(self.slot.destroy()),
        }
    }

    /// A card of this name, or of the one that is served. Only embedded cards have names here: whoever may send lines
    /// may not have files read.
    fn fresh(&self, name: Option<&str>) -> String {
        if name.is_some_and(PersonalisedCard::is_path) {
            return unknown(&"only cards that come with the program");
        }
        if let Err(refusal) = self.slot.fresh(Some(name.unwrap_or(self.slot.own_card()))) {
            return unknown(&refusal);
        }
        // Where the card was gone, readers have to see that first.
        self.slot.wait_for_card(REMOVAL_SEEN);
        self.atr()
    }

    fn atr(&self) -> String {
        self.slot.atr().map_or_else(mute, hex::encode_upper)
    }
}

fn mute() -> String {
    "!mute".to_owned()
}

fn ok(done: Result<(), Refusal>) -> String {
    done.map_or_else(|refusal| unknown(&refusal), |()| "!ok".to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;
    use std::io::BufReader;

    #[rstest]
    #[case("00a4", Request::Command(vec![0x00, 0xA4]))]
    #[case("00A4", Request::Command(vec![0x00, 0xA4]))]
    #[case("", Request::Command(vec![]))]
    #[case("!reset", Request::Reset(Reset::Cold))]
    #[case("!reset warm", Request::Reset(Reset::Warm))]
    #[case("!fresh", Request::Fresh(None))]
    #[case("!fresh expired", Request::Fresh(Some("expired")))]
    #[case("!unlock auth-pin 39393939", Request::Unlock { key: "auth-pin", value: b"9999".to_vec() })]
    #[case("!tamper", Request::Tamper)]
    fn every_line_of_the_protocol_means_something(#[case] line: &str, #[case] request: Request<'_>) {
        assert_eq!(Request::read(line.as_bytes()), Ok(request));
    }

    #[rstest]
    #[case::half_a_byte("0", Meaningless::NoHex)]
    #[case::spaces("00 A4", Meaningless::NoHex)]
    #[case::text("reset", Meaningless::NoHex)]
    #[case::text_beyond_ascii("カード", Meaningless::NoHex)]
    #[case::no_word("!", Meaningless::NoWord)]
    #[case::a_space_before_the_word("! reset", Meaningless::NoWord)]
    #[case::another_word("!format", Meaningless::NoWord)]
    #[case::a_word_in_capitals("!RESET", Meaningless::NoWord)]
    #[case::another_reset("!reset hot", Meaningless::NoWord)]
    #[case::a_card_without_a_name("!fresh ", Meaningless::NoWord)]
    #[case::two_cards("!fresh standard expired", Meaningless::NoWord)]
    #[case::a_key_without_a_value("!unlock auth-pin", Meaningless::NoWord)]
    #[case::a_value_that_is_no_hex("!unlock auth-pin 123", Meaningless::NoWord)]
    fn other_lines_mean_nothing_and_say_what_would(#[case] line: &str, #[case] meaningless: Meaningless) {
        assert_eq!(Request::read(line.as_bytes()), Err(meaningless));
    }

    #[test]
    fn debug_output_shows_no_pin() {
        for line in ["002000980431323334", "!unlock auth-pin 31323334"] {
            let shown = format!("{:?}", Request::read(line.as_bytes()));
            assert!(!shown.contains("31") && !shown.contains("49"), "{shown}");
        }
    }

    #[test]
    fn an_answer_in_words_is_one_line_whatever_the_words_are() {
        assert_eq!(unknown(&"no such file:\r\nmine.toml"), "!unknown no such file:  mine.toml");
    }

    /// All lines of these bytes when they come in pieces of this size.
    fn lines(bytes: &[u8], piece: usize) -> Vec<(Vec<u8>, bool)> {
        let mut input = BufReader::with_capacity(piece, bytes);
        let (mut line, mut lines) = (Vec::new(), Vec::new());
        while let Some(whole) = read_line(&mut input, &mut line).expect("memory can be read") {
            assert!(line.len() <= LONGEST_LINE + 1, "no line takes more memory than the longest");
            lines.push((line.clone(), whole));
        }
        lines
    }

    #[rstest]
    #[case::none(b"", &[])]
    #[case::one_without_an_end(b"00", &["00"])]
    #[case::an_empty_one(b"\n", &[""])]
    #[case::ends_of_either_kind(b"00\r\n01\n\r\n", &["00", "01", ""])]
    #[case::a_return_inside(b"0\r0\n", &["0\r0"])]
    fn lines_end_where_they_end(
        #[case] bytes: &[u8],
        #[case] expected: &[&str],
        #[values(1, 2, 64)] piece: usize,
    ) {
        let expected: Vec<_> = expected.iter().map(|line| (line.as_bytes().to_vec(), true)).collect();
        assert_eq!(lines(bytes, piece), expected);
    }

    #[rstest]
    #[case::the_longest(LONGEST_LINE, true)]
    #[case::longer_by_one(LONGEST_LINE + 1, false)]
    #[case::much_longer(20 * LONGEST_LINE, false)]
    fn a_line_is_whole_up_to_the_longest_and_the_next_one_is_not_lost(
        #[case] length: usize,
        #[case] whole: bool,
        #[values("\n", "\r\n")] end: &str,
    ) {
        let bytes = ["0".repeat(length).as_bytes(), end.as_bytes(), b"!reset"].concat();
        let lines = lines(&bytes, 8_192);
        assert_eq!((lines.len(), lines[0].1), (2, whole));
        assert_eq!(lines[1], (b"!reset".to_vec(), true));
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_cut_at_its_line_ends_and_read_without_a_panic(
            bytes in prop::collection::vec(prop_oneof![1 => Just(b'\n'), 5 => any::<u8>()], 0..400),
            piece in 1_usize..50,
        ) {
            let mut expected: Vec<_> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            // What stands behind the last end is a line when it is something.
            if expected.last().is_some_and(Vec::is_empty) {
                expected.pop();
            }
            for line in &mut expected {
                line.truncate(line.strip_suffix(b"\r").map_or(line.len(), <[u8]>::len));
            }
            let lines = lines(&bytes, piece);
            let read: Vec<_> = lines.iter().map(|(line, _)| line.clone()).collect();
            prop_assert_eq!(read, expected);
            for (line, whole) in &lines {
                prop_assert!(*whole);
                let _ = Request::read(line);
            }
        }
    }
}
