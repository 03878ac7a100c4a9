//! Security status: notes on the card's interface, 2.13.

use crate::{play, verify};
use jpki_model::{
    Answer,
    Application::{self, Issuer, Jpki, Surface, Text},
    Event::{self, Change, Query, Read, Reset, SelectApplication, SelectFile, Sign, SignWithDefaultKey},
    Key, Knobs, NewValue, Reference,
    Reset::{Cold, Warm},
    Setup, Status,
    Value::{Right, Wrong},
};
use rstest::rstest;

const AUTH: Key = Key(Jpki, 0x18);
const SIGN: Key = Key(Jpki, 0x1B);

fn seen_after(knobs: Knobs, event: Event) -> Vec<Key> {
    let setup = Setup { knobs, ..Setup::default() };
    play(&setup, &[SelectApplication(Jpki), verify(0x18, Right), event]).verified
}

#[rstest]
#[case::a_query(Query(Reference::Sfi(0x18)))]
#[case::selecting_a_file(SelectFile(0x17))]
#[case::selecting_a_file_that_does_not_exist(SelectFile(0x03))]
#[case::selecting_an_application_that_does_not_exist(Event::SelectUnknownApplication)]
#[case::selecting_the_master_file(Event::SelectMasterFile)]
#[case::selecting_the_same_application(SelectApplication(Jpki))]
#[case::reading(Read(Reference::Sfi(0x0A)))]
#[case::signing(Sign(Reference::Sfi(0x17)))]
#[case::a_failure_of_the_other_key(verify(0x1B, Wrong))]
fn a_verified_key_stays_so_after(#[case] event: Event) {
    assert_eq!(seen_after(Knobs::default(), event), [AUTH]);
}

#[rstest]
#[case::selecting_another_application(SelectApplication(Text))]
#[case::selecting_the_issuer(SelectApplication(Issuer))]
#[case::a_failure_of_the_same_key(verify(0x18, Wrong))]
#[case::power_off(Reset(Cold))]
#[case::a_warm_reset(Reset(Warm))]
fn a_verified_key_is_so_no_more_after(#[case] event: Event) {
    assert_eq!(seen_after(Knobs::default(), event), []);
}

#[rstest]
#[case::a_card_that_logs_out_at_the_same_application(
    Knobs { same_application_select: Status::IsLost, ..Knobs::default() }, SelectApplication(Jpki), &[])]
#[case::a_card_that_lives_through_a_warm_reset(
    Knobs { warm_reset: Status::Survives, ..Knobs::default() }, Reset(Warm), &[AUTH])]
#[case::but_not_through_power_off(
    Knobs { warm_reset: Status::Survives, ..Knobs::default() }, Reset(Cold), &[])]
#[case::a_card_that_forgives_a_failure(
    Knobs { failed_verify: Status::Survives, ..Knobs::default() }, verify(0x18, Wrong), &[AUTH])]
fn the_sources_disagree_about(#[case] knobs: Knobs, #[case] event: Event, #[case] verified: &[Key]) {
    assert_eq!(seen_after(knobs, event), verified);
}

#[test]
fn two_keys_of_an_application_are_verified_at_once() {
    let seen = play(&Setup::default(), &[SelectApplication(Jpki), verify(0x18, Right), verify(0x1B, Right)]);
    assert_eq!(seen.verified, [AUTH, SIGN]);
}

#[test]
fn a_key_that_blocks_opens_nothing_even_where_failures_are_forgiven() {
    let knobs = Knobs { failed_verify: Status::Survives, ..Knobs::default() };
    let wrong = verify(0x18, Wrong);
    let events =
        [SelectApplication(Jpki), verify(0x18, Right), wrong, wrong, wrong, Sign(Reference::Sfi(0x17))];
    let seen = play(&Setup { knobs, ..Setup::default() }, &events);
    assert_eq!((seen.answer, seen.verified), (Answer::Exactly(0x6982), vec![]));
}

#[rstest]
#[case::number_a_opens_the_number(Text, 0x14, Read(Reference::Sfi(0x01)), 0x9000)]
#[case::number_a_does_not_open_the_attributes(Text, 0x14, Read(Reference::Sfi(0x02)), 0x6982)]
#[case::number_b_does_not_open_the_number(Text, 0x15, Read(Reference::Sfi(0x01)), 0x6982)]
#[case::number_b_opens_the_attributes(Text, 0x15, Read(Reference::Sfi(0x02)), 0x9000)]
#[case::the_text_pin_opens_both(Text, 0x11, Read(Reference::Sfi(0x02)), 0x9000)]
#[case::b_of_the_surface_application_is_0012(Surface, 0x12, Read(Reference::Sfi(0x05)), 0x6982)]
#[case::a_of_the_surface_application_is_0013(Surface, 0x13, Read(Reference::Sfi(0x05)), 0x9000)]
#[case::the_signature_password_opens_its_certificate(Jpki, 0x1B, Read(Reference::Sfi(0x01)), 0x9000)]
#[case::the_authentication_pin_does_not(Jpki, 0x18, Read(Reference::Sfi(0x01)), 0x6982)]
#[case::the_authentication_pin_opens_its_key(Jpki, 0x18, Sign(Reference::Sfi(0x17)), 0x9000)]
#[case::the_authentication_pin_does_not_open_the_signature_key(
    Jpki,
    0x18,
    Sign(Reference::Sfi(0x1A)),
    0x6982
)]
fn what_a_key_opens(
    #[case] application: Application,
    #[case] key: u8,
    #[case] event: Event,
    #[case] answer: u16,
) {
    let seen = play(&Setup::default(), &[SelectApplication(application), verify(key, Right), event]);
    assert_eq!(seen.answer, Answer::Exactly(answer));
}

#[rstest]
#[case::the_default_key_of_the_text_application_signs(Text, SignWithDefaultKey)]
#[case::the_default_key_of_the_surface_application_signs(Surface, SignWithDefaultKey)]
#[case::the_authentication_certificate_is_free(Jpki, Read(Reference::Sfi(0x0A)))]
fn nothing_has_to_be_shown_for(#[case] application: Application, #[case] event: Event) {
    let seen = play(&Setup::default(), &[SelectApplication(application), event]);
    assert_eq!(seen.answer, Answer::Exactly(0x9000));
}

#[rstest]
#[case::a_change_needs_the_key_verified(&[SelectFile(0x18), Change(NewValue::WellFormed)], 0x6982)]
#[case::verifying_the_other_key_does_not_do(
    &[SelectFile(0x18), verify(0x1B, Right), Change(NewValue::WellFormed)], 0x6982)]
#[case::a_verified_key_can_be_changed(
    &[SelectFile(0x18), verify(0x18, Right), Change(NewValue::WellFormed)], 0x9000)]
#[case::and_stays_verified(
    &[SelectFile(0x18), verify(0x18, Right), Change(NewValue::WellFormed), Sign(Reference::Sfi(0x17))], 0x9000)]
fn changing_a_pin(#[case] events: &[Event], #[case] answer: u16) {
    let seen = play(&Setup::default(), &[&[SelectApplication(Jpki)], events].concat());
    assert_eq!(seen.answer, Answer::Exactly(answer));
}
