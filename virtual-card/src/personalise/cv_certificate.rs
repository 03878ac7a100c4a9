//! Card-verifiable certificates: who signs the records of the surface and text applications, and the chain at MF level.

use super::tlv::{object, public_key};
use crate::profile::Holder;
use crate::signer::Signer;

/// The name of a key: seven digits, `08 05`, three digits, three zeros and a byte. Production numbers begin with 5,
/// those of the JPKI test cards with 6, ours with 9.
pub(super) type KeyId = [u8; 16];

/// Root of the chain at MF level.
pub(super) const ROOT: KeyId = key_id(*b"9000020", *b"001", 0xA8);
/// Issuer of the certificate in the surface application.
pub(super) const SURFACE_ISSUER: KeyId = key_id(*b"9000023", *b"001", 0);
/// Named in the surface application's basic information; which key it is nobody knows.
pub(super) const SURFACE_BASIC: KeyId = key_id(*b"9000024", *b"001", 0);
/// Named before the opaque block there.
pub(super) const SURFACE_OPAQUE: KeyId = key_id(*b"9900025", *b"001", 0);
/// Issuer of the certificate in the text application.
pub(super) const TEXT_ISSUER: KeyId = key_id(*b"9000033", *b"001", 0);
/// Named in the text application's basic information.
pub(super) const TEXT_BASIC: KeyId = key_id(*b"9000034", *b"001", 0);
/// Last of the chain at MF level.
pub(super) const LEAF: KeyId = key_id(*b"0000050", *b"001", 0x40);

/// Names a key of the holder's municipality: its code and two digits for the purpose.
pub(super) fn municipal_key_id(holder: &Holder, purpose: [u8; 2], group: [u8; 3], last: u8) -> KeyId {
    let mut number = *b"0000000";
    for (digit, code) in number.iter_mut().zip(holder.municipality_code.bytes().chain(purpose)) {
        *digit = code;
    }
    key_id(number, group, last)
}

const fn key_id(number: [u8; 7], group: [u8; 3], last: u8) -> KeyId {
    let [a, b, c, d, e, f, g] = number;
    [a, b, c, d, e, f, g, 0x08, 0x05, group[0], group[1], group[2], 0, 0, 0, last]
}

/// Body `5F4E` and signature `5F37`: `issuer` certifies that the modulus belongs to `subject`.
pub(super) fn certificate(issuer: (KeyId, &Signer), subject: (KeyId, &Signer)) -> Vec<u8> {
    let body = [&issuer.0[..], &subject.0, &public_key(&subject.1.modulus())].concat();
    let signature = issuer.1.sign_sha256(&body);
    [object(0x5F4E, &body), object(0x5F37, &signature)].concat()
}
