//! Status words: what a step demands, and whether the answer has it.

use super::session::{Answer, Session};
use super::stop::{Difference, Stop};
use super::verb::Verb;
use crate::scenario::{Expected, Step};
use jpki_apdu::StatusWord;
use std::fmt;

/// A status word, or a family of them: `63CX` stands for every number of tries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word(String);

impl Word {
    /// Reads four hex digits, each of which may be `X`.
    fn parse(text: &str) -> Result<Self, Stop> {
        let digits = text.trim().to_ascii_uppercase();
        if digits.len() == 4 && digits.chars().all(|c| c.is_ascii_hexdigit() || c == 'X') {
            Ok(Self(digits))
        } else {
            Err(Stop::suite(format!("\"{text}\" is no status word")))
        }
    }

    pub(crate) fn success() -> Self {
        Self(StatusWord::SUCCESS.to_string())
    }

    fn tries(tries: u8) -> Self {
        Self(StatusWord::tries_left(tries).to_string())
    }

    pub(crate) fn fits(&self, status: StatusWord) -> bool {
        let seen = status.to_string();
        self.0.chars().zip(seen.chars()).all(|(expected, seen)| expected == 'X' || expected == seen)
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match u16::from_str_radix(&self.0, 16) {
            Ok(number) => f.write_str(&explained(StatusWord(number))),
            Err(_) if self.0 == "63CX" => f.write_str("63Cx (tries left)"),
            Err(_) => f.write_str(&self.0),
        }
    }
}

/// A status word with what it means.
pub(crate) fn explained(status: StatusWord) -> String {
    format!("{status} ({})", status.in_words())
}

/// How an answer stands to what the step demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It is what the step demands.
    Demanded,
    /// It is another plausible answer: information, and nothing more is asked of this step.
    Plausible,
}

/// Holds the status word of an answer against the step.
pub(crate) fn status(
    step: &Step,
    verb: Verb<'_>,
    answer: &Answer,
    session: &mut Session<'_>,
    tries_before: Option<u8>,
) -> Result<Fit, Stop> {
    let demanded = demanded(step, verb, session, tries_before)?;
    status_among(&demanded, step, answer.status(), session)
}

/// Holds a status word against those that are demanded, or plausible by the step.
pub(crate) fn status_among(
    demanded: &[Word],
    step: &Step,
    seen: StatusWord,
    session: &mut Session<'_>,
) -> Result<Fit, Stop> {
    if demanded.iter().any(|word| word.fits(seen)) {
        return Ok(Fit::Demanded);
    }
    let expected = list(demanded);
    for text in &step.or {
        if resolve(text, session)?.fits(seen) {
            let words = session.transcript.last().map(|e| e.words.clone()).unwrap_or_default();
            session.notes.push(format!(
                "step {}: {words} answers {}; the likeliest answer is {expected}, and no source settles it",
                session.step.0,
                explained(seen)
            ));
            return Ok(Fit::Plausible);
        }
    }
    Err(session.fail(Difference::new(expected, explained(seen))))
}

/// The status words that a step demands.
pub(crate) fn demanded(
    step: &Step,
    verb: Verb<'_>,
    session: &Session<'_>,
    tries_before: Option<u8>,
) -> Result<Vec<Word>, Stop> {
    if let Some(tries) = step.tries {
        return Ok(vec![Word::tries(tries)]);
    }
    match (&step.sw, verb) {
        (Some(Expected::One(text)), _) => Ok(vec![resolve(text, session)?]),
        (Some(Expected::AnyOf(texts)), _) => texts.iter().map(|text| resolve(text, session)).collect(),
        // A query never answers 9000: it tells the tries, as many as the card said before.
        (None, Verb::Query(_)) => Ok(vec![tries_before.map_or(Word("63CX".into()), Word::tries)]),
        (None, _) => Ok(vec![Word::success()]),
    }
}

/// A status word as written in a step: `6982`, or `@knob` for what the card's profile says.
pub(crate) fn resolve(text: &str, session: &Session<'_>) -> Result<Word, Stop> {
    let Some(name) = text.strip_prefix('@') else { return Word::parse(text) };
    match session.known().knob(&name.replace('-', "_")) {
        Some(word) => Word::parse(&word),
        None => Err(Stop::suite(format!("a card's profile has no knob \"{name}\""))),
    }
}

fn list(words: &[Word]) -> String {
    words.iter().map(Word::to_string).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("9000", 0x9000, true)]
    #[case("9000", 0x6282, false)]
    #[case("63CX", 0x63C5, true)]
    #[case("63cx", 0x63C0, true)]
    #[case("63CX", 0x6300, false)]
    fn a_word_with_an_x_stands_for_every_digit(#[case] word: &str, #[case] seen: u16, #[case] fits: bool) {
        assert_eq!(Word::parse(word).expect("a word").fits(StatusWord(seen)), fits);
    }

    #[rstest]
    #[case(0x63C1, "63C1 (1 try left)")]
    #[case(0x63C0, "63C0 (no tries left)")]
    #[case(0x63C5, "63C5 (5 tries left)")]
    #[case(0x6982, "6982 (security status not satisfied)")]
    fn a_status_word_is_shown_with_its_meaning(#[case] status: u16, #[case] shown: &str) {
        assert_eq!(explained(StatusWord(status)), shown);
    }
}
