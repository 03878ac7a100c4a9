//! The register of the authority: what it says about the certificates of a card, and since when.

use super::Purpose;
use crate::profile::{CardProfile, CertificateProfile, CertificateStatus, Moment, RevocationReason};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What the authority says about the certificates of one card. Nothing on the card shows any of it.
///
/// Moments are whole seconds, as lists and answers write them. The moment of a question counts too: before the moment
/// of its revocation a certificate is good.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// How often a standing changed. Two lists of the same second tell by it which one is newer.
    changes: u32,
    auth: Option<Entry>,
    sign: Option<Entry>,
}

/// One certificate in the register.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Serial number, big-endian, without leading zeros.
    #[serde(with = "serial")]
    pub serial: Vec<u8>,
    /// What the authority says about it.
    pub standing: Standing,
}

/// What the authority says about a certificate that it issued.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Standing {
    /// Neither revoked nor suspended.
    Good,
    /// 一時保留, on hold: after a reported loss, at any hour of any day (CARD-IC-008), until it is lifted
    /// (CARD-IC-009).
    Suspended {
        /// Since this moment.
        since: Timestamp,
    },
    /// 失効, for good: only another certificate helps (CA-RENEW-002).
    Revoked {
        /// Since this moment.
        since: Timestamp,
        /// For this reason.
        reason: RevocationReason,
    },
}

/// Why the register stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// A second suspension would move the moment of the first.
    #[error("the {purpose} certificate is suspended already, since {since}")]
    AlreadySuspended {
        /// Which certificate.
        purpose: Purpose,
        /// Since this moment.
        since: Timestamp,
    },
    /// The card carries no such certificate.
    #[error("the card has no {0} certificate")]
    NoCertificate(Purpose),
    /// The card file's serial number is no hex, or zero.
    #[error("\"{0}\" is no serial number: hex of a number above zero")]
    NoSerial(String),
    /// There is nothing to lift.
    #[error("the {0} certificate is not suspended")]
    NotSuspended(Purpose),
    /// A revocation is for good.
    #[error("the {purpose} certificate is revoked since {since} ({reason}), and that is for good")]
    Revoked {
        /// Which certificate.
        purpose: Purpose,
        /// Since this moment.
        since: Timestamp,
        /// For this reason.
        reason: RevocationReason,
    },
}

impl Register {
    /// The register as the card's file describes it on the as-of date.
    ///
    /// # Errors
    ///
    /// [`RegisterError::NoSerial`], never for a profile that was loaded.
    pub fn of(profile: &CardProfile, as_of: Date) -> Result<Self, RegisterError> {
        let entry = |certificate: &Option<CertificateProfile>| {
            certificate.as_ref().map(|certificate| Entry::of(certificate, as_of)).transpose()
        };
        let auth = entry(&profile.auth_certificate)?;
        Ok(Self { changes: 0, auth, sign: entry(&profile.sign_certificate)? })
    }

    /// The card's certificate of this purpose; `None` when the card has none.
    #[must_use]
    pub fn entry(&self, purpose: Purpose) -> Option<&Entry> {
        match purpose {
            Purpose::UserAuthentication => self.auth.as_ref(),
            Purpose::DigitalSignature => self.sign.as_ref(),
        }
    }

    /// What is said at this moment about a serial number, big-endian; `None` (unknown) when no certificate of this
    /// purpose has it.
    #[must_use]
    pub fn standing(&self, purpose: Purpose, serial: &[u8], at: Timestamp) -> Option<Standing> {
        let entry = self.entry(purpose).filter(|entry| entry.serial == significant(serial))?;
        let begun = entry.standing.since().is_none_or(|since| since <= at);
        Some(if begun { entry.standing } else { Standing::Good })
    }

    /// How often a standing changed since the register was made.
    #[must_use]
    pub fn changes(&self) -> u32 {
        self.changes
    }

    /// Puts a certificate on hold: the holder has lost the card (CARD-IC-008).
    ///
    /// # Errors
    ///
    /// [`RegisterError::NoCertificate`], [`RegisterError::AlreadySuspended`], [`RegisterError::Revoked`].
    pub fn suspend(&mut self, purpose: Purpose, at: Timestamp) -> Result<(), RegisterError> {
        if let Standing::Suspended { since } = self.revocable(purpose)? {
            return Err(RegisterError::AlreadySuspended { purpose, since });
        }
        self.change(purpose, Standing::Suspended { since: whole_seconds(at) })
    }

    /// Revokes a certificate, suspended or not; the other one keeps its standing (CARD-CERT-009).
    ///
    /// A suspended certificate is revoked since the moment of its suspension: ITU-T X.509 keeps the date when a
    /// revocation takes the place of a hold, or signatures made in between would count again.
    ///
    /// # Errors
    ///
    /// [`RegisterError::NoCertificate`], [`RegisterError::Revoked`].
    pub fn revoke(
        &mut self,
        purpose: Purpose,
        at: Timestamp,
        reason: RevocationReason,
    ) -> Result<(), RegisterError> {
        let since = self.revocable(purpose)?.since().unwrap_or_else(|| whole_seconds(at));
        self.change(purpose, Standing::Revoked { since, reason })
    }

    /// Lifts a suspension: the card was found (CARD-IC-009). When a service sees it is the service's matter
    /// (REG-TIME-004).
    ///
    /// # Errors
    ///
    /// [`RegisterError::NoCertificate`], [`RegisterError::NotSuspended`], [`RegisterError::Revoked`].
    pub fn reinstate(&mut self, purpose: Purpose) -> Result<(), RegisterError> {
        match self.revocable(purpose)? {
            Standing::Suspended { .. } => self.change(purpose, Standing::Good),
            _ => Err(RegisterError::NotSuspended(purpose)),
        }
    }

    /// The standing of a certificate that is not revoked.
    fn revocable(&self, purpose: Purpose) -> Result<Standing, RegisterError> {
        match self.entry(purpose).ok_or(RegisterError::NoCertificate(purpose))?.standing {
            Standing::Revoked { since, reason } => Err(RegisterError::Revoked { purpose, since, reason }),
            standing => Ok(standing),
        }
    }

    fn change(&mut self, purpose: Purpose, standing: Standing) -> Result<(), RegisterError> {
        let entry = match purpose {
            Purpose::UserAuthentication => &mut self.auth,
            Purpose::DigitalSignature => &mut self.sign,
        };
        entry.as_mut().ok_or(RegisterError::NoCertificate(purpose))?.standing = standing;
        self.changes = self.changes.saturating_add(1);
        Ok(())
    }
}

impl Entry {
    fn of(certificate: &CertificateProfile, as_of: Date) -> Result<Self, RegisterError> {
        let no_serial = || RegisterError::NoSerial(certificate.serial.clone());
        let since = certificate.since.unwrap_or(Moment::START_OF_AS_OF).resolve(as_of);
        Ok(Self {
            serial: serial::from_hex(&certificate.serial).ok_or_else(no_serial)?,
            standing: match certificate.status {
                CertificateStatus::Good => Standing::Good,
                CertificateStatus::Suspended => Standing::Suspended { since },
                CertificateStatus::Revoked => {
                    Standing::Revoked { since, reason: certificate.reason.unwrap_or_default() }
                }
            },
        })
    }
}

impl Standing {
    /// Since when the certificate must not be relied upon; `None` while it is good.
    #[must_use]
    pub fn since(self) -> Option<Timestamp> {
        match self {
            Self::Good => None,
            Self::Suspended { since } | Self::Revoked { since, .. } => Some(since),
        }
    }
}

/// The second in which a moment lies.
fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// A big-endian number without its leading zeros.
fn significant(number: &[u8]) -> &[u8] {
    &number[number.iter().take_while(|byte| **byte == 0).count()..]
}

/// Serial numbers are written as hex.
mod serial {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
        let bytes = super::significant(&hex::decode(text).ok()?).to_vec();
        (!bytes.is_empty()).then_some(bytes)
    }

    pub(super) fn serialize<S: Serializer>(serial: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode_upper(serial))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        from_hex(&text).ok_or_else(|| D::Error::custom(super::RegisterError::NoSerial(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::personalise::{embedded_cards, embedded_profile};
    use Purpose::{DigitalSignature, UserAuthentication};
    use jiff::civil::date;
    use rstest::rstest;

    const AS_OF: Date = date(2026, 11, 22);

    fn register(card: &str) -> Register {
        Register::of(&embedded_profile(card).expect("a card"), AS_OF).expect("a register")
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    fn standing(register: &Register, purpose: Purpose) -> Option<Standing> {
        register.entry(purpose).map(|entry| entry.standing)
    }

    #[rstest]
    #[case::good("standard", UserAuthentication, Some(Standing::Good))]
    #[case::expired("expired", DigitalSignature, Some(Standing::Good))]
    #[case::none("minor", DigitalSignature, None)]
    #[case::not_a_my_number_card("not-a-my-number-card", UserAuthentication, None)]
    #[case::lost(
        "suspended",
        UserAuthentication,
        Some(Standing::Suspended { since: at("2026-11-20T14:40:00Z") })
    )]
    #[case::exposed(
        "revoked",
        UserAuthentication,
        Some(Standing::Revoked {
            since: at("2026-10-23T05:20:00Z"),
            reason: RevocationReason::KeyCompromise,
        })
    )]
    #[case::moved(
        "revoked",
        DigitalSignature,
        Some(Standing::Revoked {
            since: at("2026-09-23T02:05:00Z"),
            reason: RevocationReason::AffiliationChanged,
        })
    )]
    fn the_register_says_what_the_card_file_says(
        #[case] card: &str,
        #[case] purpose: Purpose,
        #[case] expected: Option<Standing>,
    ) {
        assert_eq!(standing(&register(card), purpose), expected);
    }

    #[test]
    fn every_embedded_card_that_is_not_good_says_when_and_why() {
        for card in embedded_cards() {
            let profile = embedded_profile(card).expect("a card");
            for certificate in [profile.auth_certificate, profile.sign_certificate].into_iter().flatten() {
                let good = certificate.status == CertificateStatus::Good;
                let revoked = certificate.status == CertificateStatus::Revoked;
                assert_eq!(
                    (certificate.since.is_none(), certificate.reason.is_some()),
                    (good, revoked),
                    "{card}"
                );
            }
        }
    }

    #[test]
    fn a_file_that_says_no_moment_means_the_start_of_the_as_of_date_in_japan() {
        let mut profile = embedded_profile("standard").expect("a card");
        let certificate = profile.auth_certificate.as_mut().expect("a certificate");
        certificate.status = CertificateStatus::Revoked;
        let register = Register::of(&profile, AS_OF).expect("a register");
        let expected =
            Standing::Revoked { since: at("2026-11-21T15:00:00Z"), reason: RevocationReason::Unspecified };
        assert_eq!(standing(&register, UserAuthentication), Some(expected));
    }

    #[test]
    fn a_serial_number_that_was_never_issued_is_unknown_and_leading_zeros_mean_nothing() {
        let (register, now) = (register("standard"), at("2026-11-22T03:00:00Z"));
        let ask = |purpose, serial: &[u8]| register.standing(purpose, serial, now);
        assert_eq!(ask(UserAuthentication, &[0x2A, 0x7E, 0x01]), Some(Standing::Good));
        assert_eq!(ask(UserAuthentication, &[0x00, 0x2A, 0x7E, 0x01]), Some(Standing::Good));
        assert_eq!(ask(UserAuthentication, &[0x2A, 0x7E, 0x02]), None);
        assert_eq!(ask(UserAuthentication, &[]), None);
        // The serial number of the other certificate.
        assert_eq!(ask(UserAuthentication, &[0x2B, 0x1D, 0x01]), None);
        assert_eq!(ask(DigitalSignature, &[0x2B, 0x1D, 0x01]), Some(Standing::Good));
    }

    #[test]
    fn a_certificate_is_good_until_the_very_second_of_its_revocation() {
        let register = register("revoked");
        let ask = |moment| register.standing(UserAuthentication, &[0x2A, 0x7E, 0x06], at(moment));
        assert_eq!(ask("2026-10-23T05:19:59Z"), Some(Standing::Good));
        assert_eq!(ask("2026-10-23T05:20:00Z"), standing(&register, UserAuthentication));
    }

    #[test]
    fn a_suspension_can_be_lifted_and_leaves_nothing_but_a_count_of_changes() {
        let mut register = register("standard");
        let before = register.clone();
        register.suspend(UserAuthentication, at("2026-11-22T18:00:00.75Z")).expect("suspended");
        let suspended = Standing::Suspended { since: at("2026-11-22T18:00:00Z") };
        assert_eq!(standing(&register, UserAuthentication), Some(suspended));
        assert_eq!(standing(&register, DigitalSignature), Some(Standing::Good));
        register.reinstate(UserAuthentication).expect("reinstated");
        assert_eq!(register, Register { changes: 2, ..before });
    }

    #[test]
    fn a_suspended_certificate_is_revoked_since_its_suspension() {
        let mut register = register("suspended");
        let reason = RevocationReason::Superseded;
        register.revoke(UserAuthentication, at("2026-11-22T18:00:00Z"), reason).expect("revoked");
        let revoked = Standing::Revoked { since: at("2026-11-20T14:40:00Z"), reason };
        assert_eq!(standing(&register, UserAuthentication), Some(revoked));
    }

    #[test]
    fn a_revocation_is_for_good() {
        let mut register = register("revoked");
        let (before, now) = (register.clone(), at("2026-11-22T18:00:00Z"));
        let refusal = RegisterError::Revoked {
            purpose: UserAuthentication,
            since: at("2026-10-23T05:20:00Z"),
            reason: RevocationReason::KeyCompromise,
        };
        assert_eq!(register.reinstate(UserAuthentication), Err(refusal.clone()));
        assert_eq!(register.suspend(UserAuthentication, now), Err(refusal.clone()));
        let again = register.revoke(UserAuthentication, now, RevocationReason::Unspecified);
        assert_eq!(again, Err(refusal.clone()));
        assert_eq!(register, before);
        assert_eq!(
            refusal.to_string(),
            "the auth certificate is revoked since 2026-10-23T05:20:00Z (key-compromise), and that is for good"
        );
    }

    #[test]
    fn what_cannot_be_suspended_or_lifted_is_refused_and_stays_as_it_is() {
        let now = at("2026-11-22T18:00:00Z");
        let mut suspended = register("suspended");
        let since = at("2026-11-20T14:40:00Z");
        let already = RegisterError::AlreadySuspended { purpose: DigitalSignature, since };
        assert_eq!(suspended.suspend(DigitalSignature, now), Err(already));
        assert_eq!(suspended, register("suspended"));
        let mut minor = register("minor");
        let none = Err(RegisterError::NoCertificate(DigitalSignature));
        assert_eq!(minor.suspend(DigitalSignature, now), none);
        assert_eq!(minor.revoke(DigitalSignature, now, RevocationReason::Superseded), none);
        assert_eq!(minor.reinstate(DigitalSignature), none);
        assert_eq!(minor.reinstate(UserAuthentication), Err(RegisterError::NotSuspended(UserAuthentication)));
        assert_eq!(minor, register("minor"));
    }

    #[test]
    fn a_register_comes_back_from_json_and_toml_as_it_was() {
        for card in embedded_cards() {
            let mut register = register(card);
            let _ = register.suspend(UserAuthentication, at("2026-11-22T18:00:00Z"));
            let json = serde_json::to_string(&register).expect("JSON");
            assert_eq!(serde_json::from_str::<Register>(&json).expect("a register"), register, "{json}");
            let toml = toml::to_string(&register).expect("TOML");
            assert_eq!(toml::from_str::<Register>(&toml).expect("a register"), register, "{toml}");
        }
        let text = serde_json::to_string(&register("revoked").auth).expect("JSON");
        assert_eq!(
            text,
            r#"{"serial":"2A7E06","standing":{"status":"revoked","since":"2026-10-23T05:20:00Z","reason":"key-compromise"}}"#
        );
    }

    #[rstest]
    #[case::serial(r#"{"serial":"0000","standing":{"status":"good"}}"#, "\"0000\" is no serial number")]
    #[case::status(r#"{"serial":"01","standing":{"status":"bad"}}"#, "unknown variant `bad`")]
    #[case::no_moment(r#"{"serial":"01","standing":{"status":"suspended"}}"#, "missing field `since`")]
    #[case::too_much(r#"{"serial":"01","standing":{"status":"good"},"why":1}"#, "unknown field `why`")]
    fn a_damaged_register_is_refused(#[case] json: &str, #[case] words: &str) {
        let error = serde_json::from_str::<Entry>(json).expect_err("damaged").to_string();
        assert!(error.contains(words), "{error}");
    }
}
