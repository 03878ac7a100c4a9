//! 券面事項入力補助AP: the 個人番号 and the four attributes as text, and what proves them.

use super::cv_certificate::{TEXT_BASIC, TEXT_ISSUER, certificate, municipal_key_id};
use super::issuer::eight_digits;
use super::tlv::{long_object, object, public_key, with_offsets};
use super::{Desk, PersonaliseError, application, file, opaque, transparent, unknown};
use crate::image::{Access, Application, ApplicationKind, Change, Content};
use crate::profile::Holder;
use sha2::{Digest, Sha256};

const AID: [u8; 10] = [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08];
const PIN: u16 = 0x0011;
const SIGNING_KEY: u16 = 0x0013;
const NUMBER_A: u16 = 0x0014;
const NUMBER_B: u16 = 0x0015;

/// 券面事項入力補助AP.
pub(super) fn text(desk: &Desk<'_>) -> Result<Application, PersonaliseError> {
    let holder = desk.holder()?;
    let [issuer, record, signing] =
        [desk.keys.find("text-issuer")?, desk.keys.find("text-record")?, desk.keys.find("text-signing")?];
    let session = desk.keys.find("session")?;
    let number = my_number(holder);
    let attributes = attributes(holder, desk.profile.knobs.long_lengths);
    let digests = [
        object(0xDF31, &Sha256::digest(&number)),
        object(0xDF32, &Sha256::digest(digested_attributes(holder).concat())),
    ]
    .concat();
    let integrity = [&digests, &object(0xDF33, &record.sign_sha256(&digests))[..]].concat();
    let subject = municipal_key_id(holder, *b"31", *b"000", 0);
    let signing_key = object(0xDF51, &public_key(&signing.modulus()));
    let signed_key = [&signing_key, &object(0xDF52, &record.sign_sha256(&signing_key))[..]].concat();
    let any = |keys: &[u16]| Access::AnyOf(keys.to_vec());
    let everyone = any(&[PIN, NUMBER_A, NUMBER_B]);
    let private = Content::PrivateKey { signer: signing, usage: Access::Free, authenticates: false };
    let mut files = vec![
        transparent(0x0001, number, any(&[PIN, NUMBER_A])),
        transparent(0x0002, attributes, any(&[PIN, NUMBER_B])),
        transparent(0x0003, object(0xFF30, &integrity), everyone.clone()),
        transparent(
            0x0004,
            object(0x7F21, &certificate((TEXT_ISSUER, &issuer), (subject, &record))),
            Access::Free,
        ),
        transparent(0x0005, basic_information(), Access::Free),
        transparent(0x0006, object(0xA1, &public_key(&session.modulus())), everyone.clone()),
        transparent(0x0007, object(0xFF50, &signed_key), everyone.clone()),
        transparent(0x0008, [0xFF; 16], everyone),
        desk.pin(PIN, "text-pin", Change::ReferenceDataDigits)?,
        desk.pin(0x0012, "text-blocked-key", Change::Never)?,
        file(SIGNING_KEY, private),
        desk.pin(NUMBER_A, "text-number-a", Change::Never)?,
        desk.pin(NUMBER_B, "text-number-b", Change::Never)?,
    ];
    files.extend(unknown(&[0x0010, 0x001C, 0x001E], true));
    files.sort_by_key(|file| file.id);
    Ok(Application {
        default_key: Some(SIGNING_KEY),
        session_key: Some(session),
        ..application(ApplicationKind::Text, AID, files)
    })
}

/// EF 0001: 17 bytes. Clients read exactly so many, and the digest in EF 0003 covers the filler.
fn my_number(holder: &Holder) -> Vec<u8> {
    [&object(0xFF10, holder.number.as_bytes()), &[0xFF, 0xFF][..]].concat()
}

/// EF 0002; the outer length in its long form even when it is short, for clients that take one byte for granted.
fn attributes(holder: &Holder, long_length: bool) -> Vec<u8> {
    let template = if long_length { long_object } else { object };
    with_offsets(0xFF20, 0xDF21, &digested_attributes(holder), template)
}

/// The objects of EF 0002 that EF 0003 has a digest of: all but the offsets.
fn digested_attributes(holder: &Holder) -> [Vec<u8>; 4] {
    [
        object(0xDF22, holder.name.as_bytes()),
        object(0xDF23, holder.address.as_bytes()),
        object(0xDF24, &eight_digits(holder.birth_date)),
        object(0xDF25, holder.sex.as_bytes()),
    ]
}

/// EF 0005: specification version, extended length support, vendor, vendor's own byte; a key id; 32 unknown bytes.
fn basic_information() -> Vec<u8> {
    let unknown = [&opaque::bytes::<32>("text DF43")[..], &[0xFF; 96]].concat();
    let objects =
        [object(0xDF41, &[0x01, 0x03, 0x0E, 0x01]), object(0xDF42, &TEXT_BASIC), object(0xDF43, &unknown)];
    object(0xFF40, &objects.concat())
}
