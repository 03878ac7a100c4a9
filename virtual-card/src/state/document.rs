//! The text of a state: a line that says what it is, JSON for people, and a line with the checksum of all before it.
//!
//! ```text
//! virtual-card state, format 1
//! {
//!   "card": "standard",
//!   "personalisation": "0f5a…",
//!   "destroyed": false,
//!   "random_stretches": 0,
//!   "keys": [
//!     {
//!       "name": "auth-pin",
//!       "application": "D392F000260100000001",
//!       "file": "0018",
//!       "tries_left": 2,
//!       "changed": "39393939"
//!     },
//!     …
//!   ],
//!   "expired": ["auth"],
//!   "register": { "changes": 0, "auth": { "serial": "2A7E01", "standing": { "status": "good" } }, … }
//! }
//! sha256 91c0…
//! ```
//!
//! A value that the holder or the municipality changed stands there in the clear, as hex: these are test cards. Values
//! that are still the factory's are not written. The names are for people; a key is known by its application and its file.

use super::{Fingerprint, Flaw, State};
use crate::authority::{Purpose, Register};
use crate::card::{KeyMemory, Memory};
use crate::names::Names;
use hex::FromHex;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fmt::Display;

/// What stands in front of the number of the format.
const HEAD: &[u8] = b"virtual-card state, format ";

/// The format that this version writes, and the only one so far.
const FORMAT: u32 = 1;

/// What stands in front of the checksum.
const TAIL: &[u8] = b"sha256 ";

/// The last line with its end.
const TAIL_LEN: usize = TAIL.len() + 64 + 1;

/// The text of a state.
pub(super) fn text(state: &State) -> Vec<u8> {
    let mut text = [HEAD, FORMAT.to_string().as_bytes(), b"\n"].concat();
    let body = serde_json::to_vec_pretty(&Body::of(state));
    text.extend(body.expect("strings, numbers and lists of them are always JSON"));
    text.push(b'\n');
    let tail = tail(&text);
    text.extend(tail);
    text
}

/// The state that a text tells.
pub(super) fn parse(text: &[u8]) -> Result<State, Flaw> {
    let body = body(text)?;
    // The words of the reader are left out, as they could quote a value.
    let read = serde_json::from_slice::<Body>(body);
    read.map(Body::into_state).map_err(|error| Flaw::Content { line: error.line(), column: error.column() })
}

/// What stands between the number of the format, whose line the reader counts as the first, and the checksum.
fn body(text: &[u8]) -> Result<&[u8], Flaw> {
    if text.is_empty() {
        return Err(Flaw::Empty);
    }
    let Some(after_head) = text.strip_prefix(HEAD) else {
        return Err(if HEAD.starts_with(text) { Flaw::CutOff } else { Flaw::Foreign });
    };
    let end = after_head.iter().position(|byte| *byte == b'\n').ok_or(Flaw::CutOff)?;
    let (format, rest) = after_head.split_at(end);
    match std::str::from_utf8(format).ok().and_then(|format| format.parse().ok()) {
        Some(FORMAT) => {}
        Some(format) if format > FORMAT => return Err(Flaw::NewerFormat(format)),
        _ => return Err(Flaw::Foreign),
    }
    let summed = text.len().checked_sub(TAIL_LEN).and_then(|at| text.split_at_checked(at));
    let (summed, found) = summed.filter(|(_, found)| found.starts_with(TAIL)).ok_or(Flaw::CutOff)?;
    if found != tail(summed) {
        return Err(Flaw::Checksum);
    }
    Ok(rest.strip_suffix(found).unwrap_or_default())
}

/// The last line of a text.
fn tail(text: &[u8]) -> Vec<u8> {
    [TAIL, hex::encode(Sha256::digest(text)).as_bytes(), b"\n"].concat()
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    card: String,
    personalisation: Hex<[u8; 32]>,
    destroyed: bool,
    random_stretches: u64,
    keys: Vec<Key>,
    expired: Vec<Purpose>,
    register: Register,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    application: Hex<Vec<u8>>,
    file: Hex<[u8; 2]>,
    tries_left: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    changed: Option<Hex<Vec<u8>>>,
}

impl Body {
    fn of(state: &State) -> Self {
        let State { card, fingerprint, memory, expired, register } = state;
        let key = |key: &KeyMemory| Key {
            name: name(key),
            application: Hex(key.application.clone()),
            file: Hex(key.file.to_be_bytes()),
            tries_left: key.tries_left,
            changed: key.changed.as_ref().map(|value| Hex(value.as_bytes().to_vec())),
        };
        Self {
            card: card.clone(),
            personalisation: Hex(fingerprint.0),
            destroyed: memory.destroyed,
            random_stretches: memory.random_stretches,
            keys: memory.keys.iter().map(key).collect(),
            expired: expired.clone(),
            register: register.clone(),
        }
    }

    fn into_state(self) -> State {
        let key = |key: Key| KeyMemory {
            application: key.application.0,
            file: u16::from_be_bytes(key.file.0),
            tries_left: key.tries_left,
            changed: key.changed.map(|value| value.0.into()),
        };
        State {
            card: self.card,
            fingerprint: Fingerprint(self.personalisation.0),
            memory: Memory {
                keys: self.keys.into_iter().map(key).collect(),
                random_stretches: self.random_stretches,
                destroyed: self.destroyed,
            },
            expired: self.expired,
            register: self.register,
        }
    }
}

/// What people call a key.
fn name(key: &KeyMemory) -> Option<String> {
    let application = Names::embedded().application(&key.application)?;
    application.file(key.file).map(|file| file.name.clone())
}

/// Bytes that are written as hex.
struct Hex<T>(T);

impl<T: AsRef<[u8]>> Serialize for Hex<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode_upper(&self.0))
    }
}

impl<'de, T: FromHex<Error: Display>> Deserialize<'de> for Hex<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::from_hex(String::deserialize(deserializer)?).map(Self).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::personalise::embedded_profile;
    use crate::profile::RevocationReason;
    use jiff::Timestamp;
    use jiff::civil::date;
    use proptest::prelude::*;
    use rstest::rstest;

    fn any_key() -> impl Strategy<Value = KeyMemory> {
        let bytes = |len| prop::collection::vec(any::<u8>(), len);
        (bytes(5..17), any::<u16>(), any::<u8>(), prop::option::of(bytes(0..17))).prop_map(
            |(application, file, tries_left, changed)| KeyMemory {
                application,
                file,
                tries_left,
                changed: changed.map(Into::into),
            },
        )
    }

    fn any_memory() -> impl Strategy<Value = Memory> {
        (prop::collection::vec(any_key(), 0..12), any::<u64>(), any::<bool>())
            .prop_map(|(keys, random_stretches, destroyed)| Memory { keys, random_stretches, destroyed })
    }

    fn register_of(card: &str) -> Register {
        let profile = embedded_profile(card).expect("an embedded card");
        Register::of(&profile, date(2026, 11, 22)).expect("its register")
    }

    /// The register of a card, and what became of one of its certificates.
    fn any_register() -> impl Strategy<Value = Register> {
        let card = prop::sample::select(vec!["standard", "revoked", "suspended", "minor"]);
        let second = 0..4_000_000_000_i64;
        (card, prop::sample::select(Purpose::ALL.to_vec()), any::<bool>(), second).prop_map(
            |(card, purpose, suspended, second)| {
                let mut register = register_of(card);
                let at = Timestamp::from_second(second).expect("a moment");
                // Some certificates are not there, or revoked already; they stay as they are.
                let _ = match suspended {
                    true => register.suspend(purpose, at),
                    false => register.revoke(purpose, at, RevocationReason::KeyCompromise),
                };
                register
            },
        )
    }

    fn any_state() -> impl Strategy<Value = State> {
        let expired = prop::sample::subsequence(Purpose::ALL.to_vec(), 0..=2);
        (any::<String>(), any::<[u8; 32]>(), any_memory(), expired, any_register()).prop_map(
            |(card, fingerprint, memory, expired, register)| State {
                card,
                fingerprint: Fingerprint(fingerprint),
                memory,
                expired,
                register,
            },
        )
    }

    fn some_state() -> State {
        let key = |file, tries_left, changed: Option<&[u8]>| KeyMemory {
            application: vec![0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01],
            file,
            tries_left,
            changed: changed.map(|value| value.to_vec().into()),
        };
        State {
            card: "standard".into(),
            fingerprint: Fingerprint([0x5A; 32]),
            memory: Memory {
                keys: vec![key(0x18, 2, Some(b"9999")), key(0x1B, 5, None)],
                random_stretches: 1,
                destroyed: false,
            },
            expired: vec![Purpose::DigitalSignature],
            register: register_of("suspended"),
        }
    }

    /// A text of this body with the right checksum.
    fn summed(body: &str) -> Vec<u8> {
        let text = format!("virtual-card state, format 1\n{body}\n").into_bytes();
        let tail = tail(&text);
        [text, tail].concat()
    }

    #[test]
    fn a_person_can_read_it() {
        insta::assert_snapshot!(String::from_utf8(text(&some_state())).expect("text"));
    }

    #[rstest]
    #[case::nothing("", Flaw::Empty)]
    #[case::another_file("{}", Flaw::Foreign)]
    #[case::no_text("\u{0}\u{1}", Flaw::Foreign)]
    #[case::part_of_the_head("virtual-card st", Flaw::CutOff)]
    #[case::no_number("virtual-card state, format \n", Flaw::Foreign)]
    #[case::no_number_yet("virtual-card state, format 1", Flaw::CutOff)]
    #[case::another_number("virtual-card state, format 0\n", Flaw::Foreign)]
    #[case::a_later_version("virtual-card state, format 2\n{}", Flaw::NewerFormat(2))]
    #[case::the_head_alone("virtual-card state, format 1\n", Flaw::CutOff)]
    fn what_is_no_state_is_told_apart(#[case] text: &str, #[case] flaw: Flaw) {
        assert_eq!(parse(text.as_bytes()), Err(flaw));
    }

    #[rstest]
    #[case::no_json("{", 3, 0)]
    #[case::something_missing("{ \"card\": \"standard\" }", 2, 22)]
    #[case::something_unknown("{ \"colour\": 1 }", 2, 10)]
    #[case::more_than_one("{} {}", 2, 2)]
    fn what_nobody_wrote_is_refused_with_its_place(
        #[case] body: &str,
        #[case] line: usize,
        #[case] column: usize,
    ) {
        assert_eq!(parse(&summed(body)), Err(Flaw::Content { line, column }));
    }

    #[test]
    fn every_other_byte_at_every_place_is_refused() {
        let whole = text(&some_state());
        let mut changed = whole.clone();
        for at in 0..whole.len() {
            for byte in (0..=u8::MAX).filter(|byte| *byte != whole[at]) {
                changed[at] = byte;
                assert!(parse(&changed).is_err(), "byte {byte:02X} at {at}");
            }
            changed[at] = whole[at];
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_again(state in any_state()) {
            prop_assert_eq!(parse(&text(&state)), Ok(state));
        }

        #[test]
        fn every_beginning_of_it_is_refused(state in any_state()) {
            let text = text(&state);
            for end in 0..text.len() {
                prop_assert!(parse(&text[..end]).is_err(), "the first {end} of {} bytes", text.len());
            }
        }

        #[test]
        fn a_byte_more_or_less_is_refused(state in any_state(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let whole = text(&state);
            let at = at.index(whole.len());
            let (mut more, mut less) = (whole.clone(), whole);
            more.insert(at, byte);
            less.remove(at);
            prop_assert!(parse(&more).is_err() && parse(&less).is_err());
        }

        #[test]
        fn any_bytes_at_all_are_an_answer_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(parse(&bytes).is_err());
            prop_assert!(parse(&[HEAD, b"1\n", &bytes].concat()).is_err());
        }
    }
}
