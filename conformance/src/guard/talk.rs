//! The commands that the guard sends on its own account: SELECT, VERIFY without data, and the restoring ones.

use crate::adapter::CardUnderTest;
use jpki_apdu::{CommandBuf, Response, StatusWord, TransportError, TransportFault};

/// Sends a command that is well formed by construction.
pub(super) fn send(card: &mut dyn CardUnderTest, command: CommandBuf) -> Result<Response, TransportError> {
    let bytes = command
        .encode()
        .map_err(|error| TransportError::new(TransportFault::Environment, error.to_string()))?;
    card.transmit(&bytes)
}

/// SELECT of an application.
pub(super) fn select(card: &mut dyn CardUnderTest, aid: &[u8]) -> Result<StatusWord, TransportError> {
    send(card, CommandBuf::new(0x00, 0xA4, 0x04, 0x0C).data(aid)).map(|answer| answer.status())
}

/// SELECT of an elementary file.
pub(super) fn select_file(card: &mut dyn CardUnderTest, id: u16) -> Result<StatusWord, TransportError> {
    send(card, CommandBuf::new(0x00, 0xA4, 0x02, 0x0C).data(id.to_be_bytes())).map(|answer| answer.status())
}

/// The tries of a key of the current application; `None` when the card does not tell them.
pub(super) fn tries(card: &mut dyn CardUnderTest, sfi: u8) -> Result<Option<u8>, TransportError> {
    ask(card, 0x80 | sfi)
}

/// VERIFY without data.
pub(super) fn ask(card: &mut dyn CardUnderTest, p2: u8) -> Result<Option<u8>, TransportError> {
    send(card, CommandBuf::new(0x00, 0x20, 0x00, p2)).map(|answer| tries_in(answer.status()))
}

/// The tries that an answer to a query tells.
pub(super) fn tries_in(status: StatusWord) -> Option<u8> {
    match status {
        StatusWord::KEY_BLOCKED | StatusWord::METHOD_BLOCKED => Some(0),
        status => status.tries(),
    }
}
