//! Which card a state belongs to.

use crate::profile::{CardProfile, CertificateProfile};
use sha2::{Digest, Sha256};
use std::fmt;

/// The fingerprint of a personalisation: of everything that a state takes for granted. That is which card it is, the
/// factory values and tries of its keys, and its certificates by serial number and status. Dates are not part of it, as a
/// card may count them from today; nor are the knobs, which change no counter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub(super) [u8; 32]);

impl Fingerprint {
    /// The fingerprint of a card as its file describes it.
    #[must_use]
    pub fn of(profile: &CardProfile) -> Self {
        let mut words = Words(Sha256::new());
        words.add(&profile.name);
        words.count(profile.applications.len());
        profile.applications.iter().for_each(|application| words.add(application));
        words.optional(profile.holder.as_ref().map(|holder| &*holder.card_serial));
        words.count(profile.keys.len());
        for (name, key) in &profile.keys {
            words.add(name);
            words.optional(key.value.as_deref());
            words.count(key.tries.into());
            words.count(key.tries_left.unwrap_or(key.tries).into());
        }
        words.certificate(profile.auth_certificate.as_ref());
        words.certificate(profile.sign_certificate.as_ref());
        Self(words.0.finalize().into())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// Words under a hash, each with its length, so that none runs into the next.
struct Words(Sha256);

impl Words {
    fn count(&mut self, number: usize) {
        self.0.update((number as u64).to_be_bytes());
    }

    fn add(&mut self, word: &str) {
        self.count(word.len());
        self.0.update(word);
    }

    fn optional(&mut self, word: Option<&str>) {
        self.count(word.is_some().into());
        word.into_iter().for_each(|word| self.add(word));
    }

    fn certificate(&mut self, certificate: Option<&CertificateProfile>) {
        self.optional(certificate.map(|certificate| &*certificate.serial));
        self.optional(certificate.and_then(|certificate| certificate.key.as_deref()));
        self.count(certificate.map_or(0, |certificate| certificate.status as usize));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::personalise::{embedded_cards, embedded_profile};
    use crate::profile::{CertificateStatus, Day, KeepsOrClears, LastDay};
    use rstest::rstest;

    fn standard() -> CardProfile {
        embedded_profile("standard").expect("an embedded card")
    }

    #[test]
    fn every_embedded_card_has_a_fingerprint_of_its_own() {
        let mut seen = Vec::new();
        for card in embedded_cards() {
            let fingerprint = Fingerprint::of(&embedded_profile(card).expect("an embedded card"));
            assert!(!seen.contains(&fingerprint), "{card}");
            seen.push(fingerprint);
        }
    }

    #[rstest]
    #[case::the_value_of_a_key(|card: &mut CardProfile| {
        card.keys.get_mut("auth-pin").expect("a key").value = Some("4321".into());
    })]
    #[case::the_tries_of_a_key(|card: &mut CardProfile| card.keys.get_mut("auth-pin").expect("a key").tries = 5)]
    #[case::the_tries_left_in_the_factory(|card: &mut CardProfile| {
        card.keys.get_mut("auth-pin").expect("a key").tries_left = Some(1);
    })]
    #[case::a_key_less(|card: &mut CardProfile| { card.keys.remove("common-pin"); })]
    #[case::an_application_less(|card: &mut CardProfile| { card.applications.pop(); })]
    #[case::another_serial_number(|card: &mut CardProfile| {
        card.sign_certificate.as_mut().expect("a certificate").serial = "2B1D02".into();
    })]
    #[case::a_certificate_less(|card: &mut CardProfile| card.sign_certificate = None)]
    #[case::a_certificate_that_is_revoked(|card: &mut CardProfile| {
        card.auth_certificate.as_mut().expect("a certificate").status = CertificateStatus::Revoked;
    })]
    #[case::the_card_of_another_person(|card: &mut CardProfile| {
        card.holder.as_mut().expect("a holder").card_serial = "400000099000018".into();
    })]
    fn what_a_state_takes_for_granted_makes_another_fingerprint(#[case] change: fn(&mut CardProfile)) {
        let mut other = standard();
        change(&mut other);
        assert_ne!(Fingerprint::of(&other), Fingerprint::of(&standard()));
    }

    #[test]
    fn dates_knobs_and_titles_leave_the_fingerprint_alone() {
        let mut other = standard();
        other.title = "Another title".into();
        other.knobs.failed_verify = KeepsOrClears::Keeps;
        other.auth_certificate.as_mut().expect("a certificate").expires = LastDay::Day(Day::FromAsOf(-1));
        assert_eq!(Fingerprint::of(&other), Fingerprint::of(&standard()));
    }
}
