//! Certificates that expire, are suspended or revoked while the card is in use, as OpenSSL judges them.

use crate::lane::{AS_OF, Reader, Scene, Slot, Test, Tool, VirtualCard, free_port, tests, tool};
use crate::opensc::{AUTHENTICATION, openssl_verifies, path, read_certificate, sign};
use std::fs;
use std::path::PathBuf;

pub(crate) const TESTS: &[Test] = tests![
    openssl_builds_the_chain_of_both_certificates,
    an_expired_certificate_is_past_its_last_day_and_still_signs,
    ocsp_follows_what_is_done_to_the_card_while_programs_use_it,
];

/// A hundred years in seconds: the card lives on the day of the lane, OpenSSL's clock goes on.
const CENTURY: &str = "3155760000";

fn openssl_builds_the_chain_of_both_certificates(scene: &Scene) {
    let reader = Reader::start(scene);
    let _card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    for (leaf, root) in [("01", "03"), ("02", "04")] {
        verify(scene, leaf, root).succeeds();
    }
}

fn an_expired_certificate_is_past_its_last_day_and_still_signs(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    verify(scene, "01", "03").succeeds();
    card.ctl("expire auth");
    let said = verify(scene, "01", "03").fails();
    assert!(said.contains("certificate has expired"), "{said}");
    // Nothing but the certificate changed: a card does not look at its date.
    verify(scene, "02", "04").succeeds();
    sign(scene, AUTHENTICATION, AUTHENTICATION.pin).succeeds();
    openssl_verifies(scene, AUTHENTICATION);
}

fn ocsp_follows_what_is_done_to_the_card_while_programs_use_it(scene: &Scene) {
    let address = format!("127.0.0.1:{}", free_port());
    let reader = Reader::start(scene);
    let card = VirtualCard::start(scene, &["--as-of", AS_OF, "--authority", &address]);
    reader.wait_until(Slot::Present);
    for (words, standing) in [
        ("status", "good"),
        ("suspend auth", "certificateHold"),
        ("reinstate auth", "good"),
        ("revoke auth key-compromise", "keyCompromise"),
    ] {
        card.ctl(words);
        let said = ocsp(scene, &address).succeeds();
        assert!(said.contains(standing), "{words}: {said}");
        // The card itself knows nothing of it.
        sign(scene, AUTHENTICATION, AUTHENTICATION.pin).succeeds();
    }
    let refused = card.ctl_tool("reinstate auth").fails();
    assert!(refused.contains("revoked"), "{refused}");
}

/// OpenSSL's judgement of a certificate under a root, both as they stand on the card, on the day of the lane.
fn verify(scene: &Scene, leaf: &str, root: &str) -> Tool {
    let [leaf, root] = [leaf, root].map(|id| on_card(scene, id));
    tool(scene, "openssl", &["verify", "-attime", &noon(), "-CAfile", path(&root), path(&leaf)])
}

/// What the authority says about the authentication certificate that stands on the card.
fn ocsp(scene: &Scene, address: &str) -> Tool {
    let [leaf, root] = ["01", "03"].map(|id| on_card(scene, id));
    let (root, url, at) = (path(&root), format!("http://{address}"), noon());
    let question = ["ocsp", "-issuer", root, "-cert", path(&leaf), "-url", &url, "-CAfile", root];
    tool(scene, "openssl", &[&question[..], &["-attime", &at, "-validity_period", CENTURY]].concat())
}

/// A certificate as it stands on the card, in a file.
fn on_card(scene: &Scene, id: &str) -> PathBuf {
    let file = scene.file(&format!("certificate-{id}.pem"));
    fs::write(&file, read_certificate(scene, id)).expect("the folder can be written to");
    file
}

/// Noon of the day of the lane, in seconds since 1970.
fn noon() -> String {
    let noon: jiff::Timestamp = format!("{AS_OF}T12:00:00Z").parse().expect("a moment");
    noon.as_second().to_string()
}
