//! Retry counters: notes on the card's interface, 2.4, 2.5 and 4.

use crate::{play, verify};
use jpki_model::{
    Application::{Common, Jpki, Surface, Text},
    Event::{self, Change, Query, Reset, SelectApplication, SelectFile},
    Expectation, Key, Knobs, Model, NewValue, Reference,
    Reset::{Cold, Warm},
    Setup,
    Value::{self, Right, TooShort, Wrong},
    WrongLength,
};
use rstest::rstest;

/// Tries left of this key.
fn tries(seen: &Expectation, key: Key) -> u8 {
    let found = seen.tries.iter().find(|(there, _)| *there == key);
    found.expect("the card has this key").1
}

const AUTH: Key = Key(Jpki, 0x18);
const SIGN: Key = Key(Jpki, 0x1B);

/// VERIFYs of the authentication PIN in the JPKI application.
fn auth(values: &[Value]) -> Vec<Event> {
    let verifies = values.iter().map(|value| verify(0x18, *value));
    std::iter::once(SelectApplication(Jpki)).chain(verifies).collect()
}

#[rstest]
#[case::the_first_wrong_value_leaves_two_tries(&[Wrong], 0x63C2, 2)]
#[case::the_second_wrong_value_leaves_one_try(&[Wrong, Wrong], 0x63C1, 1)]
#[case::the_last_try_answers_63c0_and_not_yet_blocked(&[Wrong, Wrong, Wrong], 0x63C0, 0)]
#[case::a_blocked_key_answers_6984(&[Wrong, Wrong, Wrong, Wrong], 0x6984, 0)]
#[case::a_blocked_key_refuses_the_right_value_too(&[Wrong, Wrong, Wrong, Right], 0x6984, 0)]
#[case::the_right_value_restores_every_try(&[Wrong, Wrong, Right], 0x9000, 3)]
#[case::only_failures_in_a_row_count(&[Wrong, Wrong, Right, Wrong], 0x63C2, 2)]
#[case::a_short_value_costs_a_try(&[TooShort], 0x63C2, 2)]
fn verifying_the_authentication_pin(#[case] values: &[Value], #[case] answer: u16, #[case] left: u8) {
    let seen = play(&Setup::default(), &auth(values));
    assert!(seen.answer.allows(answer), "answered {}", seen.answer);
    assert_eq!(tries(&seen, AUTH), left);
}

#[rstest]
#[case::a_query_costs_nothing(Query(Reference::Sfi(0x18)), 0x63C1)]
#[case::a_query_of_another_key_tells_its_own_tries(Query(Reference::Sfi(0x1B)), 0x63C5)]
#[case::a_failure_of_the_other_key_is_counted_apart(verify(0x1B, Wrong), 0x63C4)]
#[case::selecting_the_application_again_restores_no_try(SelectApplication(Jpki), 0x9000)]
#[case::selecting_another_application_restores_no_try(SelectApplication(Text), 0x9000)]
fn after_two_failures(#[case] event: Event, #[case] answer: u16) {
    let seen = play(&Setup::default(), &[auth(&[Wrong, Wrong]), vec![event]].concat());
    assert!(seen.answer.allows(answer), "answered {}", seen.answer);
    assert_eq!(tries(&seen, AUTH), 1);
}

#[rstest]
#[case::power_off(Cold)]
#[case::warm_reset(Warm)]
fn a_reset_neither_restores_tries_nor_unblocks(#[case] reset: jpki_model::Reset) {
    let locked = [auth(&[Wrong, Wrong, Wrong]), vec![Reset(reset)], auth(&[Right])].concat();
    let seen = play(&Setup::default(), &locked);
    assert_eq!(seen.answer, jpki_model::Answer::Exactly(0x6984));
    assert_eq!(tries(&seen, AUTH), 0);
    assert_eq!(tries(&seen, SIGN), 5, "the other key of the application stays usable");
}

#[rstest]
#[case::a_query_of_a_blocked_key_still_answers_63c0(Query(Reference::Sfi(0x12)), 0x63C0)]
#[case::the_key_delivered_blocked_refuses_every_value(verify(0x12, Right), 0x6984)]
#[case::number_a_has_ten_tries(Query(Reference::Sfi(0x14)), 0x63CA)]
#[case::number_b_has_ten_tries(Query(Reference::Sfi(0x15)), 0x63CA)]
fn keys_of_the_text_application(#[case] event: Event, #[case] answer: u16) {
    let seen = play(&Setup::default(), &[SelectApplication(Text), event]);
    assert!(seen.answer.allows(answer), "answered {}", seen.answer);
}

#[test]
fn the_copies_of_number_b_in_two_applications_are_counted_apart() {
    let seen = play(&Setup::default(), &[SelectApplication(Text), verify(0x15, Wrong)]);
    assert_eq!((tries(&seen, Key(Text, 0x15)), tries(&seen, Key(Surface, 0x12))), (9, 10));
}

#[rstest]
#[case::jpki_with_change_reference_data(Jpki, 0x18)]
#[case::common_with_change_key(Common, 0x1C)]
fn after_a_change_the_old_value_is_a_wrong_one(
    #[case] application: jpki_model::Application,
    #[case] id: u16,
) {
    let sfi = u8::try_from(id).expect("identifiers are small");
    let change =
        [SelectApplication(application), SelectFile(id), verify(sfi, Right), Change(NewValue::WellFormed)];
    let mut model = Model::new(&Setup::default());
    let before = model.apply(&change[0]);
    for event in &change[1..] {
        model.apply(event);
    }
    assert_eq!(model.named(Reference::Current), Some((Key(application, id), jpki_model::Secret::Changed)));
    assert_eq!(model.look().tries, before.tries);
}

#[rstest]
#[case::costs_a_try(WrongLength::CostsATry, 0x63C2, 2)]
#[case::is_refused(WrongLength::IsRefused, 0x6700, 3)]
fn a_value_of_another_length(#[case] wrong_length: WrongLength, #[case] answer: u16, #[case] left: u8) {
    let setup = Setup { knobs: Knobs { wrong_length, ..Knobs::default() }, ..Setup::default() };
    let seen = play(&setup, &auth(&[TooShort]));
    assert!(seen.answer.allows(answer), "answered {}", seen.answer);
    assert_eq!(tries(&seen, AUTH), left);
}

#[test]
fn a_blocked_key_answers_the_word_of_its_card() {
    let knobs = Knobs { blocked_verify: 0x6983, ..Knobs::default() };
    let seen = play(&Setup { knobs, ..Setup::default() }, &auth(&[Wrong, Wrong, Wrong, Right]));
    assert_eq!(seen.answer, jpki_model::Answer::Exactly(0x6983));
}
