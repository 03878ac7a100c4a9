//! The data objects that GET DATA answers.

use super::cv_certificate::{LEAF, ROOT, certificate, municipal_key_id};
use super::{Desk, PersonaliseError};
use crate::profile::Holder;
use jiff::civil::Date;

/// Tag and value.
type Object = (u16, Vec<u8>);

/// The contact answer to reset without its first byte, as cards answer it on either interface.
const CONTACT_ATR: [u8; 8] = [0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14];

/// GlobalPlatform card recognition data: version 2.2, identification scheme 2, SCP 02 option 15.
const RECOGNITION: [u8; 59] = [
    0x73, 0x39, // card recognition data
    0x06, 0x07, 0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B, 0x01, // {globalPlatform 1}
    0x60, 0x0B, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B, 0x02, 0x02,
    0x02, // {globalPlatform 2 2 2}
    0x63, 0x09, 0x06, 0x07, 0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B, 0x03, // {globalPlatform 3}
    0x64, 0x0B, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B, 0x04, 0x02,
    0x15, // {globalPlatform 4 2 21}
    0x65, 0x09, 0x06, 0x07, 0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B, 0x05, // {globalPlatform 5}
];

/// Header list before a chained certificate: what the signed contents hold.
const HEADER_LIST: [u8; 12] = [0x4D, 0x0A, 0x42, 0x10, 0x5F, 0x20, 0x10, 0x5F, 0x49, 0x82, 0x01, 0x09];

/// The objects at MF level, and those that are answered everywhere.
pub(super) fn data_objects(desk: &Desk<'_>) -> Result<(Vec<Object>, Vec<Object>), PersonaliseError> {
    let holder = desk.holder()?;
    let [root, middle, leaf] =
        [desk.keys.find("cv-root")?, desk.keys.find("cv-intermediate")?, desk.keys.find("cv-leaf")?];
    let intermediate = municipal_key_id(holder, *b"30", *b"002", 0x98);
    let upper = certificate((ROOT, &root), (intermediate, &middle));
    let lower = certificate((intermediate, &middle), (LEAF, &leaf));
    let objects = vec![
        (0x0042, key_reference(holder).to_vec()),
        (0x0045, holder.card_serial.clone().into_bytes()),
        (0x0066, RECOGNITION.to_vec()),
        (0x00F0, holder.municipality_code.clone().into_bytes()),
        (0x00F2, eight_digits(holder.card_expires)),
        (0x00F7, intermediate.to_vec()),
        (0x00F8, [&HEADER_LIST[..], &upper].concat()),
        (0x7F21, [&HEADER_LIST[..], &lower].concat()),
    ];
    Ok((objects, vec![(0x5F51, CONTACT_ATR.to_vec())]))
}

/// The key reference in data object 0042 and in the files 0002 of the common and the juki application. Which key it
/// names nobody knows.
pub(super) fn key_reference(holder: &Holder) -> [u8; 16] {
    municipal_key_id(holder, *b"30", *b"001", 0)
}

/// YYYYMMDD.
pub(super) fn eight_digits(day: Date) -> Vec<u8> {
    format!("{:04}{:02}{:02}", day.year(), day.month(), day.day()).into_bytes()
}
