//! RSA signatures: verified with the bare public operation, so that what is inside the padding is seen
//! byte for byte. Nothing here knows the program that signed.

use super::session::Session;
use super::stop::{Difference, Stop};
use super::{tlv, value};
use crate::scenario::{Padding, SignatureCheck};
use rsa::traits::PublicKeyParts as _;
use rsa::{BigUint, Pss, RsaPublicKey};
use sha2::{Digest as _, Sha256};
use x509_cert::Certificate;
use x509_cert::der::{Decode as _, Encode as _};

/// Bytes of the salt of RSASSA-PSS.
const SALT: usize = 32;

/// Holds a signature against the key and the padding that the step names.
pub(crate) fn check(check: &SignatureCheck, signature: &[u8], session: &Session<'_>) -> Result<(), Stop> {
    let key = key_in(&session.saved_as(&check.by)?.bytes)
        .map_err(|what| session.fail(Difference::new(format!("an RSA public key in {}", check.by), what)))?;
    let entries =
        check.over.iter().map(|words| value::input(words, session)).collect::<Result<Vec<_>, _>>()?;
    let whole = entries.concat();
    let verified = match check.padding {
        Padding::Pss => {
            key.verify(Pss::new_with_salt::<Sha256>(SALT), &Sha256::digest(&whole), signature).map_err(|_| {
                "a signature that RSASSA-PSS with SHA-256 and a salt of 32 bytes refuses".to_owned()
            })
        }
        Padding::Verbatim => padded(&key, signature, &whole),
        Padding::DigestInfo => padded(&key, signature, &value::sha256_digest_info(&Sha256::digest(&whole))),
        Padding::BareHash => padded(&key, signature, &Sha256::digest(&whole)),
        Padding::TripleDigest => {
            let digests: Vec<u8> = entries.iter().flat_map(Sha256::digest).collect();
            padded(&key, signature, &value::sha256_digest_info(&digests))
        }
    };
    verified.map_err(|seen| {
        let expected = format!("a signature by {} over {}", check.by, check.over.join(", "));
        session.fail(Difference::new(expected, seen))
    })
}

/// `signature` is `content` in PKCS#1 v1.5 padding of type 1, and nothing else.
///
/// # Errors
/// What it is instead.
pub(crate) fn padded(key: &RsaPublicKey, signature: &[u8], content: &[u8]) -> Result<(), String> {
    let size = key.size();
    if signature.len() != size {
        return Err(format!("{} bytes, where a signature of this key has {size}", signature.len()));
    }
    let number = BigUint::from_bytes_be(signature);
    if &number >= key.n() {
        return Err("a number that is not below the modulus".to_owned());
    }
    let opened = number.modpow(key.e(), key.n()).to_bytes_be();
    let mut block = vec![0; size - opened.len()];
    block.extend_from_slice(&opened);
    let Some(filling) = size.checked_sub(content.len() + 3) else {
        return Err("content that this key cannot sign".to_owned());
    };
    let expected = [&[0x00, 0x01][..], &vec![0xFF; filling], &[0x00], content].concat();
    if block == expected {
        return Ok(());
    }
    Err(match unpad(&block) {
        Some(inner) => format!("a signature over {} other bytes", inner.len()),
        None => "a signature by another key, or without PKCS#1 v1.5 padding".to_owned(),
    })
}

fn unpad(block: &[u8]) -> Option<&[u8]> {
    let rest = block.strip_prefix(&[0x00, 0x01])?;
    let end = rest.iter().position(|&b| b != 0xFF)?;
    (end >= 8 && rest[end] == 0).then(|| &rest[end + 1..])
}

/// The RSA public key in a certificate, in a card-verifiable certificate, or in `90 … 91 …` objects.
///
/// # Errors
/// What the bytes are instead.
pub(crate) fn key_in(bytes: &[u8]) -> Result<RsaPublicKey, String> {
    if bytes.first() == Some(&0x30) {
        let certificate = Certificate::from_der(tlv::without_filler(bytes))
            .map_err(|error| format!("no certificate: {error}"))?;
        return key_of(&certificate);
    }
    // Exponent and modulus stand side by side wherever this card writes a key of its own.
    for (at, _) in bytes.iter().enumerate().filter(|&(_, &b)| b == 0x90) {
        let (objects, _) = tlv::read_all(&bytes[at..]);
        if let [exponent, modulus, ..] = &objects[..]
            && exponent.tag == 0x90
            && modulus.tag == 0x91
        {
            return key(modulus.value, exponent.value);
        }
    }
    Err("no key".to_owned())
}

/// The RSA public key of a certificate.
///
/// # Errors
/// Why there is none.
pub(crate) fn key_of(certificate: &Certificate) -> Result<RsaPublicKey, String> {
    let info = &certificate.tbs_certificate.subject_public_key_info;
    let der = info.subject_public_key.raw_bytes();
    let broken = || "no RSA public key".to_owned();
    let sequence = tlv::read(der).filter(|o| o.tag == 0x30).ok_or_else(broken)?;
    match &tlv::read_all(sequence.value).0[..] {
        [modulus, exponent] if modulus.tag == 0x02 && exponent.tag == 0x02 => {
            key(modulus.value, exponent.value)
        }
        _ => Err(broken()),
    }
}

fn key(modulus: &[u8], exponent: &[u8]) -> Result<RsaPublicKey, String> {
    RsaPublicKey::new(BigUint::from_bytes_be(modulus), BigUint::from_bytes_be(exponent))
        .map_err(|error| format!("no usable RSA public key: {error}"))
}

/// The certificate's own signature is one by this key, with sha256WithRSAEncryption.
///
/// # Errors
/// What it is instead.
pub(crate) fn issued_with(der: &[u8], certificate: &Certificate, key: &RsaPublicKey) -> Result<(), String> {
    // The signed bytes as they stand, not as somebody would write them again.
    let whole = tlv::read(der).ok_or("no certificate")?;
    let signed = tlv::read(whole.value).ok_or("no certificate")?;
    let digest = Sha256::digest(signed.whole);
    padded(key, certificate.signature.raw_bytes(), &value::sha256_digest_info(&digest))
}

/// Whether two keys are the same.
pub(crate) fn same_key(one: &Certificate, other: &Certificate) -> bool {
    let bytes = |c: &Certificate| c.tbs_certificate.subject_public_key_info.to_der().ok();
    bytes(one).is_some() && bytes(one) == bytes(other)
}
