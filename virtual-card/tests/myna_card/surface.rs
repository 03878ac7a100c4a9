use crate::{client, digits, holder, issuer_key, myna_date, status};
use myna_card::Error;
use myna_card::ap::jpki::SignatureScheme;
use myna_card::ap::surface::{SurfaceAp, ef};
use myna_card::card::Retries;
use myna_card::data::ImageFormat;
use rstest::rstest;

#[rstest]
fn each_credential_opens_as_much_as_it_knows(#[values("standard", "reissued", "minor")] name: &str) {
    let (mut card, holder) = (client(name), holder(name));
    let mut surface = SurfaceAp::select(&mut card).expect("the surface application");
    let issuer = surface.read_certificate().expect("EF 0004");
    issuer.verify_with(&issuer_key("surface-issuer")).expect("our issuer signed it");
    assert!(matches!(issuer.verify(), Err(Error::UnknownCertificateAuthority(_))));
    let issuer = issuer.public_key;

    surface.verify_birth_date(&digits(&holder.birth_date_key())).expect("the right date");
    let age = surface.read_age_record().expect("EF 0001");
    assert_eq!(age.birth_date, myna_date(holder.birth_date));
    age.verify(&issuer).expect("a good signature");
    assert_eq!(status(surface.read_ef(ef::CARD_FACE)), 0x6982);

    surface.verify_code_b(&digits(&holder.number_b())).expect("the right 照合番号B");
    let face = surface.read_card_face().expect("EF 0002");
    face.verify(&issuer).expect("a good signature");
    assert_eq!(face.expiry, myna_date(holder.card_expires));
    assert_eq!(face.public_key, age.public_key);
    assert_eq!(status(surface.read_ef(ef::MY_NUMBER_IMAGE)), 0x6982);

    surface.verify_code_a(&digits(&holder.number_a())).expect("the right 照合番号A");
    let number = surface.read_my_number_image().expect("EF 0005");
    number.verify(&issuer).expect("a good signature");
    assert_eq!(number.public_key, age.public_key);
}

#[test]
fn the_face_holds_four_pictures() {
    let mut card = client("standard");
    let mut surface = SurfaceAp::select(&mut card).expect("the surface application");
    surface.verify_code_a(&digits(&holder("standard").number_a())).expect("the right 照合番号A");
    let face = surface.read_card_face().expect("EF 0002");
    for picture in [&face.name_image, &face.address_image, &face.security_code_image] {
        assert_eq!(picture.format, ImageFormat::Png);
    }
    assert_eq!(face.photo.format, ImageFormat::Jpeg2000);
}

#[test]
fn the_card_proves_that_it_is_there_with_the_key_on_its_face() {
    let mut card = client("standard");
    let mut surface = SurfaceAp::select(&mut card).expect("the surface application");
    surface.verify_code_a(&digits(&holder("standard").number_a())).expect("the right 照合番号A");
    let key = surface.read_card_face().expect("EF 0002").public_key;
    let challenge = surface.card().get_challenge(16).expect("a challenge");
    let signature = surface.sign(&challenge).expect("a signature");
    SignatureScheme::Sha256DigestInfo.verify(&key, &challenge, &signature).expect("a good signature");
    assert!(SignatureScheme::Sha256DigestInfo.verify(&key, b"another", &signature).is_err());
}

#[test]
fn the_free_information_names_the_municipality() {
    let mut card = client("standard");
    let mut surface = SurfaceAp::select(&mut card).expect("the surface application");
    let basic = surface.read_ap_basic_data().expect("EF 0003");
    assert_eq!(basic.municipality_code, holder("standard").municipality_code);
    assert_eq!(basic.identification.to_bytes(), [0x06, 0x03, 0x0E, 0x01]);
    assert_eq!(basic.encrypted_reference_number.data.len(), 256);
}

#[rstest]
#[case::birth_date(ef::BIRTH_DATE)]
#[case::number_b(ef::CODE_B)]
#[case::number_a(ef::CODE_A)]
fn a_query_tells_the_tries_left(#[case] key: u16) {
    let mut card = client("standard");
    let mut surface = SurfaceAp::select(&mut card).expect("the surface application");
    assert_eq!(surface.retries(key).expect("a query"), Retries::Remaining(10));
}
