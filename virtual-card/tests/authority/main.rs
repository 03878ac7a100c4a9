//! What the authority says, judged by the program `openssl`: certificates, revocation lists and OCSP answers of every
//! card that comes with the program. The certificates are the ones that a reader gets from the card.

mod card;
mod files;
mod garbage;
mod http;
mod lists;
mod live;
mod ocsp;
mod openssl;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jpki_virtual_card::authority::{Authorities, Purpose, Register};
use jpki_virtual_card::personalise::{embedded_cards, embedded_profile};

const AS_OF: Date = date(2026, 11, 22);

/// Noon of the as-of date in Japan.
fn noon() -> Timestamp {
    "2026-11-22T12:00:00+09:00".parse().expect("a moment")
}

/// What `openssl` has to say about a certificate.
#[derive(Clone, Copy, Debug)]
enum Verdict {
    Good,
    /// Good, but its last day is past.
    Expired,
    /// Revoked or on hold, since when and why, in the words of `openssl`.
    Revoked {
        since: &'static str,
        reason: &'static str,
        title: &'static str,
    },
    /// The card has none.
    Absent,
}

use Verdict::{Absent, Expired, Good, Revoked};

const LOST: Verdict =
    Revoked { since: "Nov 20 14:40:00 2026 GMT", reason: "certificateHold", title: "Certificate Hold" };
const EXPOSED: Verdict =
    Revoked { since: "Oct 23 05:20:00 2026 GMT", reason: "keyCompromise", title: "Key Compromise" };
const MOVED: Verdict =
    Revoked { since: "Sep 23 02:05:00 2026 GMT", reason: "affiliationChanged", title: "Affiliation Changed" };

/// Every card: its authentication certificate, its signature certificate.
const CARDS: [(&str, [Verdict; 2]); 16] = [
    ("auth-locked", [Good, Good]),
    ("contactless", [Good, Good]),
    ("expired", [Expired, Expired]),
    ("iso-strict", [Good, Good]),
    ("minor", [Good, Absent]),
    ("near-expiry", [Good, Good]),
    ("no-auth-certificate", [Absent, Good]),
    ("no-sign-certificate", [Good, Absent]),
    ("not-a-my-number-card", [Absent, Absent]),
    ("one-try-left", [Good, Good]),
    ("reissued", [Good, Good]),
    ("renewed", [Good, Good]),
    ("revoked", [EXPOSED, MOVED]),
    ("sign-locked", [Good, Good]),
    ("standard", [Good, Good]),
    ("suspended", [LOST, LOST]),
];

#[test]
fn the_table_has_every_card() {
    let names: Vec<_> = CARDS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, embedded_cards().collect::<Vec<_>>());
}

/// A certificate of one of the cards.
struct Case {
    card: &'static str,
    purpose: Purpose,
    verdict: Verdict,
    /// As a reader got it from the card.
    certificate: Vec<u8>,
    register: Register,
}

/// Every certificate there is.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (card, verdicts) in CARDS {
        for (purpose, verdict) in Purpose::ALL.into_iter().zip(verdicts) {
            let certificate = card::read(card, purpose);
            let Some(certificate) = certificate else {
                assert!(matches!(verdict, Absent), "{card} has no {purpose} certificate");
                continue;
            };
            cases.push(Case { card, purpose, verdict, certificate, register: register(card) });
        }
    }
    cases
}

fn register(card: &str) -> Register {
    Register::of(&embedded_profile(card).expect("a card"), AS_OF).expect("a register")
}

fn root(purpose: Purpose) -> &'static [u8] {
    Authorities::embedded().root(purpose).certificate()
}
