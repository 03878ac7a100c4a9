//! What can be asked on the control socket.

use super::request_error::MOST_TRIES;
use super::{RequestError, VERBS, Verb};
use crate::authority::Purpose;
use crate::card::KeyValue;
use crate::closest::closest;
use crate::profile::RevocationReason;
use crate::slot::{LONGEST_DELAY, Tear, TearPoint};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// What can be asked. Its text parses back to it, but for the value of `unlock`, which only
/// [`line`](Self::line) writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// The slot and its card at a glance.
    Status,
    /// No try is left on a key.
    Lock {
        /// Name of the key.
        key: String,
    },
    /// So many tries are left on a key.
    Tries {
        /// Name of the key.
        key: String,
        /// Tries left.
        left: u8,
    },
    /// The municipality initialises a key.
    Unlock {
        /// Name of the key.
        key: String,
        /// Its new value.
        value: KeyValue,
    },
    /// Take the card out.
    Remove,
    /// Put a card in.
    Insert {
        /// Embedded name or path; the last card when absent.
        card: Option<String>,
    },
    /// Take the card out and put another one in.
    Replace {
        /// Embedded name or path.
        card: String,
    },
    /// Make the card factory-fresh without a removal.
    Fresh {
        /// Embedded name or path of the one that it then is; the same when absent.
        card: Option<String>,
    },
    /// Make certificates expire.
    Expire(Certificates),
    /// Put certificates on hold.
    Suspend(Certificates),
    /// Revoke certificates for good.
    Revoke {
        /// Which.
        certificates: Certificates,
        /// Why.
        reason: RevocationReason,
    },
    /// Lift a suspension.
    Reinstate(Certificates),
    /// Force the chip open.
    Destroy,
    /// Pull the card while it works; `None` leaves it in peace.
    Tear(Option<Tear>),
    /// Wait before every command.
    Delay(Duration),
}

/// Certificates of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificates {
    /// The one for user authentication.
    Auth,
    /// The one for signatures.
    Sign,
    /// Both, or neither.
    Both,
}

impl Certificates {
    /// What they are for.
    #[must_use]
    pub const fn purposes(self) -> &'static [Purpose] {
        match self {
            Self::Auth => &[Purpose::UserAuthentication],
            Self::Sign => &[Purpose::DigitalSignature],
            Self::Both => &[Purpose::UserAuthentication, Purpose::DigitalSignature],
        }
    }
}

impl Request {
    /// The line that asks it, without its end. Beware: it holds the value of `unlock`, which belongs in no log.
    #[must_use]
    pub fn line(&self) -> String {
        match self {
            Self::Unlock { key, value } => format!("unlock {key} {}", hex::encode_upper(value.as_bytes())),
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for Request {
    /// The line that asks it, for logs and transcripts: the value of `unlock` is masked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with_card = |f: &mut fmt::Formatter<'_>, verb: &str, card: &Option<String>| match card {
            Some(card) => write!(f, "{verb} {card}"),
            None => f.write_str(verb),
        };
        match self {
            Self::Status => f.write_str("status"),
            Self::Lock { key } => write!(f, "lock {key}"),
            Self::Tries { key, left } => write!(f, "tries {key} {left}"),
            Self::Unlock { key, value } => write!(f, "unlock {key} {value:?}"),
            Self::Remove => f.write_str("remove"),
            Self::Insert { card } => with_card(f, "insert", card),
            Self::Replace { card } => write!(f, "replace {card}"),
            Self::Fresh { card } => with_card(f, "fresh", card),
            Self::Expire(certificates) => write!(f, "expire {certificates}"),
            Self::Suspend(certificates) => write!(f, "suspend {certificates}"),
            Self::Revoke { certificates, reason } => write!(f, "revoke {certificates} {reason}"),
            Self::Reinstate(certificates) => write!(f, "reinstate {certificates}"),
            Self::Destroy => f.write_str("destroy"),
            Self::Tear(Some(tear)) => write!(f, "tear {tear}"),
            Self::Tear(None) => f.write_str("tear off"),
            Self::Delay(delay) => write!(f, "delay {}", delay.as_millis()),
        }
    }
}

impl fmt::Display for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auth => "auth",
            Self::Sign => "sign",
            Self::Both => "both",
        })
    }
}

impl FromStr for Certificates {
    type Err = RequestError;

    fn from_str(word: &str) -> Result<Self, RequestError> {
        match word {
            "auth" => Ok(Self::Auth),
            "sign" => Ok(Self::Sign),
            "both" => Ok(Self::Both),
            _ => Err(RequestError::Certificates(word.into())),
        }
    }
}

impl FromStr for Request {
    type Err = RequestError;

    fn from_str(line: &str) -> Result<Self, RequestError> {
        let line = line.trim();
        if line.contains(char::is_control) {
            return Err(RequestError::ControlCharacter);
        }
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let verb = Verb::of(word).ok_or_else(|| unknown(word))?;
        parse(verb, rest.trim_start())
    }
}

fn unknown(word: &str) -> RequestError {
    if word.is_empty() {
        return RequestError::Empty;
    }
    RequestError::UnknownVerb { word: word.into(), meant: closest(word, VERBS.map(|verb| verb.word)) }
}

/// What follows a verb. A card is whatever stands there: paths may have spaces.
fn parse(verb: &'static Verb, rest: &str) -> Result<Request, RequestError> {
    let usage = || RequestError::Usage(verb);
    let words: Vec<_> = rest.split_whitespace().collect();
    let card = (!rest.is_empty()).then(|| rest.to_owned());
    Ok(match (verb.word, &*words) {
        ("status", []) => Request::Status,
        ("lock", [key]) => Request::Lock { key: (*key).into() },
        ("tries", [key, left]) => {
            let left: u32 = left.parse().map_err(|_| usage())?;
            let left = u8::try_from(left).ok().filter(|left| *left <= MOST_TRIES);
            Request::Tries { key: (*key).into(), left: left.ok_or(RequestError::TooManyTries)? }
        }
        ("unlock", [key, value]) => {
            let value = hex::decode(value).map_err(|_| RequestError::NotHex)?;
            Request::Unlock { key: (*key).into(), value: value.into() }
        }
        ("remove", []) => Request::Remove,
        ("insert", _) => Request::Insert { card },
        ("replace", [_, ..]) => Request::Replace { card: rest.into() },
        ("fresh", _) => Request::Fresh { card },
        ("expire", [which]) => Request::Expire(which.parse()?),
        ("suspend", [which]) => Request::Suspend(which.parse()?),
        ("revoke", [which]) => {
            Request::Revoke { certificates: which.parse()?, reason: RevocationReason::default() }
        }
        ("revoke", [which, reason]) => {
            Request::Revoke { certificates: which.parse()?, reason: reason.parse()? }
        }
        ("reinstate", [which]) => Request::Reinstate(which.parse()?),
        ("destroy", []) => Request::Destroy,
        ("tear", ["off"]) => Request::Tear(None),
        ("tear", ["after", after]) => tear(after.parse().map_err(|_| usage())?, TearPoint::BeforeAnswer),
        ("tear", ["in-response"]) => tear(0, TearPoint::InAnswer),
        ("tear", ["in-response", after]) => tear(after.parse().map_err(|_| usage())?, TearPoint::InAnswer),
        ("delay", [milliseconds]) => {
            let delay = Duration::from_millis(milliseconds.parse().map_err(|_| usage())?);
            if delay > LONGEST_DELAY {
                return Err(RequestError::TooSlow);
            }
            Request::Delay(delay)
        }
        _ => return Err(usage()),
    })
}

fn tear(after: u32, point: TearPoint) -> Request {
    Request::Tear(Some(Tear { after, point }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn key() -> impl Strategy<Value = String> {
        "[^\\s\\p{C}]{1,20}"
    }

    fn card() -> impl Strategy<Value = String> {
        "[^\\s\\p{C}]([^\\p{C}\\s]| ){0,40}[^\\s\\p{C}]"
    }

    fn certificates() -> impl Strategy<Value = Certificates> {
        prop_oneof![Just(Certificates::Auth), Just(Certificates::Sign), Just(Certificates::Both)]
    }

    fn any_tear() -> impl Strategy<Value = Tear> {
        let point = prop_oneof![Just(TearPoint::BeforeAnswer), Just(TearPoint::InAnswer)];
        (any::<u32>(), point).prop_map(|(after, point)| Tear { after, point })
    }

    fn request() -> impl Strategy<Value = Request> {
        let value = prop::collection::vec(any::<u8>(), 1..20);
        let reason = prop::sample::select(RevocationReason::ALL.to_vec());
        prop_oneof![
            Just(Request::Status),
            key().prop_map(|key| Request::Lock { key }),
            (key(), 0..=MOST_TRIES).prop_map(|(key, left)| Request::Tries { key, left }),
            (key(), value).prop_map(|(key, value)| Request::Unlock { key, value: value.into() }),
            Just(Request::Remove),
            prop::option::of(card()).prop_map(|card| Request::Insert { card }),
            card().prop_map(|card| Request::Replace { card }),
            prop::option::of(card()).prop_map(|card| Request::Fresh { card }),
            certificates().prop_map(Request::Expire),
            certificates().prop_map(Request::Suspend),
            (certificates(), reason)
                .prop_map(|(certificates, reason)| Request::Revoke { certificates, reason }),
            certificates().prop_map(Request::Reinstate),
            Just(Request::Destroy),
            prop::option::of(any_tear()).prop_map(Request::Tear),
            (0..=60_000_u64).prop_map(|delay| Request::Delay(Duration::from_millis(delay))),
        ]
    }

    proptest! {
        #[test]
        fn a_request_is_read_back_from_its_line(request in request()) {
            prop_assert_eq!(request.line().parse(), Ok(request));
        }

        #[test]
        fn what_logs_show_is_the_line_but_for_the_value(request in request()) {
            match &request {
                Request::Unlock { key, .. } => {
                    prop_assert_eq!(request.to_string(), format!("unlock {key} ····"));
                    prop_assert_eq!(
                        format!("{request:?}"),
                        format!("Unlock {{ key: {key:?}, value: ···· }}")
                    );
                }
                _ => prop_assert_eq!(request.to_string(), request.line()),
            }
        }

        #[test]
        fn no_line_panics(line in any::<String>()) {
            let _ = line.parse::<Request>();
        }

        #[test]
        fn no_line_that_begins_with_a_verb_panics(
            verb in prop::sample::select(VERBS.map(|verb| verb.word).to_vec()),
            rest in "[ a-z0-9|-]{0,30}",
        ) {
            if let Ok(request) = format!("{verb} {rest}").parse::<Request>() {
                prop_assert_eq!(request.line().parse(), Ok(request));
            }
        }
    }

    #[rstest]
    #[case("  status\t", Request::Status)]
    #[case("tries   auth-pin  3", Request::Tries { key: "auth-pin".into(), left: 3 })]
    #[case("insert my cards/lost one.toml", Request::Insert { card: Some("my cards/lost one.toml".into()) })]
    #[case("revoke sign", Request::Revoke { certificates: Certificates::Sign, reason: RevocationReason::Unspecified })]
    #[case("tear in-response", tear(0, TearPoint::InAnswer))]
    #[case("unlock sign-pin 414a", Request::Unlock { key: "sign-pin".into(), value: vec![0x41, 0x4A].into() })]
    fn a_request_can_be_written_shorter_or_wider(#[case] line: &str, #[case] request: Request) {
        assert_eq!(line.parse(), Ok(request));
    }

    #[rstest]
    #[case::nothing(
        "",
        "an empty line asks nothing; the verbs are status, lock, tries, unlock, remove, insert, replace, \
        fresh, expire, suspend, revoke, reinstate, destroy, tear, delay"
    )]
    #[case::a_misspelt_verb("statsu", "no verb is called \"statsu\"; is status meant?")]
    #[case::upper_case(
        "LOCK auth-pin",
        "no verb is called \"LOCK\"; the verbs are status, lock, tries, unlock, remove, \
        insert, replace, fresh, expire, suspend, revoke, reinstate, destroy, tear, delay"
    )]
    #[case::too_few_words("tries auth-pin", "write: tries KEY N")]
    #[case::too_many_words("remove it", "write: remove")]
    #[case::no_number("tries auth-pin many", "write: tries KEY N")]
    #[case::less_than_none("tries auth-pin -1", "write: tries KEY N")]
    #[case::sixteen_tries("tries auth-pin 16", "a key has at most 15 tries: a status word tells no more")]
    #[case::tries_beyond_a_byte(
        "tries auth-pin 256",
        "a key has at most 15 tries: a status word tells no more"
    )]
    #[case::no_hex(
        "unlock auth-pin 123",
        "HEXVALUE is the value as VERIFY sends it, in hex, two digits a byte"
    )]
    #[case::a_value_in_two_words("unlock auth-pin 3132 3334", "write: unlock KEY HEXVALUE")]
    #[case::no_card("replace", "write: replace CARD")]
    #[case::no_such_certificate("expire all", "\"all\" is no certificate: auth, sign or both")]
    #[case::no_reason(
        "revoke auth because",
        "\"because\" is no reason: unspecified, key-compromise, affiliation-changed, \
        superseded, cessation-of-operation or privilege-withdrawn"
    )]
    #[case::a_tear_nowhere("tear soon", "write: tear after N | in-response [N] | off")]
    #[case::a_minute_and_more("delay 60001", "a delay is at most 60000 milliseconds")]
    #[case::a_delay_in_words("delay long", "write: delay MILLISECONDS")]
    #[case::a_control_character("insert a\u{7}b", "a request is plain text without control characters")]
    fn what_makes_no_sense_is_refused_in_words(#[case] line: &str, #[case] words: &str) {
        let error = line.parse::<Request>().expect_err("it makes no sense");
        assert_eq!(error.to_string(), words);
    }
}
