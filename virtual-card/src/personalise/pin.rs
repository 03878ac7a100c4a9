//! The PINs of a card, from its profile.

use super::{Desk, PersonaliseError, file};
use crate::image::{Change, Content, File, Pin};

impl Desk<'_> {
    /// The file of the key that card files call `name`.
    pub(super) fn pin(&self, id: u16, name: &'static str, change: Change) -> Result<File, PersonaliseError> {
        let key = self.profile.keys.get(name).ok_or(PersonaliseError::NoKey(name))?;
        let tries_left = key.tries_left.unwrap_or(key.tries);
        let value = match &key.value {
            Some(value) => value.as_bytes().to_vec(),
            // Nothing opens a key that was delivered blocked.
            None if tries_left == 0 => Vec::new(),
            None => return Err(PersonaliseError::NoValue(name)),
        };
        Ok(file(id, Content::Pin(Pin { value, tries: key.tries, tries_left, change })))
    }
}
