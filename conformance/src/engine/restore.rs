//! Undoing what a case did to a key, on a card that cannot be made fresh.

use super::{KnownCard, Stage};
use crate::adapter::CardUnderTest;
use jpki_apdu::{CommandBuf, StatusWord};
use std::fmt;

/// The value that a case gave to a key; never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct NewValue(pub(super) Vec<u8>);

impl fmt::Debug for NewValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewValue(masked)")
    }
}

/// Presents the right value, which fills the counter of a key. Whether the card took it.
pub(crate) fn give_tries_back(
    key: &str,
    card: &mut dyn CardUnderTest,
    known: &KnownCard,
    stage: &Stage<'_>,
) -> bool {
    known.value(key).is_ok_and(|right| verify(key, right, card, stage))
}

/// Changes the value of a key back to the factory's. Whether the card took it.
pub(crate) fn change_back(
    key: &str,
    value: &NewValue,
    card: &mut dyn CardUnderTest,
    known: &KnownCard,
    stage: &Stage<'_>,
) -> bool {
    let (Ok(factory), Some((_, file))) = (known.value(key), stage.names.key(key)) else { return false };
    verify(key, &value.0, card, stage) && done(file.change_command().data(factory), card)
}

/// Selects the application of a key and verifies it. Whether the card took the value.
fn verify(key: &str, value: &[u8], card: &mut dyn CardUnderTest, stage: &Stage<'_>) -> bool {
    let Some((application, file)) = stage.names.key(key) else { return false };
    let select = CommandBuf::new(0x00, 0xA4, 0x04, 0x0C).data(&application.aid[..]);
    let verify = CommandBuf::new(0x00, 0x20, 0x00, 0x80 | file.sfi()).data(value);
    done(select, card) && done(verify, card)
}

fn done(command: CommandBuf, card: &mut dyn CardUnderTest) -> bool {
    let answer = command.encode().ok().and_then(|bytes| card.transmit(&bytes).ok());
    answer.is_some_and(|answer| answer.status() == StatusWord::SUCCESS)
}
