//! Data: what a step demands of the bytes that came back or were saved.

use super::session::{Saved, Session};
use super::shape::Shape;
use super::stop::{Difference, Stop};
use super::transcript::{Privacy, masked_data};
use super::{offsets, pin, signature, value};
use crate::scenario::{Step, syntax};
use jpki_apdu::shown::spaced;
use regex::Regex;
use sha2::{Digest as _, Sha256};

/// Bytes to look at, and whether they may be shown.
struct Seen<'d> {
    data: &'d [u8],
    privacy: Privacy,
}

/// Holds data against everything that the step demands of it.
pub(crate) fn check(step: &Step, data: &[u8], privacy: Privacy, session: &Session<'_>) -> Result<(), Stop> {
    let part;
    let data = match &step.part {
        Some(words) => match value::part(&syntax::part(words).map_err(value::malformed)?, data) {
            Some(found) => {
                part = found;
                &part[..]
            }
            None => {
                let seen = format!("{} without it", masked_data(data, privacy, session.secrets()));
                return Err(session.fail(Difference::new(format!("data with the part {words}"), seen)));
            }
        },
        None => data,
    };
    let seen = Seen { data, privacy };
    seen.length(step, session)?;
    seen.bytes(step, session)?;
    seen.text(step, session)?;
    seen.saved(step, session)?;
    if let Some(words) = &step.lacks {
        seen.lacks(words, session)?;
    }
    if let Some(text) = &step.shape {
        let shape = Shape::parse(text).map_err(Stop::suite)?;
        if let Err(difference) = shape.check(data) {
            return Err(session.fail(Difference::new(format!("the shape {text}"), difference)));
        }
    }
    if let Some(path) = &step.offsets {
        let path = syntax::path(path).map_err(value::malformed)?;
        offsets::check(&path, data).map_err(|difference| session.fail(difference))?;
    }
    if let Some(check) = &step.signature {
        signature::check(check, data, session)?;
    }
    Ok(())
}

impl Seen<'_> {
    fn shown(&self, session: &Session<'_>) -> String {
        masked_data(self.data, self.privacy, session.secrets())
    }

    fn length(&self, step: &Step, session: &Session<'_>) -> Result<(), Stop> {
        let seen = self.data.len();
        if let Some(length) = step.length
            && length as usize != seen
        {
            let expected = format!("{length} bytes of data");
            return Err(session.fail(Difference::new(expected, format!("{seen} bytes"))));
        }
        if let Some((least, greatest)) = step.length_between
            && !(least as usize..=greatest as usize).contains(&seen)
        {
            let expected = format!("{least} to {greatest} bytes of data");
            return Err(session.fail(Difference::new(expected, format!("{seen} bytes"))));
        }
        Ok(())
    }

    fn bytes(&self, step: &Step, session: &Session<'_>) -> Result<(), Stop> {
        type Holds = fn(&[u8], &[u8]) -> bool;
        let demands: [(&Option<String>, &str, Holds); 3] = [
            (&step.data, "the data", |seen, bytes| seen == bytes),
            (&step.starts, "data that begins with", |seen, bytes| seen.starts_with(bytes)),
            (&step.ends, "data that ends with", |seen, bytes| seen.ends_with(bytes)),
        ];
        for (demand, words, holds) in demands {
            let Some(text) = demand else { continue };
            let bytes = match text.strip_prefix('@') {
                Some(name) => session.known().fact(name).map_err(Stop::Skipped)?,
                None => value::hex(text)?,
            };
            if !holds(self.data, &bytes) {
                let expected = match text.strip_prefix('@') {
                    Some(name) => format!("{words} {name} of the card's profile"),
                    None => format!("{words} {}", spaced(&bytes)),
                };
                return Err(session.fail(Difference::new(expected, self.shown(session))));
            }
        }
        Ok(())
    }

    fn text(&self, step: &Step, session: &Session<'_>) -> Result<(), Stop> {
        if let Some(text) = &step.text {
            let (expected, words) = match text.strip_prefix('@') {
                Some(name) => {
                    let words = format!("{name} of the card's profile");
                    (session.known().fact(name).map_err(Stop::Skipped)?, words)
                }
                None => (text.clone().into_bytes(), format!("the text \"{text}\"")),
            };
            if self.data != expected {
                let seen = match self.data.iter().zip(&expected).position(|(a, b)| a != b) {
                    Some(at) => format!("{}, different from byte {at} on", self.shown(session)),
                    None => format!("{} instead of {}", self.shown(session), expected.len()),
                };
                return Err(session.fail(Difference::new(words, seen)));
            }
        }
        if let Some(pattern) = &step.matches {
            let whole = Regex::new(&format!("^(?s:{pattern})$"))
                .map_err(|_| Stop::suite(format!("\"{pattern}\" is no regular expression")))?;
            if !std::str::from_utf8(self.data).is_ok_and(|text| whole.is_match(text)) {
                let expected = format!("text that matches {pattern}");
                return Err(session.fail(Difference::new(expected, self.shown(session))));
            }
        }
        Ok(())
    }

    fn saved(&self, step: &Step, session: &Session<'_>) -> Result<(), Stop> {
        if let Some(name) = &step.same_as {
            let Saved { bytes, .. } = session.saved_as(name)?;
            if bytes != self.data {
                let seen = match bytes.iter().zip(self.data).position(|(a, b)| a != b) {
                    Some(at) => format!("{}, different from byte {at} on", self.shown(session)),
                    None => format!("{} bytes instead of {}", self.data.len(), bytes.len()),
                };
                return Err(session.fail(Difference::new(format!("the same data as {name}"), seen)));
            }
        }
        if let Some(name) = &step.differs_from
            && session.saved_as(name)?.bytes == self.data
        {
            let expected = format!("other data than {name}");
            return Err(session.fail(Difference::new(expected, "the same data")));
        }
        if let Some(names) = &step.sha256_of {
            let mut hash = Sha256::new();
            for name in names {
                hash.update(session.saved_as(name)?.bytes);
            }
            let digest = hash.finalize();
            if digest[..] != *self.data {
                let expected = format!("the SHA-256 digest of {}", names.join(" and "));
                return Err(session.fail(Difference::new(expected, self.shown(session))));
            }
        }
        Ok(())
    }

    fn lacks(&self, words: &str, session: &Session<'_>) -> Result<(), Stop> {
        let forbidden = pin::value(words, None, session)?;
        let found = !forbidden.is_empty() && self.data.windows(forbidden.len()).any(|w| w == forbidden);
        if found {
            let expected = format!("data without {}", words.strip_prefix('@').unwrap_or("the given bytes"));
            return Err(session.fail(Difference::new(expected, "data that contains it")));
        }
        Ok(())
    }
}
