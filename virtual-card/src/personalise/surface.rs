//! 券面事項確認AP: what is printed on the card, as pictures, and what proves it.

use super::cv_certificate::{SURFACE_BASIC, SURFACE_ISSUER, SURFACE_OPAQUE, certificate, municipal_key_id};
use super::issuer::eight_digits;
use super::tlv::{long_object, object, public_key, with_offsets};
use super::{Desk, PersonaliseError, application, file, opaque, picture, transparent, unknown};
use crate::image::{Access, Application, ApplicationKind, Change, Content};
use crate::profile::Holder;
use crate::signer::Signer;
use sha2::{Digest, Sha256};

const AID: [u8; 10] = [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02];
const BIRTH_DATE: u16 = 0x0011;
const NUMBER_B: u16 = 0x0012;
const NUMBER_A: u16 = 0x0013;
const SIGNING_KEY: u16 = 0x001A;

/// A drawn head, 378x472 greys, JPEG 2000. Nobody's portrait.
const PHOTO: &[u8] = include_bytes!("../../../vectors/cards/photo-test-only.jp2");

/// 券面事項確認AP.
pub(super) fn surface(desk: &Desk<'_>) -> Result<Application, PersonaliseError> {
    let holder = desk.holder()?;
    let [issuer, record, signing] = [
        desk.keys.find("surface-issuer")?,
        desk.keys.find("surface-record")?,
        desk.keys.find("surface-signing")?,
    ];
    let card_key = public_key(&signing.modulus());
    let subject = municipal_key_id(holder, *b"21", *b"000", 0);
    let any = |keys: &[u16]| Access::AnyOf(keys.to_vec());
    let both = any(&[NUMBER_A, NUMBER_B]);
    let private = Content::PrivateKey { signer: signing, usage: Access::Free, authenticates: false };
    let mut files = vec![
        transparent(0x0001, age_record(holder, &card_key, &record), any(&[BIRTH_DATE])),
        transparent(0x0002, card_face(holder, &card_key, &record), both.clone()),
        transparent(0x0003, basic_information(holder), Access::Free),
        transparent(
            0x0004,
            object(0x7F21, &certificate((SURFACE_ISSUER, &issuer), (subject, &record))),
            Access::Free,
        ),
        transparent(0x0005, rendered_number(holder, &card_key, &record), any(&[NUMBER_A])),
        transparent(0x0006, [0xFF; 16], both),
        desk.pin(BIRTH_DATE, "birth-date-key", Change::Never)?,
        desk.pin(NUMBER_B, "surface-number-b", Change::Never)?,
        desk.pin(NUMBER_A, "surface-number-a", Change::Never)?,
        file(SIGNING_KEY, private),
    ];
    files.extend(unknown(&[0x001C, 0x001E], true));
    files.sort_by_key(|file| file.id);
    Ok(Application { default_key: Some(SIGNING_KEY), ..application(ApplicationKind::Surface, AID, files) })
}

/// EF 0001: birth date and card key, signed.
fn age_record(holder: &Holder, card_key: &[u8], record: &Signer) -> Vec<u8> {
    let signed = [object(0xDF11, &eight_digits(holder.birth_date)), object(0xDF12, card_key)].concat();
    object(0xFF10, &[&signed, &object(0xDF13, &record.sign_sha256(&signed))[..]].concat())
}

/// EF 0002. The card's last day and its security code stand after the signature and are not covered by it.
fn card_face(holder: &Holder, card_key: &[u8], record: &Signer) -> Vec<u8> {
    let person = [
        object(0xDF22, &eight_digits(holder.birth_date)),
        object(0xDF23, holder.sex.as_bytes()),
        object(0xDF24, card_key),
    ];
    let text = [
        object(0xDF25, &picture::draw(&holder.name, 216)),
        object(0xDF26, &picture::draw(&holder.address, 288)),
    ];
    let photo = [object(0xDF27, PHOTO)];
    let digests = [&person[..], &text, &photo].map(|group| Sha256::digest(group.concat()));
    let signature = object(0xDF28, &record.sign_triple_digest(&digests.map(Into::into)));
    let unsigned = [
        object(0xDF29, &eight_digits(holder.card_expires)),
        object(0xDF2A, &picture::draw(&holder.security_code, 24)),
    ];
    let objects = [&person[..], &text, &photo, &[signature], &unsigned].concat();
    with_offsets(0xFF20, 0xDF21, &objects, long_object)
}

/// EF 0003: the numbers that EF 0005 of the text application begins with, a key id, a version, the municipality, and
/// a block of unknown meaning after the id of the key that made it.
fn basic_information(holder: &Holder) -> Vec<u8> {
    let block = [&SURFACE_OPAQUE[..], &opaque::bytes::<256>("surface DF35")].concat();
    let objects = [
        object(0xDF31, &[0x06, 0x03, 0x0E, 0x01]),
        object(0xDF32, &SURFACE_BASIC),
        object(0xDF33, &[0x00]),
        object(0xDF34, holder.municipality_code.as_bytes()),
        object(0xDF35, &block),
    ];
    object(0xFF30, &objects.concat())
}

/// EF 0005: the 個人番号 as a picture and the card key, signed.
fn rendered_number(holder: &Holder, card_key: &[u8], record: &Signer) -> Vec<u8> {
    let signed = [object(0xDF41, &picture::draw(&holder.number, 72)), object(0xDF42, card_key)].concat();
    object(0xFF40, &[&signed, &object(0xDF43, &record.sign_sha256(&signed))[..]].concat())
}
