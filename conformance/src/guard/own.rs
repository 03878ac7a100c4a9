//! What a profile itself tells about a card in a reader. What it inherits is another card's: the PINs and the
//! holder of a test card must never be presented to a real one.

use crate::engine::KnownCard;
use std::collections::BTreeSet;
use toml::{Table, Value};

/// The keys whose values follow from the holder's data, and which data that is.
const FOLLOWING: [(&str, &[&str]); 5] = [
    ("text-number-a", &["number"]),
    ("surface-number-a", &["number"]),
    ("text-number-b", NUMBER_B),
    ("surface-number-b", NUMBER_B),
    ("birth-date-key", &["birth_date"]),
];
const NUMBER_B: &[&str] = &["birth_date", "card_expires", "security_code"];

/// Everything that is known of a holder.
const HOLDER: usize = 12;

/// The card of this profile with nothing but the values that `text`, its own file, tells: as values, by the
/// environment, or by the holder's data.
#[must_use]
pub fn own_values(known: &KnownCard, text: &str) -> KnownCard {
    // The profile was read from this text, so it is well formed.
    let file: Table = text.parse().unwrap_or_default();
    let table = |name: &str| file.get(name).and_then(Value::as_table);
    let tells = |key: &str| {
        let key = table("keys").and_then(|keys| keys.get(key)).and_then(Value::as_table);
        key.is_some_and(|key| key.contains_key("value") || key.contains_key("value_from"))
    };
    let holder = |field: &&str| table("holder").is_some_and(|holder| holder.contains_key(*field));
    let follows =
        |key: &str| FOLLOWING.iter().any(|(following, from)| *following == key && from.iter().all(holder));
    let keys: BTreeSet<&String> = known.profile().keys.keys().collect();
    let own = |key: &str| tells(key) || follows(key);
    let own: BTreeSet<&str> = keys.into_iter().map(String::as_str).filter(|key| own(key)).collect();
    let whole = table("holder").is_some_and(|holder| holder.len() >= HOLDER);
    known.only(|key| own.contains(key), whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::load_profile;
    use crate::vectors::{SourceFile, Vectors};
    use rstest::rstest;

    const HEAD: &str = "format = 1\nextends = \"standard\"\nname = \"mine\"\ntitle = \"a test\"\n";

    fn known(rest: &str) -> Vec<String> {
        let text = format!("{HEAD}{rest}");
        let file = SourceFile::new("mine.toml", &text);
        let profile = load_profile(&file, &Vectors::embedded()).expect("a profile");
        let own = own_values(&profile, &text);
        let keys = own.profile().keys.keys();
        keys.filter(|key| own.value(key).is_ok()).cloned().collect()
    }

    #[rstest]
    #[case::nothing("", &[])]
    #[case::the_holder_is_another("without = [\"holder\"]\n", &[])]
    #[case::a_value("[keys]\nauth-pin.value = \"0000\"\n", &["auth-pin"])]
    #[case::tries_alone("[keys]\nauth-pin.tries = 3\n", &[])]
    #[case::a_variable_that_is_not_set("[keys]\nauth-pin.value_from = \"NO_SUCH_VARIABLE_HERE\"\n", &[])]
    #[case::the_number("[holder]\nnumber = \"000000000000\"\n", &["surface-number-a", "text-number-a"])]
    #[case::half_of_number_b("[holder]\nsecurity_code = \"0000\"\n", &[])]
    #[case::the_birth_date("[holder]\nbirth_date = \"1991-01-01\"\n", &["birth-date-key"])]
    fn only_what_the_file_itself_tells_is_known(#[case] rest: &str, #[case] keys: &[&str]) {
        assert_eq!(known(rest), keys);
    }

    #[test]
    fn a_stranger_knows_no_value_and_no_holder() {
        let vectors = Vectors::embedded();
        let cards = crate::runner::load_cards(&vectors).expect("the cards are well formed");
        let stranger = cards["standard"].of_a_stranger();
        assert!(stranger.profile().keys.keys().all(|key| stranger.value(key).is_err()));
        assert!(stranger.fact("holder.number").is_err() && stranger.fact("pins.auth-pin").is_err());
    }
}
