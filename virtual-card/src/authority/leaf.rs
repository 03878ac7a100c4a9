//! What is asked for when a card holder's certificate is issued.

use super::{Authority, Body, IssueError, Purpose, end_of_day, extension, name, utc_time};
use crate::profile::Holder;
use crate::signer::SIGNATURE_LEN;
use jiff::civil::Date;
use x509_cert::serial_number::SerialNumber;

/// What is asked for when a card holder's certificate is issued.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Serial number, big-endian, one to four bytes.
    pub serial: &'a [u8],
    /// Day of issue in Japan.
    pub issued: Date,
    /// Last day of validity, until 23:59:59 in Japan.
    pub expires: Date,
    /// Public key of the holder.
    pub modulus: [u8; SIGNATURE_LEN],
    /// Whose certificate it is.
    pub holder: &'a Holder,
}

/// The holder's certificate, unsigned.
pub(super) fn body(authority: &Authority, request: &Request<'_>) -> Result<Body, IssueError> {
    let Request { issued, expires, .. } = *request;
    if expires < issued {
        return Err(IssueError::Backwards { issued, expires });
    }
    let common_name = common_name(authority.purpose, request);
    Ok(Body {
        serial: SerialNumber::new(request.serial)?,
        subject: name::holder(authority.purpose, request.holder, &common_name)?,
        // 10:35:42 in Japan; every certificate of a day has the same time, so that nothing is left to chance.
        not_before: utc_time(issued, [1, 35, 42])?,
        not_after: end_of_day(expires)?,
        modulus: request.modulus,
        extensions: extension::of_leaf(authority, request)?,
    })
}

/// 23 characters for authentication, 28 for signatures: an opaque part (here: TEST ONLY and the end of the serial
/// number; or the moment of issue and a counter, the same end), the municipality's code and `003A`.
fn common_name(purpose: Purpose, request: &Request<'_>) -> String {
    let serial = request.serial.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    let municipality = &request.holder.municipality_code;
    match purpose {
        Purpose::UserAuthentication => format!("TESTONLY{:06X}{municipality}003A", serial & 0xFF_FFFF),
        Purpose::DigitalSignature => {
            let Request { issued, .. } = request;
            let day = format!("{:04}{:02}{:02}", issued.year(), issued.month(), issued.day());
            format!("{day}103542{:05}{municipality}003A", serial % 100_000)
        }
    }
}
