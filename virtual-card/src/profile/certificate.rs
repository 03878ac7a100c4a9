//! A certificate as a card file describes it, and what the authority says about it.

use super::{Day, Holder, LastDay, Moment, birthday_after};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A certificate on the card.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = super::nothing_is_required)]
pub struct CertificateProfile {
    /// Day of issue in Japan.
    pub issued: Day,
    /// Last day of validity, until 23:59:59 in Japan.
    pub expires: LastDay,
    /// Serial number, as hex of one to four bytes.
    pub serial: String,
    /// What the authority says about it.
    #[serde(default)]
    pub status: CertificateStatus,
    /// Since when it is revoked or suspended; the first second of the as-of date in Japan when absent.
    #[serde(default)]
    pub since: Option<Moment>,
    /// Why it is revoked; `unspecified` when absent.
    #[serde(default)]
    pub reason: Option<RevocationReason>,
    /// Name of the key file in `vectors/keys` that belongs to it; `auth` or `sign` when absent. A stranger's card
    /// has its own.
    #[serde(default)]
    pub key: Option<String>,
}

impl CertificateProfile {
    /// Day of issue and last day of validity; `None` when the last day is a birthday of an unknown holder.
    #[must_use]
    pub fn validity(&self, holder: Option<&Holder>, as_of: Date) -> Option<(Date, Date)> {
        let issued = self.issued.resolve(as_of);
        let expires = match self.expires {
            LastDay::Day(day) => day.resolve(as_of),
            LastDay::FifthBirthday => {
                let holder = holder?;
                birthday_after(holder.birth_date, issued, 5).min(holder.card_expires)
            }
        };
        Some((issued, expires))
    }
}

/// What the authority says about a certificate: the states that rule CARD-CERT-010 lists and a card cannot show.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateStatus {
    /// Neither revoked nor suspended.
    #[default]
    Good,
    /// Revoked for good.
    Revoked,
    /// Suspended, for example after a reported loss.
    Suspended,
}

/// Why a holder's certificate is revoked: the reason codes of RFC 5280, section 5.3.1, without those that concern
/// authorities, holds and delta lists.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevocationReason {
    /// Nobody says why. Lists and answers then name no reason.
    #[default]
    Unspecified,
    /// The private key, or the card with it, may be in other hands.
    KeyCompromise,
    /// What the certificate says of its holder is no longer so: a signature certificate after a move or a new name.
    AffiliationChanged,
    /// A newer certificate takes its place: after a renewal.
    Superseded,
    /// The holder gave it up, left the country or died.
    CessationOfOperation,
    /// The holder may have it no longer.
    PrivilegeWithdrawn,
}

/// A word that is no reason for a revocation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no reason: unspecified, key-compromise, affiliation-changed, superseded, cessation-of-operation \
     or privilege-withdrawn"
)]
pub struct UnknownReason(pub String);

impl RevocationReason {
    /// Every reason, in the order of the codes.
    pub const ALL: [Self; 6] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
    ];

    /// The word for it in card files and on command lines.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "key-compromise",
            Self::AffiliationChanged => "affiliation-changed",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessation-of-operation",
            Self::PrivilegeWithdrawn => "privilege-withdrawn",
        }
    }
}

impl fmt::Display for RevocationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for RevocationReason {
    type Err = UnknownReason;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|reason| reason.name() == text);
        found.ok_or_else(|| UnknownReason(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_one_word_wherever_it_is_written() {
        for reason in RevocationReason::ALL {
            let json = serde_json::to_value(reason).expect("a word");
            assert_eq!(json, reason.to_string());
            assert_eq!(reason.to_string().parse(), Ok(reason));
        }
        let refusal =
            "certificate-hold".parse::<RevocationReason>().expect_err("a suspension is no revocation");
        assert_eq!(
            refusal.to_string(),
            "\"certificate-hold\" is no reason: unspecified, key-compromise, affiliation-changed, superseded, \
             cessation-of-operation or privilege-withdrawn"
        );
    }
}
