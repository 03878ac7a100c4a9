//! What is where: OCSP, revocation lists, roots.

use super::http::{Message, Reply, Status};
use crate::authority::{Authorities, Purpose, Register};
use base64ct::{Base64, Encoding};
use der::pem::{LineEnding, encode_string};
use jiff::Timestamp;

const OCSP_REQUEST: &str = "application/ocsp-request";
const OCSP_RESPONSE: &str = "application/ocsp-response";
const LIST: &str = "application/pkix-crl";
const PEM: &str = "application/x-pem-file";

/// What a visitor can have.
const OFFER: &str =
    "here are: OCSP by POST, or by GET /BASE64; /auth.crl, /sign.crl, /auth-ca.pem, /sign-ca.pem";

/// The reply to a request, as the register stands at this moment.
pub(super) fn reply(
    message: &Message,
    authorities: &Authorities,
    register: &Register,
    at: Timestamp,
) -> Reply {
    let path = message.target.split('?').next().unwrap_or_default();
    match message.method.as_str() {
        "POST" if message.content_type.as_deref() == Some(OCSP_REQUEST) => {
            Reply::found(OCSP_RESPONSE, authorities.ocsp(&message.body, register, at))
        }
        "POST" => Reply::refusal(Status::UnsupportedMediaType, format!("only {OCSP_REQUEST} is answered")),
        "GET" | "HEAD" => file(path, authorities, register, at).unwrap_or_else(|| match request_in(path) {
            Some(request) => Reply::found(OCSP_RESPONSE, authorities.ocsp(&request, register, at)),
            None => Reply::refusal(Status::NotFound, OFFER),
        }),
        _ => Reply::refusal(Status::MethodNotAllowed, OFFER),
    }
}

fn file(path: &str, authorities: &Authorities, register: &Register, at: Timestamp) -> Option<Reply> {
    let name = path.strip_prefix('/')?;
    Purpose::ALL.into_iter().find_map(|purpose| {
        let root = authorities.root(purpose);
        match name.strip_prefix(purpose.name())? {
            ".crl" => Some(match root.list(register, at) {
                Ok(list) => Reply::found(LIST, list),
                Err(error) => Reply::refusal(Status::InternalError, error.to_string()),
            }),
            "-ca.pem" => {
                let pem = encode_string("CERTIFICATE", LineEnding::LF, root.certificate());
                Some(Reply::found(PEM, pem.expect("a certificate fits into memory twice")))
            }
            _ => None,
        }
    })
}

/// The request in a path: base64 with what a URL cannot hold as percent and two hex digits (RFC 6960, A.1). What does
/// not begin like a request is the name of something that is not here.
fn request_in(path: &str) -> Option<Vec<u8>> {
    const SEQUENCE: u8 = 0x30;
    let mut text = Vec::with_capacity(path.len());
    let mut rest = path.strip_prefix('/')?.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let mut byte = [0];
            hex::decode_to_slice(after.get(..2)?, &mut byte).ok()?;
            text.extend(byte);
            rest = &after[2..];
        } else {
            text.push(*first);
            rest = after;
        }
    }
    let request = Base64::decode_vec(std::str::from_utf8(&text).ok()?).ok()?;
    (request.first() == Some(&SEQUENCE)).then_some(request)
}
