//! One flipped bit in anything signed, and the client refuses it: what it accepted elsewhere was really checked.

use crate::{damaged, digits, holder, insert, issuer_key, myna_date};
use jpki_virtual_card::image::ApplicationKind::{Jpki, Surface, Text};
use myna_card::Certificate;
use myna_card::ap::jpki::JpkiAp;
use myna_card::ap::surface::SurfaceAp;
use myna_card::ap::text::{TextAp, ef};
use rstest::rstest;

#[rstest]
#[case::a_digest(0x0010)]
#[case::the_signature(0x0090)]
fn in_the_integrity_record(#[case] offset: usize) {
    let mut card = insert(damaged(Text, 0x0003, offset));
    let mut text = TextAp::select(&mut card).expect("the text application");
    let issuer = text.read_certificate().expect("EF 0004").public_key;
    text.verify_pin(&digits("1234")).expect("the right PIN");
    assert!(text.read_integrity_record().expect("EF 0003").verify(&issuer).is_err());
}

#[rstest]
#[case::a_digit(5, false)]
#[case::the_filler(16, false)]
fn in_the_number(#[case] offset: usize, #[case] matches: bool) {
    let mut card = insert(damaged(Text, 0x0001, offset));
    let mut text = TextAp::select(&mut card).expect("the text application");
    text.verify_pin(&digits("1234")).expect("the right PIN");
    let record = text.read_integrity_record().expect("EF 0003");
    assert_eq!(record.matches_my_number_file(&text.read_my_number_file().expect("EF 0001")), matches);
}

#[test]
fn in_the_attributes() {
    let mut card = insert(damaged(Text, 0x0002, 20));
    let mut text = TextAp::select(&mut card).expect("the text application");
    text.verify_pin(&digits("1234")).expect("the right PIN");
    let record = text.read_integrity_record().expect("EF 0003");
    let attributes = text.read_ef(ef::ATTRIBUTES).expect("EF 0002");
    assert!(!record.matches_attributes_file(&attributes).expect("the shape of EF 0002"));
}

#[rstest]
#[case::the_key(0x40)]
#[case::the_signature(0x140)]
fn in_the_signed_public_key(#[case] offset: usize) {
    let mut card = insert(damaged(Text, 0x0007, offset));
    let mut text = TextAp::select(&mut card).expect("the text application");
    let issuer = text.read_certificate().expect("EF 0004").public_key;
    text.verify_pin(&digits("1234")).expect("the right PIN");
    assert!(text.read_signed_public_key().expect("EF 0007").verify(&issuer).is_err());
}

#[rstest]
#[case::the_subject(0x1A + 15)]
#[case::the_key(0x80)]
#[case::the_signature(0x180)]
fn in_a_card_verifiable_certificate(#[case] offset: usize) {
    let mut card = insert(damaged(Text, 0x0004, offset));
    let certificate =
        TextAp::select(&mut card).expect("the text application").read_certificate().expect("EF 0004");
    assert!(certificate.verify_with(&issuer_key("text-issuer")).is_err());

    let mut card = insert(damaged(Surface, 0x0004, offset));
    let mut surface = SurfaceAp::select(&mut card).expect("the surface application");
    let certificate = surface.read_certificate().expect("EF 0004");
    assert!(certificate.verify_with(&issuer_key("surface-issuer")).is_err());
}

#[rstest]
#[case::the_birth_date(0x0A, true)]
#[case::the_key(0x40, true)]
#[case::the_signature(0x180, true)]
fn in_the_age_record(#[case] offset: usize, #[case] refused: bool) {
    let mut card = insert(damaged(Surface, 0x0001, offset));
    let mut surface = SurfaceAp::select(&mut card).expect("the surface application");
    let issuer = surface.read_certificate().expect("EF 0004").public_key;
    surface.verify_birth_date(&digits(&holder("standard").birth_date_key())).expect("the right date");
    assert_eq!(surface.read_age_record().expect("EF 0001").verify(&issuer).is_err(), refused);
}

#[rstest]
#[case::the_birth_date(0x1D, true)]
#[case::the_sex(0x28, true)]
#[case::the_key(0x60, true)]
#[case::the_name(0x137 + 60, true)]
#[case::the_photo(0x600, true)]
#[case::the_last_day_which_no_signature_covers(0, false)]
fn in_the_card_face(#[case] offset: usize, #[case] refused: bool) {
    // The last day stands before the security code; its place depends on the pictures.
    let whole = damaged(Surface, 0x0002, 0);
    let offset = if refused { offset } else { last_day(&whole) };
    let mut card = insert(damaged(Surface, 0x0002, offset));
    let mut surface = SurfaceAp::select(&mut card).expect("the surface application");
    let issuer = surface.read_certificate().expect("EF 0004").public_key;
    surface.verify_code_b(&digits(&holder("standard").number_b())).expect("the right 照合番号B");
    assert_eq!(surface.read_card_face().expect("EF 0002").verify(&issuer).is_err(), refused);
}

/// Where the last digit of the year is in DF29 of the card face.
fn last_day(image: &jpki_virtual_card::image::CardImage) -> usize {
    use jpki_virtual_card::image::Content;
    let surface = image.applications.iter().find(|application| application.kind == Surface);
    let face = surface.and_then(|application| application.files.iter().find(|file| file.id == 0x0002));
    let Some(Content::Transparent { bytes, .. }) = face.map(|file| &file.content) else {
        panic!("no card face")
    };
    bytes.windows(3).rposition(|header| header == [0xDF, 0x29, 0x08]).expect("DF29") + 6
}

#[rstest]
#[case::the_picture(0x30)]
#[case::the_signature(0x200)]
fn in_the_rendered_number(#[case] offset: usize) {
    let mut card = insert(damaged(Surface, 0x0005, offset));
    let mut surface = SurfaceAp::select(&mut card).expect("the surface application");
    let issuer = surface.read_certificate().expect("EF 0004").public_key;
    surface.verify_code_a(&digits(&holder("standard").number_a())).expect("the right 照合番号A");
    assert!(surface.read_my_number_image().expect("EF 0005").verify(&issuer).is_err());
}

#[rstest]
#[case::the_serial_number(15)]
#[case::the_signature(1500)]
fn in_a_certificate(#[case] offset: usize) {
    let mut card = insert(damaged(Jpki, 0x000A, offset));
    let mut jpki = JpkiAp::select(&mut card).expect("the JPKI application");
    let chain =
        [jpki.read_auth_certificate(), jpki.read_auth_ca_certificate()].map(|read| read.expect("DER"));
    assert!(Certificate::verify_chain(&chain, myna_date(crate::AS_OF)).is_err());
}
