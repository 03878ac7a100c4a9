//! What a scenario does to a card that a reset does not undo, worked out from its steps.
//!
//! It counts the tries that a step *can* spend: a value that is not the right one, on a key that has tries
//! left. What the card under test makes of it is another matter; a real card is protected by the worst case.

use super::syntax::{self, Credential};
use super::{Act, Addressing, Expected, FileName, Given, Names, Power, Step};
use std::collections::{BTreeMap, BTreeSet};

/// Longest value that VERIFY takes: a longer one is no try (`6700`).
const LONGEST_VALUE: usize = 16;

/// The effects of these steps: `spends:KEY`, `locks:KEY`, `changes:KEY`, `tampers`.
pub(super) fn effects(names: &Names, given: &Given, steps: &[&Step]) -> BTreeSet<String> {
    let refuses_other_lengths = given.knobs.get("wrong_length_verify").is_some_and(|knob| knob == "refused");
    let mut card = Card {
        names,
        named_card: given.card.as_deref().is_some_and(|card| card != "any"),
        refuses_other_lengths,
        application: None,
        current: None,
        keys: BTreeMap::new(),
        effects: BTreeSet::new(),
    };
    for step in steps {
        card.step(step);
    }
    card.effects
}

/// What is known of the card while the steps go by.
struct Card<'a> {
    names: &'a Names,
    /// The scenario names the personalisation; else it is whichever card is under test.
    named_card: bool,
    refuses_other_lengths: bool,
    application: Option<&'a str>,
    current: Option<&'a FileName>,
    keys: BTreeMap<&'a str, Key>,
    effects: BTreeSet<String>,
}

/// What is known of a key.
#[derive(Clone)]
struct Key {
    left: u8,
    tries: u8,
    /// Its value, once a step has set it to one that is written down.
    value: Option<Vec<u8>>,
    /// It is no longer the factory's.
    changed: bool,
}

/// What presenting a value costs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Guess {
    Right,
    Wrong,
    NoTry,
}

impl<'a> Card<'a> {
    fn step(&mut self, step: &Step) {
        self.select(step);
        let times = step.times.unwrap_or(1);
        if let Some(words) = &step.verify {
            if let Some(key) = self.addressed(step) {
                let guess = self.guess(key, words, step);
                self.present(key, guess, times, step);
            }
        } else if let Some(name) = &step.lock {
            if let Some((_, file)) = self.names.key(name) {
                self.lock(file);
            }
        } else if let Some(words) = &step.change {
            if let Some(key) = self.addressed(step) {
                self.change(key, words, step);
            }
        } else if let Some(bytes) = &step.send {
            self.send(&syntax::hex(bytes).unwrap_or_default(), times, step);
        }
        match step.act {
            Some(Act::Tamper) => _ = self.effects.insert("tampers".into()),
            Some(Act::Unlock) => {
                if let (Some(file), Some(to)) = (self.addressed(step), &step.to) {
                    self.set(file, to);
                    self.key(file).left = file.tries.unwrap_or_default();
                }
            }
            None => {}
        }
    }

    /// Follows which application and file are current.
    fn select(&mut self, step: &Step) {
        let refused = step.sw.as_ref().is_some_and(|sw| !could_be_success(sw));
        if let Some(name) = &step.select
            && !refused
        {
            self.application = self.names.application(name).map(|application| &*application.name);
            self.current = None;
        }
        if let Some(name) = step.select_ef.as_ref().or(step.read.as_ref()).or(step.sfi.as_ref()) {
            // A protected file is selected, too, when reading it is refused.
            if !refused || step.select_ef.is_none() {
                self.current = self.file(name);
            }
        }
        if matches!(step.power, Some(Power::Cold | Power::Warm)) || step.insert.is_some() {
            self.application = None;
            self.current = None;
        }
        if step.insert.is_some() {
            self.keys.clear();
        }
        let proof = step.verified.as_ref().or(step.not_verified.as_ref());
        if let Some(proof) = proof.and_then(|key| self.names.key(key)).and_then(|(_, key)| key.proof.as_ref())
        {
            self.current = self.file(proof.target());
        }
    }

    /// The file of this name, or with this identifier in the current application.
    fn file(&self, name: &str) -> Option<&'a FileName> {
        if let Some((_, file)) = self.names.file(name) {
            return Some(file);
        }
        let id = u16::from_str_radix(name, 16).ok()?;
        self.by_sfi((id & 0x1F) as u8)
    }

    fn by_sfi(&self, sfi: u8) -> Option<&'a FileName> {
        let application = self.names.application(self.application?)?;
        application.files.iter().find(|file| file.sfi() == sfi)
    }

    /// The key that a step is about, as the card would see it: what is addressed, not what `key` lends its value.
    fn addressed(&self, step: &Step) -> Option<&'a FileName> {
        let reference = step.p2.as_deref().and_then(|p2| u8::from_str_radix(p2, 16).ok());
        let named = || step.key.as_ref().and_then(|name| self.names.file(name)).map(|(_, file)| file);
        let file = match (reference, step.by) {
            (Some(p2), _) => self.referenced(p2),
            (None, Some(Addressing::Current)) => self.current,
            (None, Some(Addressing::Default)) => None,
            (None, Some(Addressing::Sfi) | None) => named().or(self.current),
        };
        file.filter(|file| file.tries.is_some())
    }

    /// The key that P2 names.
    fn referenced(&self, p2: u8) -> Option<&'a FileName> {
        match p2 {
            0x80 => self.current,
            0x81..=0x9E => self.by_sfi(p2 & 0x1F),
            _ => None,
        }
    }

    fn key(&mut self, file: &'a FileName) -> &mut Key {
        let tries = file.tries.unwrap_or_default();
        let fresh = Key { left: tries, tries, value: None, changed: false };
        self.keys.entry(&file.name).or_insert(fresh)
    }

    /// What a value costs. A word says so itself; of a given value the step's own expectation is believed
    /// where the card is a known one, and the worst is assumed where it is whichever is under test.
    fn guess(&mut self, file: &'a FileName, words: &str, step: &Step) -> Guess {
        let (named_card, refuses_other_lengths) = (self.named_card, self.refuses_other_lengths);
        let key = self.key(file);
        let guess = match syntax::credential(words) {
            Ok(Credential::Word("right")) | Err(_) => Guess::Right,
            Ok(Credential::Word("factory")) if !key.changed => Guess::Right,
            Ok(Credential::Word("short" | "long")) if refuses_other_lengths => Guess::NoTry,
            Ok(Credential::Word(_)) => Guess::Wrong,
            Ok(Credential::Literal(value)) if value.is_empty() || value.len() > LONGEST_VALUE => Guess::NoTry,
            Ok(Credential::Literal(value)) if key.value.as_ref() == Some(&value) => Guess::Right,
            Ok(Credential::Literal(_)) if named_card && !key.changed => expected(step),
            Ok(Credential::Literal(_)) => Guess::Wrong,
            Ok(Credential::Fact(_) | Credential::Saved(_)) => expected(step),
        };
        match guess {
            // A card that was put in with that key locked.
            Guess::Wrong if named_card && expected(step) == Guess::NoTry => Guess::NoTry,
            guess => guess,
        }
    }

    fn present(&mut self, file: &'a FileName, guess: Guess, times: u32, step: &Step) {
        let key = self.key(file);
        if guess == Guess::NoTry || key.left == 0 {
            return;
        }
        if guess == Guess::Right {
            key.left = key.tries;
            return;
        }
        // A card that was put in with fewer tries says so in what the step expects.
        let last = step.tries == Some(0)
            || matches!(&step.sw, Some(Expected::One(sw)) if sw.eq_ignore_ascii_case("63C0"));
        let spent = if last { key.left } else { u8::try_from(times).unwrap_or(u8::MAX) };
        key.left = key.left.saturating_sub(spent);
        let locked = key.left == 0;
        self.effects.insert(format!("spends:{}", file.name));
        if locked {
            self.effects.insert(format!("locks:{}", file.name));
        }
    }

    fn lock(&mut self, file: &'a FileName) {
        let key = self.key(file);
        if key.left > 0 {
            key.left = 0;
            self.effects.insert(format!("locks:{}", file.name));
        }
    }

    /// A change that the step demands, or holds plausible. One that must be refused has no effect.
    fn change(&mut self, file: &'a FileName, words: &str, step: &Step) {
        if step.sw.as_ref().is_none_or(could_be_success) {
            self.set(file, words);
        } else if step.or.iter().any(|word| word == "9000") {
            self.effects.insert(format!("changes:{}", file.name));
        }
    }

    fn set(&mut self, file: &'a FileName, words: &str) {
        self.effects.insert(format!("changes:{}", file.name));
        let key = self.key(file);
        match syntax::credential(words) {
            Ok(Credential::Literal(value)) => (key.value, key.changed) = (Some(value), true),
            Ok(Credential::Word("factory")) => (key.value, key.changed) = (None, false),
            // The value that it has already.
            _ => {}
        }
    }

    /// Bytes sent as they are: VERIFY with a value, CHANGE REFERENCE DATA and CHANGE KEY have effects.
    fn send(&mut self, bytes: &[u8], times: u32, step: &Step) {
        let &[class, instruction, _, p2, lc, ref value @ ..] = bytes else { return };
        if value.is_empty() || usize::from(lc) > value.len() {
            return;
        }
        let Some(file) = self.referenced(p2).filter(|file| file.tries.is_some()) else { return };
        let words = format!("hex:{}", hex::encode(&value[..usize::from(lc)]));
        match (class, instruction) {
            (_, 0x20) => {
                let guess = self.guess(file, &words, step);
                self.present(file, guess, times, step);
            }
            (_, 0x24) | (0x80, 0x32) => self.change(file, &words, step),
            _ => {}
        }
    }
}

/// What the step itself takes its value for.
fn expected(step: &Step) -> Guess {
    let wrong = |word: &String| word.starts_with("63");
    match &step.sw {
        _ if step.tries.is_some() => Guess::Wrong,
        None => Guess::Right,
        Some(sw) if could_be_success(sw) => Guess::Right,
        Some(Expected::One(word)) if wrong(word) => Guess::Wrong,
        Some(Expected::AnyOf(words)) if words.iter().any(wrong) => Guess::Wrong,
        Some(_) => Guess::NoTry,
    }
}

fn could_be_success(sw: &Expected) -> bool {
    match sw {
        Expected::One(word) => word == "9000",
        Expected::AnyOf(words) => words.iter().any(|word| word == "9000"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::Vectors;
    use rstest::rstest;

    fn effects_of(given: &str, steps: &str) -> Vec<String> {
        #[derive(serde::Deserialize)]
        struct Sample {
            given: Given,
            steps: Vec<Step>,
        }
        let text = format!("given = {given}\nsteps = [{{ select = \"jpki\" }}, {steps}]");
        let sample: Sample = toml::from_str(&text).expect("the steps are well formed");
        let names = Names::load(&Vectors::embedded()).expect("the names are sound");
        effects(&names, &sample.given, &sample.steps.iter().collect::<Vec<_>>()).into_iter().collect()
    }

    #[rstest]
    #[case::asking(r#"{ query = "auth-pin" }"#, &[])]
    #[case::right(r#"{ verify = "right", key = "auth-pin" }"#, &[])]
    #[case::wrong(r#"{ verify = "wrong", key = "auth-pin" }"#, &["spends:auth-pin"])]
    #[case::selected(r#"{ select_ef = "auth-pin" }, { verify = "wrong" }"#, &["spends:auth-pin"])]
    #[case::by_reference(r#"{ verify = "text:0000", p2 = "98" }"#, &["spends:auth-pin"])]
    #[case::as_bytes(r#"{ send = "00 20 00 98 04 30303030" }"#, &["spends:auth-pin"])]
    #[case::nothing_addressed(r#"{ verify = "wrong", key = "auth-pin", by = "current" }"#, &[])]
    #[case::no_key(r#"{ select_ef = "auth-certificate" }, { verify = "text:0000" }"#, &[])]
    #[case::too_long(r#"{ verify = "text:00000000000000000", key = "auth-pin" }"#, &[])]
    #[case::three(r#"{ verify = "wrong", key = "auth-pin", times = 3 }"#, &["locks:auth-pin", "spends:auth-pin"])]
    #[case::interrupted(
        r#"{ verify = "wrong", key = "auth-pin", times = 2 }, { verify = "right", key = "auth-pin" }, { verify = "wrong", key = "auth-pin" }"#,
        &["spends:auth-pin"]
    )]
    #[case::locked(r#"{ lock = "auth-pin" }, { verify = "wrong", key = "auth-pin" }"#, &["locks:auth-pin"])]
    #[case::delivered_blocked(r#"{ verify = "text:0000", key = "text-blocked-key" }"#, &[])]
    #[case::changed(r#"{ change = "text:8024", key = "auth-pin" }, { verify = "text:8024", key = "auth-pin" }"#, &["changes:auth-pin"])]
    #[case::old_value(
        r#"{ change = "text:8024", key = "auth-pin" }, { verify = "factory", key = "auth-pin" }"#,
        &["changes:auth-pin", "spends:auth-pin"]
    )]
    #[case::refused_change(r#"{ change = "text:8024", key = "auth-pin", sw = "6982" }"#, &[])]
    #[case::tampering(r#"{ act = "tamper" }"#, &["tampers"])]
    fn what_steps_do_is_worked_out(#[case] steps: &str, #[case] done: &[&str]) {
        assert_eq!(effects_of("{}", steps), done);
    }

    #[test]
    fn a_given_value_is_believed_on_a_named_card_and_feared_on_any_other() {
        let verify = r#"{ verify = "text:1234", key = "auth-pin" }"#;
        assert_eq!(effects_of(r#"{ card = "standard" }"#, verify), Vec::<String>::new());
        assert_eq!(effects_of("{}", verify), ["spends:auth-pin"]);
    }
}
