//! Selection: notes on the card's interface, 2.1 and 2.2.

use crate::{play, verify};
use jpki_model::{
    Application::{self, Issuer, Jpki, Text},
    Event::{self, Query, Read, Reset, SelectApplication, SelectByPrefix, SelectFile, Sign},
    Knobs, PrefixSelect, Reference,
    Reset::{Cold, Warm},
    Setup, Status,
    Value::Right,
};
use rstest::rstest;

type Selection = (Application, Option<u16>);

/// The key of the authentication PIN is the current file; then this happens.
fn then(knobs: Knobs, event: Event) -> (u16, Selection) {
    let setup = Setup { knobs, ..Setup::default() };
    let seen = play(&setup, &[SelectApplication(Jpki), SelectFile(0x18), event]);
    let word = (0..=u16::MAX).find(|word| seen.answer.allows(*word)).unwrap_or_default();
    (word, (seen.application, seen.file))
}

#[rstest]
#[case::a_file_that_does_not_exist_changes_nothing(SelectFile(0x03), 0x6A82, (Jpki, Some(0x18)))]
#[case::an_application_that_does_not_exist_changes_nothing(
    Event::SelectUnknownApplication, 0x6A82, (Jpki, Some(0x18)))]
#[case::the_master_file_changes_nothing(Event::SelectMasterFile, 0x9000, (Jpki, Some(0x18)))]
#[case::another_application_has_no_current_file(SelectApplication(Text), 0x9000, (Text, None))]
#[case::the_same_application_drops_the_current_file(SelectApplication(Jpki), 0x9000, (Jpki, None))]
#[case::the_beginning_of_a_name_is_enough(SelectByPrefix(Jpki, 9), 0x9000, (Jpki, None))]
#[case::the_issuer_has_no_files(SelectApplication(Issuer), 0x9000, (Issuer, None))]
#[case::reading_by_short_identifier_selects(Read(Reference::Sfi(0x0A)), 0x9000, (Jpki, Some(0x0A)))]
#[case::even_when_it_is_refused(Read(Reference::Sfi(0x01)), 0x6982, (Jpki, Some(0x01)))]
#[case::but_not_where_there_is_no_file(Read(Reference::Sfi(0x03)), 0x6986, (Jpki, Some(0x18)))]
#[case::verifying_by_short_identifier_does_not(verify(0x1B, Right), 0x9000, (Jpki, Some(0x18)))]
#[case::a_key_is_not_readable(Read(Reference::Current), 0x6981, (Jpki, Some(0x18)))]
#[case::power_off_goes_back_to_the_issuer(Reset(Cold), 0, (Issuer, None))]
#[case::so_does_a_warm_reset(Reset(Warm), 0, (Issuer, None))]
fn with_a_current_file(#[case] event: Event, #[case] word: u16, #[case] selection: Selection) {
    assert_eq!(then(Knobs::default(), event), (word, selection));
}

#[rstest]
#[case::no_prefix(
    Knobs { prefix_select: PrefixSelect::FindsNothing, ..Knobs::default() },
    SelectByPrefix(Text, 9), 0x6A82, (Jpki, Some(0x18)))]
#[case::a_warm_reset_that_keeps_the_selection(
    Knobs { warm_reset: Status::Survives, ..Knobs::default() }, Reset(Warm), 0, (Jpki, Some(0x18)))]
#[case::a_refused_read_that_does_not_select(
    Knobs { refused_read_selects: false, ..Knobs::default() },
    Read(Reference::Sfi(0x01)), 0x6982, (Jpki, Some(0x18)))]
#[case::a_verify_that_selects(
    Knobs { key_by_sfi_selects: true, ..Knobs::default() },
    verify(0x1B, Right), 0x9000, (Jpki, Some(0x1B)))]
fn on_another_plausible_card(
    #[case] knobs: Knobs,
    #[case] event: Event,
    #[case] word: u16,
    #[case] selection: Selection,
) {
    assert_eq!(then(knobs, event), (word, selection));
}

#[rstest]
#[case::reading(Read(Reference::Current))]
#[case::verifying(Event::Verify { key: Reference::Current, value: Right })]
#[case::asking_for_tries(Query(Reference::Current))]
#[case::signing(Sign(Reference::Current))]
fn without_a_current_file_the_answer_is_6986(#[case] event: Event) {
    let seen = play(&Setup::default(), &[SelectApplication(Jpki), event]);
    assert_eq!(seen.answer, jpki_model::Answer::Exactly(0x6986));
}

#[test]
fn after_power_up_the_master_file_is_refused() {
    let seen = play(&Setup::default(), &[Event::SelectMasterFile]);
    assert_eq!(seen.answer, jpki_model::Answer::Exactly(0x6A86));
}

#[test]
fn an_application_that_is_not_on_the_card_is_not_found() {
    let mut setup = Setup::default();
    setup.keys.retain(|key, _| key.0 == Jpki);
    let seen = play(&setup, &[SelectApplication(Text)]);
    assert_eq!((seen.answer, seen.application), (jpki_model::Answer::Exactly(0x6A82), Issuer));
}

#[test]
fn a_card_that_wakes_up_slowly_answers_its_first_command_with_6f00_and_does_nothing() {
    let setup = Setup { knobs: Knobs { first_command_fails: true, ..Knobs::default() }, ..Setup::default() };
    let first = play(&setup, &[SelectApplication(Jpki)]);
    assert_eq!((first.answer, first.application), (jpki_model::Answer::Exactly(0x6F00), Issuer));
    let second = play(&setup, &[SelectApplication(Jpki), SelectApplication(Jpki)]);
    assert_eq!((second.answer, second.application), (jpki_model::Answer::Exactly(0x9000), Jpki));
    let again = play(&setup, &[Event::SelectMasterFile, Reset(Cold), SelectApplication(Jpki)]);
    assert_eq!(again.answer, jpki_model::Answer::Exactly(0x6F00));
}
