//! What a card keeps without power: the counters and the changed values of its keys, how far its random
//! numbers have come, whether it was destroyed.
//!
//! A [`Memory`] names its keys, so that it can be written down and recalled by another card object of the same
//! personalisation. A [`Mark`] is the same without names and costs no allocation: two marks that are equal say that
//! nothing has to be written down.

use super::Card;
use super::chip::KeyMade;
use super::memory_error::{KeyName, MemoryError};
use super::random::Random;
use super::security::{Key, KeyIndex, KeyStore, Value};
use super::session::Session;
use std::fmt;

/// What a card keeps without power.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Every key that VERIFY names, in the order of the image.
    pub keys: Vec<KeyMemory>,
    /// How many stretches of random numbers have been begun; a card that recalls this begins the next one, so that
    /// no challenge and no salt ever repeats.
    pub random_stretches: u64,
    /// The chip was forced open and never answers again.
    pub destroyed: bool,
}

/// What a card keeps about one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyMemory {
    /// Name of its application on the wire.
    pub application: Vec<u8>,
    /// Identifier of the key file.
    pub file: u16,
    /// Tries left; 0 when locked.
    pub tries_left: u8,
    /// Its value, where that is no longer the factory's.
    pub changed: Option<KeyValue>,
}

/// The value of a key. Debug output never shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyValue(Vec<u8>);

impl KeyValue {
    /// The bytes as VERIFY compares them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for KeyValue {
    fn from(value: Vec<u8>) -> Self {
        Self(value)
    }
}

impl fmt::Debug for KeyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("····")
    }
}

/// What a card keeps without power, to be compared only.
#[derive(Clone, PartialEq, Eq)]
pub struct Mark {
    keys: KeyStore,
    random_stretches: u64,
    destroyed: bool,
}

impl fmt::Debug for Mark {
    /// Shows nothing: there are values of keys in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mark").finish_non_exhaustive()
    }
}

impl KeyMemory {
    fn name(&self) -> KeyName {
        KeyName { application: self.application.clone(), file: self.file }
    }

    /// The key as it stands after the recall.
    fn recall(&self, made: &KeyMade) -> Result<Key, MemoryError> {
        let (tries_left, tries) = (self.tries_left, made.tries);
        if tries_left > tries {
            return Err(MemoryError::Tries { key: self.name(), tries_left, tries });
        }
        let value = match &self.changed {
            None => Some(made.factory.value),
            Some(KeyValue(value)) => Value::new(value).filter(|_| made.change.admits(value)),
        };
        Ok(Key { value: value.ok_or_else(|| MemoryError::Value(self.name()))?, tries_left })
    }
}

impl Card {
    /// What the card keeps without power, with the names of the keys.
    #[must_use]
    pub fn memory(&self) -> Memory {
        let key = |(index, made): (usize, &KeyMade)| {
            let now = self.keys.get(KeyIndex(index as u8));
            let KeyName { application, file } = self.name_of(made);
            let changed = (now.value != made.factory.value).then(|| KeyValue(now.value.as_bytes().to_vec()));
            KeyMemory { application, file, tries_left: now.tries_left, changed }
        };
        Memory {
            keys: self.chip.keys.iter().enumerate().map(key).collect(),
            random_stretches: self.random.stretches(),
            destroyed: self.destroyed,
        }
    }

    /// What the card keeps without power, for a comparison with what it kept before; allocates nothing.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark { keys: self.keys.clone(), random_stretches: self.random.stretches(), destroyed: self.destroyed }
    }

    /// Makes the card the one that kept this memory, just powered up. The order of the keys does not matter, each
    /// key of the card must be there. The card may be made from another image as long as it has the same keys: new
    /// certificates do not change a counter.
    ///
    /// # Errors
    /// [`MemoryError`] for the first thing that does not fit the card, which is then as it was.
    pub fn recall(&mut self, memory: &Memory) -> Result<(), MemoryError> {
        let mut keys = KeyStore::factory(&self.chip);
        let mut remembered = 0_u32;
        for key in &memory.keys {
            let index = self.chip.find_key(&key.application, key.file);
            let index = index.ok_or_else(|| MemoryError::NoSuchKey(key.name()))?;
            if remembered & index.bit() != 0 {
                return Err(MemoryError::KeyTwice(key.name()));
            }
            remembered |= index.bit();
            *keys.get_mut(index) = key.recall(self.chip.key(index))?;
        }
        let missing = |index: &usize| remembered & KeyIndex(*index as u8).bit() == 0;
        if let Some(index) = (0..self.chip.keys.len()).find(missing) {
            return Err(MemoryError::KeyMissing(self.name_of(&self.chip.keys[index])));
        }
        let stretches = memory.random_stretches;
        let random = Random::after(self.chip.image().seed, stretches);
        self.random = random.ok_or(MemoryError::Random(stretches))?;
        self.keys = keys;
        self.destroyed = memory.destroyed;
        self.session = Session::powered_up(&self.chip);
        Ok(())
    }

    fn name_of(&self, made: &KeyMade) -> KeyName {
        let application = self.chip.applications[usize::from(made.application)].name.clone();
        KeyName { application, file: made.file }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::testing::*;
    use crate::card::{Mute, ResponseBuffer};
    use crate::image::{CardImage, Content};
    use proptest::prelude::*;
    use rstest::rstest;
    use std::sync::Arc;

    const WRONG: &str = "0020009804 30303030";

    fn card(change: impl FnOnce(&mut CardImage)) -> Card {
        let mut image = image();
        change(&mut image);
        Card::new(Arc::new(image)).expect("the tiny image is a card's")
    }

    #[test]
    fn a_fresh_card_remembers_full_counters_and_no_value() {
        let memory = card(|_| {}).memory();
        assert_eq!((memory.keys.len(), memory.random_stretches, memory.destroyed), (9, 0, false));
        assert!(memory.keys.iter().all(|key| key.changed.is_none()));
        let auth = KeyMemory {
            application: hex::decode("D392F000260100000001").expect("hex"),
            file: 0x18,
            tries_left: 3,
            changed: None,
        };
        assert_eq!(memory.keys[0], auth);
    }

    #[test]
    fn another_object_of_the_same_card_goes_on_where_the_first_stopped() {
        let mut conversation = Conversation::new();
        conversation.expect(&[
            (SELECT_JPKI, "9000"),
            (VERIFY_AUTH_PIN, "9000"),
            ("0024019804 39393939", "9000"),
            (WRONG, "63C2"),
            ("0020009B06 303030303030", "63C4"),
        ]);
        let memory = conversation.card.memory();
        let mut later = Conversation::new();
        later.expect(&[(SELECT_JPKI, "9000"), (VERIFY_SIGN_PIN, "9000")]);
        later.card.recall(&memory).expect("the same card");
        assert_eq!(later.card.memory(), memory);
        later.expect(&[
            ("00B08100 01", "6A82"),
            (SELECT_JPKI, "9000"),
            ("0020009B", "63C4"),
            (VERIFY_AUTH_PIN, "63C1"),
            ("0020009804 39393939", "9000"),
        ]);
    }

    #[test]
    fn no_random_number_repeats_after_a_recall() {
        let mut conversation = Conversation::new();
        let first = conversation.send("00840000 10");
        let memory = conversation.card.memory();
        let unwritten = conversation.send("00840000 10");
        assert_eq!(conversation.card.memory(), memory, "a challenge is no reason to write each time");
        conversation.card.recall(&memory).expect("the same card");
        let later = conversation.send("00840000 10");
        assert!(later != first && later != unwritten);
        assert_ne!(conversation.card.memory(), memory);
    }

    #[test]
    fn a_card_that_was_destroyed_stays_so() {
        let mut destroyed = card(|_| {});
        destroyed.tamper();
        let mut later = card(|_| {});
        later.recall(&destroyed.memory()).expect("the same card");
        assert_eq!(later.exchange(&[0x00, 0xA4, 0x00, 0x00], &mut ResponseBuffer::new()), Err(Mute));
    }

    #[rstest]
    #[case::an_unknown_application(|memory: &mut Memory| memory.keys[0].application[0] = 0,
        "the card has no key 0018 of application 0092F000260100000001")]
    #[case::an_unknown_key(|memory: &mut Memory| memory.keys[1].file = 0x1D,
        "the card has no key 001D of application D392F000260100000001")]
    #[case::a_key_twice(|memory: &mut Memory| memory.keys[1] = memory.keys[0].clone(),
        "key 0018 of application D392F000260100000001 is remembered twice")]
    #[case::a_key_less(|memory: &mut Memory| { memory.keys.pop(); },
        "nothing is remembered about key 001C of application D3921000310001010100")]
    #[case::a_try_too_many(|memory: &mut Memory| memory.keys[0].tries_left = 4,
        "key 0018 of application D392F000260100000001 cannot have 4 tries left; it has at most 3")]
    #[case::a_try_for_a_key_delivered_blocked(|memory: &mut Memory| memory.keys[3].tries_left = 1,
        "key 0012 of application D3921000310001010408 cannot have 1 tries left; it has at most 0")]
    #[case::a_value_of_another_form(|memory: &mut Memory| memory.keys[1].changed = Some(b"abc".to_vec().into()),
        "the value of key 001B of application D392F000260100000001 is none that this key can have")]
    #[case::a_value_of_seventeen_bytes(|memory: &mut Memory| memory.keys[4].changed = Some(vec![0x31; 17].into()),
        "the value of key 0014 of application D3921000310001010408 is none that this key can have")]
    #[case::too_many_random_numbers(|memory: &mut Memory| memory.random_stretches = u64::MAX,
        "18446744073709551615 stretches of random numbers are more than a card has")]
    fn what_does_not_fit_the_card_is_refused_and_changes_nothing(
        #[case] change: fn(&mut Memory),
        #[case] words: &str,
    ) {
        let mut conversation = Conversation::new();
        conversation.expect(&[(SELECT_JPKI, "9000"), (VERIFY_AUTH_PIN, "9000"), (VERIFY_SIGN_PIN, "9000")]);
        let before = conversation.card.mark();
        let mut memory = conversation.card.memory();
        for key in memory.keys.iter_mut().filter(|key| key.tries_left > 0) {
            key.tries_left = 1;
        }
        memory.destroyed = true;
        change(&mut memory);
        let error = conversation.card.recall(&memory).expect_err("it does not fit");
        assert_eq!(error.to_string(), words);
        assert_eq!(conversation.card.mark(), before);
        conversation.expect(&[("802A0097 01 AA 00", "(256)9000")]);
    }

    #[test]
    fn a_card_with_new_certificates_keeps_its_counters_and_values() {
        let mut conversation = Conversation::new();
        conversation.expect(&[
            (SELECT_JPKI, "9000"),
            (VERIFY_SIGN_PIN, "9000"),
            ("0024019B06 585858585858", "9000"),
        ]);
        conversation.expect(&[(WRONG, "63C2"), (WRONG, "63C1")]);
        let memory = conversation.card.memory();
        conversation.card = card(|image| {
            let certificate = &mut image.applications[0].files[4].content;
            assert!(matches!(certificate, Content::Transparent { bytes, .. } if bytes.len() == 300));
            *certificate =
                Content::Transparent { bytes: counting(200).into(), read: crate::image::Access::Free };
        });
        conversation.card.recall(&memory).expect("the keys are the same");
        conversation.expect(&[
            (SELECT_JPKI, "9000"),
            ("00B08A00 00", "(200)9000"),
            ("00200098", "63C1"),
            ("0020009B06 585858585858", "9000"),
        ]);
    }

    #[rstest]
    #[case::a_selection("00A4020C02 0018", false)]
    #[case::a_query("00200098", false)]
    #[case::a_right_value_with_all_tries_left(VERIFY_AUTH_PIN, false)]
    #[case::a_right_value_after_a_wrong_one("0020009B06 414243313233", true)]
    #[case::a_wrong_value(WRONG, true)]
    #[case::a_new_value("0024019804 39393939", true)]
    #[case::the_same_value_again("0024019804 31323334", false)]
    #[case::the_first_challenge("00840000 08", true)]
    #[case::a_signature("802A0097 01 AA 00", false)]
    fn the_mark_tells_whether_a_command_changed_what_is_kept(#[case] command: &str, #[case] changes: bool) {
        let mut conversation = Conversation::new();
        conversation.expect(&[
            (SELECT_JPKI, "9000"),
            (VERIFY_AUTH_PIN, "9000"),
            ("0020009B06 303030303030", "63C4"),
        ]);
        let (mark, memory) = (conversation.card.mark(), conversation.card.memory());
        conversation.send(command);
        assert_eq!(conversation.card.mark() != mark, changes);
        assert_eq!(conversation.card.memory() != memory, changes);
    }

    #[test]
    fn debug_output_never_shows_a_value() {
        let mut conversation = Conversation::new();
        conversation.expect(&[
            (SELECT_JPKI, "9000"),
            (VERIFY_AUTH_PIN, "9000"),
            ("0024019804 39373533", "9000"),
        ]);
        let (memory, mark) = (conversation.card.memory(), conversation.card.mark());
        for shown in [format!("{memory:?}"), format!("{mark:?}")] {
            assert!(!shown.contains("9753") && !shown.contains("57, 55, 53, 51"), "{shown}");
        }
    }

    #[test]
    fn taking_a_mark_and_comparing_it_allocates_nothing() {
        let card = card(|_| {});
        let before = card.mark();
        assert_eq!(allocation_counter::measure(|| assert!(card.mark() == before)).count_total, 0);
    }

    proptest! {
        #[test]
        fn whatever_a_card_remembers_another_one_recalls(
            session in prop::collection::vec(prop::sample::select(vec![
                SELECT_JPKI, SELECT_TEXT, SELECT_COMMON, VERIFY_AUTH_PIN, VERIFY_SIGN_PIN, VERIFY_TEXT_PIN, WRONG,
                "0020009B06 303030303030", "0020009104 30303030", "0024019804 39393939", "0024019B07 41424331323334",
                "0024019104 38383838", "0020009C04 31323334", "8032009C04 37373737", "00840000 00",
            ]), 0..60),
        ) {
            let mut conversation = Conversation::new();
            for command in session {
                conversation.send(command);
            }
            let mut later = Conversation::new().card;
            later.recall(&conversation.card.memory()).expect("the same card");
            prop_assert_eq!(later.memory(), conversation.card.memory());
            prop_assert_eq!(later.mark(), conversation.card.mark());
        }
    }
}
