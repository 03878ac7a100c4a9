//! Certificate revocation lists (RFC 5280, section 5).

use super::time::{later, time};
use super::{Authority, IssueError, Register, Standing, extension, name, sha256_with_rsa};
use crate::profile::RevocationReason;
use der::Encode;
use der::asn1::{BitString, Uint};
use jiff::{SignedDuration, Timestamp};
use x509_cert::certificate::Version;
use x509_cert::crl::{CertificateList, RevokedCert, TbsCertList};
use x509_cert::ext::pkix::{CrlNumber, CrlReason};
use x509_cert::serial_number::SerialNumber;

/// How long a list may be relied upon: a week, so that one in a folder outlives the day on which it was written.
pub const LIST_LASTS: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Authority {
    /// The revocation list of a moment, DER.
    ///
    /// It is complete: it names every certificate of this authority that the register does not call good. So it
    /// serves every distribution point that a certificate may name, and needs no issuingDistributionPoint to say for
    /// which of them it stands (RFC 5280, 5.2.5). An entry stays when its certificate expires.
    ///
    /// # Errors
    ///
    /// [`IssueError::OutsideTime`].
    pub fn list(&self, register: &Register, at: Timestamp) -> Result<Vec<u8>, IssueError> {
        let entries: Vec<_> = self.entry(register, at)?.into_iter().collect();
        let number = u128::try_from(at.as_second()).map_err(|_| IssueError::OutsideTime(at))?;
        // Higher from list to list, also where the clock stands still between two changes (RFC 5280, 5.2.3).
        let number = number << 32 | u128::from(register.changes());
        let tbs_cert_list = TbsCertList {
            version: Version::V2,
            signature: sha256_with_rsa(),
            issuer: name::root(self.purpose)?,
            this_update: time(at)?,
            next_update: Some(time(later(at, LIST_LASTS)?)?),
            // An empty list has no field for its entries.
            revoked_certificates: Some(entries).filter(|entries| !entries.is_empty()),
            crl_extensions: Some(vec![
                extension::plain(&extension::key_of(self)?)?,
                extension::plain(&CrlNumber(Uint::new(&number.to_be_bytes())?))?,
            ]),
        };
        let signature = BitString::from_bytes(&self.signer.sign_sha256(&tbs_cert_list.to_der()?))?;
        Ok(CertificateList { tbs_cert_list, signature_algorithm: sha256_with_rsa(), signature }.to_der()?)
    }

    /// The one certificate of this authority in the register, unless it is good at this moment.
    fn entry(&self, register: &Register, at: Timestamp) -> Result<Option<RevokedCert>, IssueError> {
        let Some(entry) = register.entry(self.purpose) else { return Ok(None) };
        let Some(standing) = register.standing(self.purpose, &entry.serial, at) else { return Ok(None) };
        let Some(since) = standing.since() else { return Ok(None) };
        let reason = reason(standing).map(|reason| extension::plain(&reason)).transpose()?;
        Ok(Some(RevokedCert {
            serial_number: SerialNumber::new(&entry.serial)?,
            revocation_date: time(since)?,
            crl_entry_extensions: reason.map(|reason| vec![reason]),
        }))
    }
}

/// The reason code of a standing; `None` where nobody says why: the code for that should be left out (RFC 5280,
/// 5.3.1).
pub(super) fn reason(standing: Standing) -> Option<CrlReason> {
    match standing {
        Standing::Good => None,
        Standing::Suspended { .. } => Some(CrlReason::CertificateHold),
        Standing::Revoked { reason, .. } => match reason {
            RevocationReason::Unspecified => None,
            RevocationReason::KeyCompromise => Some(CrlReason::KeyCompromise),
            RevocationReason::AffiliationChanged => Some(CrlReason::AffiliationChanged),
            RevocationReason::Superseded => Some(CrlReason::Superseded),
            RevocationReason::CessationOfOperation => Some(CrlReason::CessationOfOperation),
            RevocationReason::PrivilegeWithdrawn => Some(CrlReason::PrivilegeWithdrawn),
        },
    }
}
