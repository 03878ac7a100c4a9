//! What OpenSC finds on the card is what the authority put there.

use crate::lane::{AS_OF, Reader, Scene, Slot, Test, VirtualCard, tests, tool};
use crate::opensc::{path, read_certificate};
use jpki_virtual_card::image::{ApplicationKind, CardImage, Content};
use std::fs;

pub(crate) const TESTS: &[Test] = tests![
    pkcs15_tool_lists_pins_keys_and_certificates,
    every_certificate_reads_as_the_authority_issued_it,
    the_signature_certificate_stays_shut_without_its_password,
];

fn pkcs15_tool_lists_pins_keys_and_certificates(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let arguments = ["--list-pins", "--list-keys", "--list-certificates"];
    insta::assert_snapshot!("pkcs15_tool_lists", tool(scene, "pkcs15-tool", &arguments).succeeds());
    insta::assert_snapshot!("pkcs15_tool_lists_transcript", card.transcript());
}

/// The certificates by their number in OpenSC, and the file of the card that holds them.
const CERTIFICATES: [(&str, u16); 4] = [("01", 0x000A), ("02", 0x0001), ("03", 0x000B), ("04", 0x0002)];

fn every_certificate_reads_as_the_authority_issued_it(scene: &Scene) {
    let reader = Reader::start(scene);
    let _card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let image = jpki_virtual_card::personalise::embedded("standard", AS_OF.parse().expect("a day"))
        .expect("the standard card comes with the program");
    for (id, file) in CERTIFICATES {
        let pem = scene.file(&format!("certificate-{id}.pem"));
        let der = scene.file(&format!("certificate-{id}.der"));
        fs::write(&pem, read_certificate(scene, id)).expect("the folder can be written to");
        tool(scene, "openssl", &["x509", "-in", path(&pem), "-outform", "DER", "-out", path(&der)])
            .succeeds();
        let read = fs::read(&der).expect("OpenSSL wrote it");
        let (certificate, filler) = issued(&image, file).split_at(read.len());
        assert!(read == certificate, "certificate {id}, file {file:04X}");
        assert!(filler.iter().all(|byte| *byte == 0xFF), "{file:04X} ends with the certificate and filler");
    }
}

/// The certificate that stands in a file of the JPKI application.
fn issued(image: &CardImage, file: u16) -> &[u8] {
    let jpki = image.applications.iter().find(|application| application.kind == ApplicationKind::Jpki);
    let files = &jpki.expect("the standard card has it").files;
    match &files.iter().find(|candidate| candidate.id == file).expect("it has this file").content {
        Content::Transparent { bytes, .. } => bytes,
        other => panic!("{file:04X} holds no certificate: {other:?}"),
    }
}

fn the_signature_certificate_stays_shut_without_its_password(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    tool(scene, "pkcs15-tool", &["--read-certificate", "02"]).fails();
    assert!(card.transcript().contains("69 82"), "the card refused it");
}
