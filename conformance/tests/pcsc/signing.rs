//! Programs log in and sign with both keys, and OpenSSL believes it.

use crate::lane::{Reader, Scene, Slot, Test, VirtualCard, tests};
use crate::opensc::{AUTHENTICATION, Key, SIGNATURE, openssl_verifies, pkcs11_tool, sign, signature};
use std::fs;

pub(crate) const TESTS: &[Test] = tests![
    pkcs11_tool_signs_with_the_authentication_key,
    pkcs11_tool_signs_with_the_signature_key,
    nothing_is_signed_without_a_login,
    ten_programs_in_a_row_sign_the_same,
];

fn pkcs11_tool_signs_with_the_authentication_key(scene: &Scene) {
    let transcript = signs(scene, AUTHENTICATION);
    insta::assert_snapshot!("pkcs11_tool_sign_authentication", transcript);
}

fn pkcs11_tool_signs_with_the_signature_key(scene: &Scene) {
    let transcript = signs(scene, SIGNATURE);
    insta::assert_snapshot!("pkcs11_tool_sign_signature", transcript);
}

/// Signs and verifies; the transcript of the signing program alone.
fn signs(scene: &Scene, key: Key) -> String {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    sign(scene, key, key.pin).succeeds();
    let transcript = card.transcript();
    openssl_verifies(scene, key);
    transcript
}

fn nothing_is_signed_without_a_login(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let connected = reader.connect();
    let select = hex::decode("00A4040C0AD392F000260100000001").expect("hex");
    let select_key = hex::decode("00A4020C020017").expect("hex");
    let sign = hex::decode("802A00800130 00".replace(' ', "")).expect("hex");
    let mut buffer = [0; 300];
    for (command, answer) in [(select, "9000"), (select_key, "9000"), (sign, "6982")] {
        let answered = connected.transmit(&command, &mut buffer).expect("it answers");
        assert_eq!(hex::encode(answered), answer);
    }
    drop(card);
}

fn ten_programs_in_a_row_sign_the_same(scene: &Scene) {
    let reader = Reader::start(scene);
    let _card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let mut signatures: Vec<Vec<u8>> = (0..10)
        .map(|_| {
            sign(scene, AUTHENTICATION, AUTHENTICATION.pin).succeeds();
            fs::read(signature(scene, AUTHENTICATION)).expect("it was written")
        })
        .collect();
    openssl_verifies(scene, AUTHENTICATION);
    signatures.dedup();
    assert_eq!(signatures.len(), 1, "PKCS #1 v1.5 signatures of one document are the same");
    // Each of them logged in.
    let said =
        pkcs11_tool(scene, AUTHENTICATION, AUTHENTICATION.pin, &["--list-objects", "--type", "privkey"]);
    assert!(said.succeeds().contains("Private Key Object"));
}
