//! A whole session with the standard card, as its transcript tells it.

use crate::desk::Desk;
use jpki_apdu::Reset;
use jpki_virtual_card::Card;
use jpki_virtual_card::personalise::embedded;
use jpki_virtual_card::transcript::Event;
use std::sync::Arc;

#[test]
fn one_whole_session_decoded() {
    let image = embedded("standard", jiff::civil::date(2026, 11, 22)).expect("the standard card");
    let mut desk = Desk::new(Card::new(Arc::new(image)).expect("the standard card is possible"));
    desk.happens(Event::Inserted("standard"));
    desk.happens(Event::PowerOn);
    // What a client tries before it knows the card.
    desk.send_all(&[
        "00A40000",
        "00A40400 07 62760100FF0000 00",
        "00A40400 09 A0000003080000100000",
        "00CADF30 05",
        "00CB3FFF 03 5C017E 08",
        "80F20000 02 4F00 00",
        "00CA00F0 00",
        "00CA00F8 00",
    ]);
    // The authentication key.
    desk.send_all(&[
        "00A40400 0A D392F000260100000001 00",
        "00B08600 20",
        "00A4020C 02 000A",
        "00B00000 04",
        "00B00004 00",
        "00A4020C 02 0018",
        "00200080",
        "00200080 04 39393939",
        "00200080 04 31323334",
        "00200080",
        "00A4020C 02 0017",
        "802A0080 33 3031300D060960864801650304020105000420 000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F 00",
        "802A0397 05 48656C6C6F 00",
        "00240198 04 38373635",
        "00A4040C 0A D392F000260100000001",
    ]);
    // The signature certificate, before and after its password.
    desk.send_all(&[
        "00B08100 04",
        "0020009B 06 414243313233",
        "00B08100 04",
        "00A4020C 02 001A",
        "00B00000 00",
    ]);
    desk.happens(Event::Control("lock text-pin"));
    desk.card.set_tries(&[0xD3, 0x92, 0x10, 0, 0x31, 0, 1, 1, 4, 8], 0x11, 0).expect("the key is there");
    // The other applications.
    desk.send_all(&[
        "00A4040C 0A D3921000310001010408",
        "00200091 04 31323334",
        "00B08500 09",
        "802A0000 01 AA 00",
        "00A4040C 0A D3921000310001010402",
        "00200093",
        "00A4040C 0A D3921000310001010100",
        "00B2010C 00",
        "00880099 08 0102030405060708 00",
        "00840000 08",
        "80AE0000 02 AABB",
        "8032009C 04 31313131",
        "00A4040C 08 D392100031000101",
        "00A4040C 10 A0000002310600000000000000000000",
    ]);
    // Strange forms.
    desk.send_all(&[
        "10200098 04 31323334",
        "01A4040C",
        "08B09600 03 960100",
        "00200098 05 31323334",
        "00200098 00 0004 31323334",
        "00A404",
    ]);
    desk.happens(Event::Exchange { command: &[0x00, 0xA4, 0x04, 0x0C], answer: None });
    desk.happens(Event::Torn);
    desk.happens(Event::Removed);
    desk.reset(Reset::Warm);
    desk.happens(Event::Destroyed);
    desk.happens(Event::PowerOff);
    insta::assert_snapshot!(desk.written());
}
