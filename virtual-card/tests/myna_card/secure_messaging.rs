use crate::{client, digits, holder, status};
use myna_card::Error;
use myna_card::ap::text::{TextAp, ef};

#[test]
fn a_session_under_cover_shows_a_number_and_reads_what_a_plain_one_reads() {
    let (mut card, holder) = (client("standard"), holder("standard"));
    let mut text = TextAp::select(&mut card).expect("the text application");
    text.verify_pin(&digits("1234")).expect("the right PIN");
    let plain =
        (text.read_my_number_file().expect("EF 0001"), text.read_ef(ef::ATTRIBUTES).expect("EF 0002"));
    let mut session = text.open_secure_session(&[0x42; 32]).expect("a session");
    session.verify(ef::CODE_A, &digits(&holder.number_a())).expect("the right 照合番号A");
    let wrong = session.verify(ef::CODE_B, &digits("00000000000000")).expect_err("not 照合番号B");
    assert!(matches!(wrong, Error::PinIncorrect { retries: Some(9) }), "{wrong}");
    let covered = (
        session.read_ef_physical(ef::MY_NUMBER).expect("EF 0001"),
        session.read_ef(ef::ATTRIBUTES).expect("EF 0002"),
    );
    assert_eq!(covered, plain);
    assert!(!session.is_broken());
}

#[test]
fn a_session_needs_the_pin_and_no_number_will_do() {
    let mut card = client("standard");
    let mut text = TextAp::select(&mut card).expect("the text application");
    text.verify_code_a(&digits(&holder("standard").number_a())).expect("the right 照合番号A");
    assert_eq!(status(text.open_secure_session(&[0x42; 32]).map(drop)), 0x6982);
}
