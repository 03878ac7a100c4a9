//! The crate myna-card, written by others against real cards, uses the virtual card as if it were one.

use jpki_virtual_card::personalise::{Keys, embedded};
use jpki_virtual_card::{Card, ResponseBuffer};
use myna_card::ap::common::CommonAp;
use myna_card::ap::jpki::{JpkiAp, SignatureScheme};
use myna_card::ap::juki::JukiAp;
use myna_card::ap::surface::SurfaceAp;
use myna_card::ap::text::{TextAp, ef};
use myna_card::{Error, MasterFile, Pin, Transmit};
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::signature::Verifier;
use rsa::{BigUint, RsaPublicKey};
use rstest::{fixture, rstest};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// 照合番号A of the standard card.
const NUMBER: &str = "123456789018";

/// 照合番号B of the standard card: birth date in the era year, year of expiry, security code.
const NUMBER_B: &str = "02040120359876";

/// The card as the peer reaches it.
struct InProcess {
    card: Card,
    buffer: ResponseBuffer,
}

impl Transmit for InProcess {
    fn transmit(&mut self, command: &[u8]) -> myna_card::Result<Vec<u8>> {
        Ok(self.card.exchange(command, &mut self.buffer).expect("nobody destroyed it").to_vec())
    }
}

type Peer = myna_card::Card<InProcess>;

#[fixture]
fn peer() -> Peer {
    let image = embedded("standard", jiff::civil::date(2026, 11, 22)).expect("the standard card");
    let card = Card::new(Arc::new(image)).expect("the standard card is possible");
    myna_card::Card::new(InProcess { card, buffer: ResponseBuffer::new() })
}

fn pin(value: &str) -> Pin {
    Pin::new(value).expect("a value")
}

/// The digest that a signature scheme takes, or the message itself.
fn input(scheme: SignatureScheme, message: &[u8]) -> Vec<u8> {
    match scheme {
        SignatureScheme::PreHashedDigestInfo | SignatureScheme::PreHashedPss => {
            Sha256::digest(message).to_vec()
        }
        _ => message.to_vec(),
    }
}

#[rstest]
#[case(SignatureScheme::Verbatim)]
#[case(SignatureScheme::Sha256Bare)]
#[case(SignatureScheme::PreHashedDigestInfo)]
#[case(SignatureScheme::Sha256DigestInfo)]
#[case(SignatureScheme::PreHashedPss)]
#[case(SignatureScheme::Sha256Pss)]
fn a_signature_of_each_scheme_verifies_with_the_certificate(mut peer: Peer, #[case] scheme: SignatureScheme) {
    let mut jpki = JpkiAp::select(&mut peer).expect("the application is there");
    jpki.verify_auth_pin(&pin("1234")).expect("the right PIN");
    jpki.sign_with_auth_key_checked(scheme, &input(scheme, b"message")).expect("a signature that verifies");
    jpki.verify_sign_pin(&pin("ABC123")).expect("the right password");
    jpki.sign_with_sign_key_checked(scheme, &input(scheme, b"message")).expect("a signature that verifies");
}

#[rstest]
fn the_keys_of_the_text_and_surface_applications_answer_a_challenge(mut peer: Peer) {
    let challenge = peer.get_challenge(16).expect("sixteen bytes");
    let mut text = TextAp::select(&mut peer).expect("the application is there");
    text.verify_pin(&pin("1234")).expect("the right PIN");
    let key = text.read_signed_public_key().expect("a key").public_key;
    let signature = text.sign(&challenge).expect("no credential is asked for");
    key.verify_pkcs1_sha256(&challenge, &signature).expect("it verifies");

    let mut surface = SurfaceAp::select(&mut peer).expect("the application is there");
    surface.verify_code_b(&pin(NUMBER_B)).expect("照合番号B");
    let key = surface.read_card_face().expect("the card face").public_key;
    let signature = surface.sign(&challenge).expect("no credential is asked for");
    key.verify_pkcs1_sha256(&challenge, &signature).expect("it verifies");
}

#[rstest]
fn the_common_application_authenticates_the_card(mut peer: Peer) {
    let mut common = CommonAp::select(&mut peer).expect("the application is there");
    let signature = common.internal_authenticate(b"challenge").expect("no credential is asked for");
    let key = Keys::embedded().find("common-authentication").expect("a test key");
    let modulus = BigUint::from_bytes_be(&key.modulus());
    let public = RsaPublicKey::new(modulus, BigUint::from(65_537_u32)).expect("a modulus of 2048 bits");
    let signature = Signature::try_from(&signature[..]).expect("256 bytes are a signature");
    VerifyingKey::<Sha256>::new(public).verify(b"challenge", &signature).expect("it verifies");
}

#[rstest]
fn a_session_under_cover_shows_a_number_and_reads_what_a_plain_one_reads(mut peer: Peer) {
    let mut text = TextAp::select(&mut peer).expect("the application is there");
    text.verify_pin(&pin("1234")).expect("the right PIN");
    let plain = (text.read_my_number_file().expect("a file"), text.read_ef(ef::ATTRIBUTES).expect("a file"));
    let mut session = text.open_secure_session(&[0x42; 32]).expect("a session");
    session.verify(ef::CODE_A, &pin(NUMBER)).expect("照合番号A");
    let wrong = session.verify(ef::CODE_B, &pin("00000000000000")).expect_err("not 照合番号B");
    assert!(matches!(wrong, Error::PinIncorrect { retries: Some(9) }), "{wrong}");
    let covered = (
        session.read_ef_physical(ef::MY_NUMBER).expect("a file"),
        session.read_ef(ef::ATTRIBUTES).expect("a file"),
    );
    assert_eq!(covered, plain);
    assert!(!session.is_broken());
}

#[rstest]
fn a_session_needs_the_pin_and_no_number_will_do(mut peer: Peer) {
    let mut text = TextAp::select(&mut peer).expect("the application is there");
    text.verify_code_a(&pin(NUMBER)).expect("照合番号A");
    let refused = text.open_secure_session(&[0x42; 32]).map(drop).expect_err("no PIN");
    assert!(matches!(refused, Error::Status(word) if word.value() == 0x6982), "{refused}");
}

#[rstest]
fn each_pin_is_changed_with_its_own_command(mut peer: Peer) {
    let (old, new) = (pin("1234"), pin("9876"));
    JpkiAp::select(&mut peer).and_then(|mut ap| ap.change_auth_pin(&old, &new)).expect("00 24");
    JpkiAp::select(&mut peer)
        .and_then(|mut ap| ap.change_sign_pin(&pin("ABC123"), &pin("NEWPASSWORD12345")))
        .expect("00 24");
    TextAp::select(&mut peer).and_then(|mut ap| ap.change_pin(&old, &new)).expect("00 24");
    CommonAp::select(&mut peer).and_then(|mut ap| ap.change_pin(&old, &new)).expect("80 32");
    JukiAp::select(&mut peer).and_then(|mut ap| ap.change_pin(&old, &new)).expect("80 32");

    peer.transport_mut().card.power_cycle();
    let mut jpki = JpkiAp::select(&mut peer).expect("the application is there");
    let refused = jpki.verify_auth_pin(&old).expect_err("the old PIN");
    assert!(matches!(refused, Error::PinIncorrect { retries: Some(2) }), "{refused}");
    jpki.verify_auth_pin(&new).expect("the new PIN");
    jpki.verify_sign_pin(&pin("NEWPASSWORD12345")).expect("the new password");
    JukiAp::select(&mut peer).and_then(|mut ap| ap.verify_pin(&new)).expect("the new PIN");
}

#[rstest]
fn a_locked_pin_is_seen_as_locked(mut peer: Peer) {
    let mut jpki = JpkiAp::select(&mut peer).expect("the application is there");
    for tries in [2, 1] {
        let refused = jpki.verify_auth_pin(&pin("0000")).expect_err("a wrong PIN");
        assert!(matches!(refused, Error::PinIncorrect { retries: Some(left) } if left == tries), "{refused}");
    }
    // The peer says "blocked" for 63C0 and for 6984 alike.
    for value in ["0000", "1234"] {
        assert!(matches!(jpki.verify_auth_pin(&pin(value)), Err(Error::PinBlocked)));
    }
    assert_eq!(jpki.auth_pin_retries().expect("a query").count(), Some(0));
    assert_eq!(jpki.sign_pin_retries().expect("a query").count(), Some(5));
}

#[rstest]
fn a_large_data_object_comes_with_the_extended_form_after_6700(mut peer: Peer) {
    let chain = MasterFile::new(&mut peer).certificate_chain().expect("a chain");
    assert!(!chain.is_empty());
    assert_eq!(peer.contact_atr().expect("5F51").len(), 9);
}
