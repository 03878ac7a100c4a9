//! The bytes that carry an event.

use crate::setup::Values;
use jpki_apdu::CommandBuf;
use jpki_model::{Application, Change, Event, Kind, Model, NewValue, Reference, Value};

/// A name that no card of this kind has (the PIV application).
const UNKNOWN_APPLICATION: [u8; 9] = [0xA0, 0, 0, 0x03, 0x08, 0, 0, 0x10, 0];

/// DigestInfo of a SHA-256 digest that is all zeros.
const DIGEST_INFO: [u8; 51] = {
    let mut bytes = [0; 51];
    let head = [0x30, 0x31, 0x30, 0x0D, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 32];
    let mut at = 0;
    while at < head.len() {
        bytes[at] = head[at];
        at += 1;
    }
    bytes
};

/// The command APDU of an event in this state; none for a reset.
pub(crate) fn command(event: &Event, state: &Model, values: &Values) -> Option<Vec<u8>> {
    let select = |name: &[u8]| CommandBuf::new(0x00, 0xA4, 0x04, 0x0C).data(name);
    let command = match *event {
        Event::Reset(_) => return None,
        Event::SelectApplication(application) => select(application.aid()),
        Event::SelectByPrefix(application, bytes) => select(&application.aid()[..usize::from(bytes)]),
        Event::SelectUnknownApplication => select(&UNKNOWN_APPLICATION),
        Event::SelectMasterFile => CommandBuf::new(0x00, 0xA4, 0x00, 0x00),
        Event::SelectFile(id) => CommandBuf::new(0x00, 0xA4, 0x02, 0x0C).data(id.to_be_bytes()),
        Event::Verify { key, value } => {
            CommandBuf::new(0x00, 0x20, 0x00, p2(key)).data(shown(key, value, state, values))
        }
        Event::Query(key) => CommandBuf::new(0x00, 0x20, 0x00, p2(key)),
        Event::Change(new) => change(new, state, values),
        Event::Read(Reference::Current) => CommandBuf::new(0x00, 0xB0, 0, 0).le(1),
        Event::Read(Reference::Sfi(sfi)) => CommandBuf::new(0x00, 0xB0, 0x80 | sfi, 0).le(1),
        Event::Sign(key) => CommandBuf::new(0x80, 0x2A, 0x00, p2(key)).data(DIGEST_INFO).le(256),
        Event::SignWithDefaultKey => CommandBuf::new(0x80, 0x2A, 0x00, 0x00).data(DIGEST_INFO).le(256),
    };
    Some(command.encode().expect("every event fits into a command"))
}

const fn p2(reference: Reference) -> u8 {
    match reference {
        Reference::Current => 0x80,
        Reference::Sfi(sfi) => 0x80 | sfi,
    }
}

/// The bytes of a value; four digits where no key is named.
fn shown(reference: Reference, value: Value, state: &Model, values: &Values) -> Vec<u8> {
    let Some((key, secret)) = state.named(reference) else { return b"1234".to_vec() };
    let right = values.of(key, secret);
    match value {
        Value::Right => right,
        Value::Wrong => values.of(key, secret.other()),
        Value::TooShort => right[..right.len() - 1].to_vec(),
    }
}

/// The command that changes the current key, whichever its application has.
fn change(new: NewValue, state: &Model, values: &Values) -> CommandBuf {
    let named = state.named(Reference::Current);
    let value = match (new, named) {
        (NewValue::WellFormed, Some((key, secret))) => values.of(key, secret.other()),
        (NewValue::WellFormed, None) => b"1234".to_vec(),
        (NewValue::Malformed, _) => b"12".to_vec(),
    };
    let kind = named.and_then(|(key, _)| Application::file(key.0, key.1));
    match kind {
        Some(Kind::Pin(_, Change::Key)) => CommandBuf::new(0x80, 0x32, 0x00, 0x80).data(value),
        _ => CommandBuf::new(0x00, 0x24, 0x01, 0x80).data(value),
    }
}
