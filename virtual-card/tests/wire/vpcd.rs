//! The card as vpcd's client: the test is the reader.

use crate::reader::{Connected, Reader, Unborn};
use crate::served::Served;
use crate::{ATR, NO_SUCH_KEY, QUERY_AUTH_PIN, SELECT_JPKI, WRONG_AUTH_PIN, hex};
use jpki_virtual_card::slot::{Tear, TearPoint};
use jpki_virtual_card::wire::vpcd::{Pace, serve};
use proptest::collection::vec;
use proptest::prelude::*;
use rstest::rstest;
use std::io::Write as _;
use std::time::Duration;

const OFF: &[u8] = &[0x00];
const ON: &[u8] = &[0x01];
const WARM_RESET: &[u8] = &[0x02];
const ASK_FOR_ATR: &str = "04";
/// The largest file that nobody needs a PIN for: the certificate of the authority.
const READ_CA_CERTIFICATE: [&str; 2] = ["00A4020C02000B", "00B00000000000"];

/// Tests wait for nothing that they do not test.
const AT_ONCE: Pace = Pace { first: Duration::ZERO, longest: Duration::ZERO, absence: Duration::ZERO };

fn card_for(reader: &Reader, pace: Pace) -> Served {
    let address = reader.address.clone();
    Served::by(move |slot, stop| serve(slot, &address, pace, stop))
}

/// A reader, and a card that has spent one try.
fn with_a_try_spent() -> (Reader, Served) {
    let reader = Reader::new();
    let served = card_for(&reader, AT_ONCE);
    let mut card = reader.card();
    assert_eq!(card.ask(SELECT_JPKI), "9000");
    assert_eq!(card.ask(WRONG_AUTH_PIN), "63C2");
    (reader, served)
}

/// The card answers as before, whatever it has been through.
fn has_forgotten_nothing(card: &mut Connected) {
    assert_eq!(card.ask(ASK_FOR_ATR), ATR);
    assert_eq!(card.ask(SELECT_JPKI), "9000");
    assert_eq!(card.ask(QUERY_AUTH_PIN), "63C2");
}

#[rstest]
#[case::the_question_for_the_atr(ASK_FOR_ATR, ATR)]
#[case::a_command(SELECT_JPKI, "9000")]
#[case::a_control_that_no_vpcd_sends("03", "6700")]
#[case::another_byte("FF", "6700")]
#[case::nothing_at_all("", "6700")]
#[case::less_than_a_header("00A404", "6700")]
fn whatever_waits_for_an_answer_gets_one(#[case] payload: &str, #[case] answer: &str) {
    let reader = Reader::new();
    let _served = card_for(&reader, AT_ONCE);
    assert_eq!(reader.card().ask(payload), answer);
}

#[rstest]
#[case::the_power(&[OFF, ON])]
#[case::the_reset_line(&[WARM_RESET])]
fn a_reset_ends_the_session_and_leaves_the_counters(#[case] controls: &[&[u8]]) {
    let (reader, _served) = with_a_try_spent();
    let mut card = reader.card();
    assert_eq!(card.ask(SELECT_JPKI), "9000");
    controls.iter().for_each(|control| card.send(control));
    // No application is selected any more.
    assert_eq!(card.ask(QUERY_AUTH_PIN), NO_SUCH_KEY);
    has_forgotten_nothing(&mut card);
}

#[test]
fn a_reader_that_goes_takes_the_power_with_it() {
    let (reader, _served) = with_a_try_spent();
    let mut card = reader.card();
    assert_eq!(card.ask(QUERY_AUTH_PIN), NO_SUCH_KEY);
    has_forgotten_nothing(&mut card);
}

#[test]
fn a_frame_that_comes_byte_by_byte_is_a_frame() {
    let reader = Reader::new();
    let _served = card_for(&reader, AT_ONCE);
    let mut card = reader.card();
    let command = hex(SELECT_JPKI);
    for byte in [&[0x00, command.len() as u8][..], &command].concat() {
        card.send_raw(&[byte]);
    }
    assert_eq!(card.receive(), [0x90, 0x00]);
}

#[test]
fn frames_that_come_together_are_answered_one_by_one() {
    let reader = Reader::new();
    let _served = card_for(&reader, AT_ONCE);
    let mut card = reader.card();
    card.send_raw(&hex("0001 00 0001 01 0001 04 0000 0001 04".replace(' ', "").as_str()));
    assert_eq!(hex::encode_upper(card.receive()), ATR);
    assert_eq!(card.receive(), [0x67, 0x00]);
    assert_eq!(hex::encode_upper(card.receive()), ATR);
}

#[test]
fn the_longest_frame_is_answered() {
    let reader = Reader::new();
    let _served = card_for(&reader, AT_ONCE);
    let mut card = reader.card();
    let mut command = vec![0; 65_535];
    // VERIFY with a value of 65528 bytes: well formed, and of no PIN's length.
    command[..7].copy_from_slice(&[0x00, 0x20, 0x00, 0x98, 0x00, 0xFF, 0xF8]);
    assert_eq!(card.ask(SELECT_JPKI), "9000");
    card.send(&command);
    assert_eq!(card.receive().len(), 2);
    assert_eq!(card.ask(QUERY_AUTH_PIN), "63C3");
}

#[test]
fn a_reader_that_vanishes_in_the_middle_of_a_frame_loses_nothing_of_the_card() {
    let (reader, _served) = with_a_try_spent();
    for beginning in ["00", "0009", "000900A4040C", "FFFF00", "00010001"] {
        reader.card().send_raw(&hex(beginning));
    }
    has_forgotten_nothing(&mut reader.card());
}

#[test]
fn ten_thousand_readers_come_and_go_and_leave_nothing_behind() {
    let (reader, served) = with_a_try_spent();
    let open = || std::fs::read_dir("/proc/self/fd").map(Iterator::count).unwrap_or_default();
    has_forgotten_nothing(&mut reader.card());
    let before = open();
    for count in 0..10_000_u32 {
        let mut card = reader.card();
        // Some say something first, some do not wait for the answer.
        match count % 4 {
            0 => _ = card.ask(ASK_FOR_ATR),
            1 => card.send(&hex(SELECT_JPKI)),
            _ => {}
        }
    }
    has_forgotten_nothing(&mut reader.card());
    // The other tests of this process open some, too.
    assert!(open() < before + 1_000, "connections are left open");
    served.ends_when_asked();
}

#[test]
fn a_reader_that_is_slow_to_read_gets_every_answer() {
    let reader = Reader::new();
    let _served = card_for(&reader, AT_ONCE);
    let mut card = reader.card();
    assert_eq!(card.ask(SELECT_JPKI), "9000");
    assert_eq!(card.ask(READ_CA_CERTIFICATE[0]), "9000");
    let length = hex::decode(card.ask(READ_CA_CERTIFICATE[1])).expect("hex").len();
    assert!(length > 1_000);
    // More than the system keeps for us: the card's side has to wait for this one, and does.
    let answers = 4_000;
    let mut asking = Connected(card.0.try_clone().expect("a socket"));
    let asks =
        std::thread::spawn(move || (0..answers).for_each(|_| asking.send(&hex(READ_CA_CERTIFICATE[1]))));
    std::thread::sleep(Duration::from_millis(300));
    for _ in 0..answers {
        assert_eq!(card.receive().len(), length);
    }
    asks.join().expect("it sends all");
}

#[test]
fn a_card_that_is_pulled_is_gone_at_once_and_comes_back_when_it_is_put_in_again() {
    let (reader, served) = with_a_try_spent();
    let mut card = reader.card();
    has_forgotten_nothing(&mut card);
    served.slot.remove().expect("a card is in");
    assert_eq!(card.rest(), "");
    served.slot.insert(None).expect("none is in");
    has_forgotten_nothing(&mut reader.card());
}

#[rstest]
// SELECT answers two bytes: a frame that announces two, and brings none or one.
#[case::before_its_answer(TearPoint::BeforeAnswer, "0002")]
#[case::within_its_answer(TearPoint::InAnswer, "000290")]
fn a_card_that_is_torn_away_leaves_a_frame_without_an_end(#[case] point: TearPoint, #[case] left: &str) {
    let (reader, served) = with_a_try_spent();
    served.slot.set_tear(Some(Tear { after: 1, point }));
    let mut card = reader.card();
    assert_eq!(card.ask(SELECT_JPKI), "9000");
    card.send(&hex(SELECT_JPKI));
    assert_eq!(card.rest(), left);
    served.slot.insert(None).expect("it is out");
    has_forgotten_nothing(&mut reader.card());
}

#[test]
fn a_card_that_is_pulled_while_it_works_does_not_answer_any_more() {
    let (reader, served) = with_a_try_spent();
    let mut card = reader.card();
    assert_eq!(card.ask(ASK_FOR_ATR), ATR);
    served.slot.set_delay(Duration::from_secs(60)).expect("not too long");
    card.send(&hex(SELECT_JPKI));
    served.slot.remove().expect("a card is in");
    assert_eq!(card.rest(), "");
}

#[test]
fn a_card_can_be_pulled_from_a_reader_that_no_longer_reads() {
    let reader = Reader::new();
    let served = card_for(&reader, AT_ONCE);
    let mut card = reader.card();
    assert_eq!(card.ask(SELECT_JPKI), "9000");
    assert_eq!(card.ask(READ_CA_CERTIFICATE[0]), "9000");
    // Until neither side can write any more.
    card.0.set_write_timeout(Some(Duration::from_millis(100))).expect("a socket");
    let read = hex(&format!("0007{}", READ_CA_CERTIFICATE[1]));
    while card.0.write_all(&read).is_ok() {}
    served.slot.remove().expect("a card is in");
    card.rest();
}

#[test]
fn a_reader_that_comes_later_is_found() {
    let unborn = Unborn::new();
    let address = unborn.address.clone();
    let pace = Pace { first: Duration::from_millis(1), longest: Duration::from_millis(10), ..AT_ONCE };
    let served = Served::by(move |slot, stop| serve(slot, &address, pace, stop));
    std::thread::sleep(Duration::from_millis(50));
    let reader = unborn.listens();
    assert_eq!(reader.card().ask(ASK_FOR_ATR), ATR);
    served.ends_when_asked();
}

#[test]
fn waiting_for_a_reader_has_an_end() {
    let unborn = Unborn::new();
    let address = unborn.address.clone();
    let served = Served::by(move |slot, stop| serve(slot, &address, Pace::default(), stop));
    std::thread::sleep(Duration::from_millis(20));
    served.ends_when_asked();
}

#[test]
fn a_silent_reader_does_not_keep_the_server_from_ending() {
    let reader = Reader::new();
    let served = card_for(&reader, Pace::default());
    let mut card = reader.card();
    assert_eq!(card.ask(ASK_FOR_ATR), ATR);
    served.ends_when_asked();
    assert_eq!(card.rest(), "");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn no_bytes_end_the_server_or_change_the_card(readers in vec(vec(vec(any::<u8>(), 0..600), 0..6), 1..20)) {
        let (reader, _served) = with_a_try_spent();
        for chunks in readers {
            let mut card = reader.card();
            for chunk in chunks {
                // It may have been closed: what was announced could not be meant.
                let _ = card.0.write_all(&chunk);
            }
        }
        has_forgotten_nothing(&mut reader.card());
    }
}
