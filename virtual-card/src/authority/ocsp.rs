//! OCSP answers (RFC 6960).

mod question;

use super::authorities::{Answering, Authorities};
use super::list::reason;
use super::time::{date_time, later};
use super::{IssueError, Purpose, Register, Standing, sha256_with_rsa};
use der::Encode;
use der::asn1::{BitString, OctetString};
use jiff::{SignedDuration, Timestamp};
use question::Question;
use x509_ocsp::{
    BasicOcspResponse, CertId, CertStatus, OcspGeneralizedTime, OcspResponse, ResponderId, ResponseData,
    RevokedInfo, SingleResponse, Version,
};

/// How long an answer may be kept; a client that sends a nonce gets a fresh one anyway.
pub const ANSWER_LASTS: SignedDuration = SignedDuration::from_hours(24);

impl Authorities {
    /// The answer to an OCSP request at a moment, DER. Every request has one:
    ///
    /// - a signed answer when one of the certificates was issued by one of the roots. The root of the first such
    ///   certificate answers, through its delegate; it knows nothing of certificates of other issuers.
    /// - `unauthorized` when none was, since nobody here can speak for their issuers (RFC 6960, 2.3);
    /// - `malformedRequest` when the bytes are no request, or one that no client may send.
    #[must_use]
    pub fn ocsp(&self, request: &[u8], register: &Register, at: Timestamp) -> Vec<u8> {
        let response = match Question::parse(request) {
            Err(_) => OcspResponse::malformed_request(),
            Ok(question) => match self.asked(&question) {
                None => OcspResponse::unauthorized(),
                Some(answering) => {
                    let answer = answering.answer(&question, register, at);
                    answer.unwrap_or_else(|_| OcspResponse::internal_error())
                }
            },
        };
        response.to_der().unwrap_or_else(|_| INTERNAL_ERROR.to_vec())
    }

    /// Whose certificate the first is that was issued here.
    fn asked(&self, question: &Question) -> Option<&Answering> {
        let by = |certificate: &CertId| {
            let purpose = Purpose::ALL.into_iter().find(|purpose| self.root(*purpose).issued(certificate))?;
            Some(self.answering(purpose))
        };
        question.certificates.iter().find_map(by)
    }
}

/// OCSPResponse with the status internalError and nothing else.
const INTERNAL_ERROR: [u8; 5] = [0x30, 0x03, 0x0A, 0x01, 0x02];

impl Answering {
    fn answer(
        &self,
        question: &Question,
        register: &Register,
        at: Timestamp,
    ) -> Result<OcspResponse, IssueError> {
        let moment = |at| Ok::<_, IssueError>(OcspGeneralizedTime::from(date_time(at)?));
        let (now, next) = (moment(at)?, moment(later(at, ANSWER_LASTS)?)?);
        let single = |certificate: &CertId| {
            Ok(SingleResponse {
                cert_id: certificate.clone(),
                cert_status: self.status(certificate, register, at)?,
                this_update: now,
                next_update: Some(next),
                single_extensions: None,
            })
        };
        let tbs_response_data = ResponseData {
            version: Version::V1,
            responder_id: ResponderId::ByKey(OctetString::new(&self.delegate.key_hash[..])?),
            produced_at: now,
            responses: question.certificates.iter().map(single).collect::<Result<_, IssueError>>()?,
            response_extensions: question.nonce.clone().map(|nonce| vec![nonce]),
        };
        let signature = self.delegate.signer.sign_sha256(&tbs_response_data.to_der()?);
        Ok(OcspResponse::successful(BasicOcspResponse {
            tbs_response_data,
            signature_algorithm: sha256_with_rsa(),
            signature: BitString::from_bytes(&signature)?,
            certs: Some(vec![self.delegate.certificate.clone()]),
        })?)
    }

    fn status(
        &self,
        certificate: &CertId,
        register: &Register,
        at: Timestamp,
    ) -> Result<CertStatus, IssueError> {
        if !self.root.issued(certificate) {
            return Ok(CertStatus::unknown());
        }
        let serial = &certificate.serial_number;
        // The root issued its own certificate and the delegate's, too. Neither is ever revoked.
        if [&self.root.serial, &self.delegate.certificate.tbs_certificate.serial_number].contains(&serial) {
            return Ok(CertStatus::good());
        }
        // Card certificates have positive numbers; a negative one is another number with the same last bytes.
        let positive = serial.to_der()?.get(2).is_some_and(|first| first & 0x80 == 0);
        let standing = register.standing(self.root.purpose, serial.as_bytes(), at).filter(|_| positive);
        let Some(standing) = standing else { return Ok(CertStatus::unknown()) };
        Ok(match standing {
            Standing::Good => CertStatus::good(),
            Standing::Suspended { since } | Standing::Revoked { since, .. } => {
                CertStatus::revoked(RevokedInfo {
                    revocation_time: date_time(since)?.into(),
                    revocation_reason: reason(standing),
                })
            }
        })
    }
}
