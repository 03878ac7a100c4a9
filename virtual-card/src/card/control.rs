//! What happens to a card outside its commands: the municipality unlocks a key, somebody breaks the chip
//! open, somebody keeps a record of the counters.

use super::Card;
use super::security::{KeyIndex, Value};
use crate::image::ApplicationKind;

/// The retry counter of a key, as it stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyCounter {
    /// The application that the key belongs to.
    pub application: ApplicationKind,
    /// Identifier of the key file.
    pub file: u16,
    /// Tries left; 0 when locked.
    pub tries_left: u8,
    /// Greatest number of tries.
    pub tries: u8,
}

/// Why a key could not be unlocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnlockError {
    /// The card has no such application, or the application no such key.
    #[error("the card has no such key")]
    NoSuchKey,
    /// The value is none that this key can have.
    #[error("the value is none that this key can have")]
    Value,
}

/// Why a counter could not be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TriesError {
    /// The card has no such application, or the application no such key.
    #[error("the card has no such key")]
    NoSuchKey,
    /// More tries than the key can have.
    #[error("the key has at most {most} tries")]
    TooMany {
        /// Greatest number of tries.
        most: u8,
    },
}

impl Card {
    /// The municipality initialises a key: its value is this one, its counter is full, and it has to be
    /// verified anew. `application` is the name on the wire, `file` the identifier of the key file.
    ///
    /// # Errors
    /// [`UnlockError`]; the key is then as it was.
    pub fn unlock(&mut self, application: &[u8], file: u16, value: &[u8]) -> Result<(), UnlockError> {
        let key = self.chip.find_key(application, file).ok_or(UnlockError::NoSuchKey)?;
        let made = self.chip.key(key);
        if !made.change.admits(value) {
            return Err(UnlockError::Value);
        }
        let state = self.keys.get_mut(key);
        state.value = Value::new(value).ok_or(UnlockError::Value)?;
        state.tries_left = made.tries;
        self.session.verified.remove(key);
        Ok(())
    }

    /// Somebody has tried values until this number of tries was left; 0 locks the key, which then opens nothing, also
    /// where it was verified before. `application` is the name on the wire, `file` the identifier of the key file.
    ///
    /// # Errors
    /// [`TriesError`]; the counter is then as it was.
    pub fn set_tries(&mut self, application: &[u8], file: u16, tries_left: u8) -> Result<(), TriesError> {
        let key = self.chip.find_key(application, file).ok_or(TriesError::NoSuchKey)?;
        let most = self.chip.key(key).tries;
        if tries_left > most {
            return Err(TriesError::TooMany { most });
        }
        self.keys.get_mut(key).tries_left = tries_left;
        if tries_left == 0 {
            self.session.verified.remove(key);
        }
        Ok(())
    }

    /// Somebody tries to force the chip open: it destroys itself and never answers again, resets or not.
    pub fn tamper(&mut self) {
        self.destroyed = true;
    }

    /// The values of all keys, those of the factory and those of today: what must never be shown.
    pub(crate) fn key_values(&self) -> impl Iterator<Item = &[u8]> {
        let made = self.chip.keys.iter().map(|made| &made.factory.value);
        made.chain(self.keys.values()).map(Value::as_bytes)
    }

    /// Whether somebody has forced the chip open.
    #[must_use]
    pub fn is_destroyed(&self) -> bool {
        self.destroyed
    }

    /// The retry counters of all keys, in the order of the image.
    pub fn counters(&self) -> impl Iterator<Item = KeyCounter> + '_ {
        self.chip.keys.iter().enumerate().map(|(index, made)| KeyCounter {
            application: self.chip.applications[usize::from(made.application)].kind,
            file: made.file,
            tries_left: self.keys.get(KeyIndex(index as u8)).tries_left,
            tries: made.tries,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::testing::*;
    use crate::card::{Mute, ResponseBuffer};
    use rstest::rstest;

    const TEXT: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08];
    const JPKI: &[u8] = &[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];

    #[test]
    fn an_unlocked_key_has_its_new_value_a_full_counter_and_is_verified_by_nobody() {
        let mut conversation = Conversation::new();
        conversation.expect(&[
            (SELECT_JPKI, "9000"),
            (VERIFY_AUTH_PIN, "9000"),
            ("0020009804 30303030", "63C2"),
        ]);
        conversation.expect(&[(VERIFY_AUTH_PIN, "9000")]);
        conversation.card.unlock(JPKI, 0x18, b"9999").expect("the key is there");
        conversation.expect(&[
            ("802A0097 01 AA 00", "6982"),
            ("00200098", "63C3"),
            (VERIFY_AUTH_PIN, "63C2"),
            ("0020009804 39393939", "9000"),
        ]);
    }

    #[rstest]
    #[case::an_application_that_is_not_there(&[0xA0, 0, 0, 0, 1], 0x18, b"9999", UnlockError::NoSuchKey)]
    #[case::a_key_that_is_not_there(JPKI, 0x1D, b"9999", UnlockError::NoSuchKey)]
    #[case::a_file_that_is_no_key(JPKI, 0x17, b"9999", UnlockError::NoSuchKey)]
    #[case::a_value_of_another_form(JPKI, 0x18, b"999", UnlockError::Value)]
    #[case::no_value(TEXT, 0x14, b"", UnlockError::Value)]
    #[case::a_value_of_seventeen_bytes(TEXT, 0x14, b"12345678901234567", UnlockError::Value)]
    fn what_cannot_be_unlocked_stays_as_it_was(
        #[case] application: &[u8],
        #[case] file: u16,
        #[case] value: &[u8],
        #[case] error: UnlockError,
    ) {
        let mut conversation = Conversation::new();
        assert_eq!(conversation.card.unlock(application, file, value), Err(error));
        conversation.expect(&[(SELECT_JPKI, "9000"), (VERIFY_AUTH_PIN, "9000")]);
        conversation.expect(&[(SELECT_TEXT, "9000"), ("002000940C 313233343536373839303138", "9000")]);
    }

    #[test]
    fn a_counter_can_be_set_and_at_zero_the_key_opens_nothing() {
        let mut conversation = Conversation::new();
        conversation.expect(&[(SELECT_JPKI, "9000"), (VERIFY_AUTH_PIN, "9000")]);
        assert_eq!(conversation.card.set_tries(JPKI, 0x18, 1), Ok(()));
        conversation.expect(&[("00200098", "63C1"), ("802A0097 01 AA 00", "(256)9000")]);
        assert_eq!(conversation.card.set_tries(JPKI, 0x18, 0), Ok(()));
        conversation.expect(&[("802A0097 01 AA 00", "6982"), (VERIFY_AUTH_PIN, "6984")]);
        assert_eq!(conversation.card.set_tries(JPKI, 0x18, 3), Ok(()));
        conversation.expect(&[("802A0097 01 AA 00", "6982"), (VERIFY_AUTH_PIN, "9000")]);
    }

    #[rstest]
    #[case::an_application_that_is_not_there(&[0xA0, 0, 0, 0, 1], 0x18, 1, TriesError::NoSuchKey)]
    #[case::a_file_that_is_no_key(JPKI, 0x17, 1, TriesError::NoSuchKey)]
    #[case::a_try_too_many(JPKI, 0x18, 4, TriesError::TooMany { most: 3 })]
    #[case::a_try_for_a_key_delivered_blocked(TEXT, 0x12, 1, TriesError::TooMany { most: 0 })]
    fn a_counter_that_cannot_be_set_stays_as_it_was(
        #[case] application: &[u8],
        #[case] file: u16,
        #[case] tries_left: u8,
        #[case] error: TriesError,
    ) {
        let mut conversation = Conversation::new();
        let before = conversation.card.mark();
        assert_eq!(conversation.card.set_tries(application, file, tries_left), Err(error));
        assert_eq!(conversation.card.mark(), before);
    }

    #[test]
    fn a_destroyed_card_stays_mute_until_it_is_made_anew() {
        let mut conversation = Conversation::new();
        conversation.card.tamper();
        for reset in [None, Some(jpki_apdu::Reset::Warm), Some(jpki_apdu::Reset::Cold)] {
            reset.into_iter().for_each(|reset| conversation.card.reset(reset));
            let mut buffer = ResponseBuffer::new();
            assert_eq!(conversation.card.exchange(&[0x00, 0xA4, 0x00, 0x00], &mut buffer), Err(Mute));
        }
        conversation.card.restore();
        conversation.expect(&[(SELECT_JPKI, "9000")]);
    }

    #[test]
    fn counters_can_be_read_from_outside() {
        let mut conversation = Conversation::new();
        conversation.expect(&[(SELECT_JPKI, "9000"), ("0020009804 30303030", "63C2")]);
        let counters: Vec<_> = conversation.card.counters().collect();
        let auth = KeyCounter { application: ApplicationKind::Jpki, file: 0x18, tries_left: 2, tries: 3 };
        assert_eq!(counters[0], auth);
        assert_eq!(counters.len(), 9);
    }

    #[test]
    fn debug_output_never_shows_a_value() {
        let shown = format!("{:?}", Conversation::new().card);
        for value in ["1234", "ABC123", "49, 50, 51, 52"] {
            assert!(!shown.contains(value), "{shown}");
        }
    }
}
