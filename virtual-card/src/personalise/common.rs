//! 共通カードAP and 住基AP: record files, a PIN each, and the common application's authentication key.

use super::issuer::{eight_digits, key_reference};
use super::{Desk, PersonaliseError, application, file, unknown};
use crate::image::{Access, Application, ApplicationKind, Change, Content, File};

const COMMON_AID: [u8; 10] = [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00];
const JUKI_AID: [u8; 10] = [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01];

/// 共通カードAP.
pub(super) fn common(desk: &Desk<'_>) -> Result<Application, PersonaliseError> {
    let holder = desk.holder()?;
    let card = [
        holder.card_serial.as_bytes(),
        holder.municipality_code.as_bytes(),
        &eight_digits(holder.card_expires),
    ]
    .concat();
    let key = Content::PrivateKey {
        signer: desk.keys.find("common-authentication")?,
        usage: Access::Free,
        authenticates: true,
    };
    let mut files = vec![
        record_file(0x0001, &card),
        record_file(0x0002, &key_reference(holder)),
        file(0x0019, key),
        desk.pin(0x001C, "common-pin", Change::ChangeKeyDigits)?,
    ];
    files.extend(unknown(&[0x001E], true));
    Ok(application(ApplicationKind::Common, COMMON_AID, files))
}

/// 住基AP.
pub(super) fn juki(desk: &Desk<'_>) -> Result<Application, PersonaliseError> {
    let files = vec![
        record_file(0x0002, &key_reference(desk.holder()?)),
        desk.pin(0x001C, "juki-pin", Change::ChangeKeyDigits)?,
    ];
    Ok(application(ApplicationKind::Juki, JUKI_AID, files))
}

/// A file of one record, free to read: simple-TLV with tag 01.
fn record_file(id: u16, value: &[u8]) -> File {
    let record = [&[0x01, value.len() as u8], value].concat();
    file(id, Content::Records { records: vec![record], read: Access::Free })
}
