//! OCSP answers, as `openssl ocsp` gets them from the responder over HTTP.

use crate::openssl::{Folder, Said, seconds};
use crate::{AS_OF, Case, Verdict, cases, noon, register};
use jpki_virtual_card::authority::{Authorities, Purpose, Reach, Register, Responder};
use jpki_virtual_card::personalise::embedded_profile;
use jpki_virtual_card::profile::RevocationReason;
use rstest::rstest;
use std::net::SocketAddr;

/// The authority, with a register that stays as it is and a clock that stands still.
fn responder(register: Register) -> Responder {
    let now = move || (register.clone(), noon());
    Responder::start("127.0.0.1:0", Reach::Loopback, Authorities::embedded(), now).expect("a free port")
}

/// `openssl ocsp` with these questions, as of noon. It compares the times in an answer with its own clock, whatever
/// the moment for certificates is: the answer may be a century off.
pub(crate) fn ask(folder: &Folder, address: SocketAddr, purpose: Purpose, questions: &[&str]) -> Said {
    let (url, at) = (format!("http://{address}"), seconds(noon()));
    let (root, century) = (folder.root(purpose), (100_u64 * 365 * 86_400).to_string());
    let mut arguments = vec!["ocsp", "-issuer", &root];
    arguments.extend(questions);
    arguments.extend([
        "-url",
        &url,
        "-CAfile",
        &root,
        "-attime",
        &at,
        "-validity_period",
        &century,
        "-resp_text",
    ]);
    folder.openssl(&arguments)
}

/// The answer is what its client needs: signed by somebody who may, and made for this very request.
pub(crate) fn assert_sound(said: &Said) {
    assert!(said.well && said.has("Response verify OK"), "{said:?}");
    for complaint in ["WARNING", "Nonce Verify error", "Responder Error"] {
        assert!(!said.words.contains(complaint), "{complaint}: {said:?}");
    }
}

#[test]
fn openssl_gets_for_each_certificate_the_answer_that_the_card_demands() {
    let folder = Folder::new();
    for case in cases() {
        let Case { card, purpose, verdict, .. } = case;
        let responder = responder(case.register);
        let certificate = folder.pem("certificate.pem", "CERTIFICATE", &case.certificate);
        let said = ask(&folder, responder.address(), purpose, &["-cert", &certificate]);
        assert_sound(&said);
        match verdict {
            Verdict::Good | Verdict::Expired => {
                assert!(said.has("certificate.pem: good"), "{card}: {said:?}")
            }
            Verdict::Revoked { since, reason, .. } => {
                let (time, reason) = (format!("Revocation Time: {since}"), format!("Reason: {reason}"));
                for line in ["certificate.pem: revoked", &time, &reason] {
                    assert!(said.has(line), "{card} {purpose}: {line} in {said:?}");
                }
            }
            Verdict::Absent => unreachable!("there is a certificate"),
        }
    }
}

#[rstest]
#[case::never_issued("0x123456", "unknown")]
#[case::of_the_other_root("0x2B1D01", "unknown")]
#[case::of_the_card("0x2A7E01", "good")]
#[case::the_root_itself("0x217E57", "good")]
#[case::who_signs_the_answers("0x217E58", "good")]
fn a_serial_number_is_known_only_where_it_was_issued(#[case] serial: &str, #[case] status: &str) {
    let (folder, responder) = (Folder::new(), responder(register("standard")));
    let said = ask(&folder, responder.address(), Purpose::UserAuthentication, &["-serial", serial]);
    assert_sound(&said);
    assert!(said.has(&format!("{serial}: {status}")), "{said:?}");
}

#[test]
fn a_negative_number_is_another_one_though_its_bytes_are_the_same() {
    let mut profile = embedded_profile("standard").expect("a card");
    profile.auth_certificate.as_mut().expect("a certificate").serial = "AA7E01".into();
    let register = Register::of(&profile, AS_OF).expect("a register");
    let (folder, responder) = (Folder::new(), responder(register));
    let questions = ["-serial", "0xAA7E01", "-serial", "-5603839"];
    let said = ask(&folder, responder.address(), Purpose::UserAuthentication, &questions);
    assert_sound(&said);
    assert!(said.has("0xAA7E01: good") && said.has("-5603839: unknown"), "{said:?}");
}

#[test]
fn a_card_without_a_certificate_has_none_that_is_known() {
    let (folder, responder) = (Folder::new(), responder(register("no-auth-certificate")));
    let said = ask(&folder, responder.address(), Purpose::UserAuthentication, &["-serial", "0x2A7E01"]);
    assert_sound(&said);
    assert!(said.has("0x2A7E01: unknown"), "{said:?}");
}

#[rstest]
#[case::sha_1("-sha1", "sha1")]
#[case::sha_256("-sha256", "sha256")]
fn an_issuer_is_known_by_either_hash(#[case] option: &str, #[case] name: &str) {
    let (folder, responder) = (Folder::new(), responder(register("standard")));
    let said = ask(&folder, responder.address(), Purpose::DigitalSignature, &[option, "-serial", "0x2B1D01"]);
    assert_sound(&said);
    assert!(said.has("0x2B1D01: good") && said.has(&format!("Hash Algorithm: {name}")), "{said:?}");
}

#[test]
fn an_issuer_that_is_hashed_otherwise_is_not_known() {
    let (folder, responder) = (Folder::new(), responder(register("standard")));
    let said =
        ask(&folder, responder.address(), Purpose::DigitalSignature, &["-sha512", "-serial", "0x2B1D01"]);
    assert!(said.has("Responder Error: unauthorized (6)"), "{said:?}");
}

#[test]
fn several_certificates_of_one_request_are_answered_in_their_order() {
    let (folder, responder) = (Folder::new(), responder(register("revoked")));
    let questions = ["-serial", "0x2A7E06", "-serial", "0x01", "-serial", "0x217E58"];
    let said = ask(&folder, responder.address(), Purpose::UserAuthentication, &questions);
    assert_sound(&said);
    assert_eq!(answers(&said), ["0x2A7E06: revoked", "0x01: unknown", "0x217E58: good"]);
}

/// What it said about serial numbers, in order.
pub(crate) fn answers(said: &Said) -> Vec<&str> {
    said.words.lines().filter(|line| line.starts_with("0x")).collect()
}

#[test]
fn an_answer_speaks_for_one_issuer_and_calls_certificates_of_others_unknown() {
    let (folder, responder) = (Folder::new(), responder(register("standard")));
    let other = folder.root(Purpose::DigitalSignature);
    // The same number under the other root is another certificate.
    let questions = ["-serial", "0x2A7E01", "-issuer", &other, "-serial", "0x2A7E01"];
    let said = ask(&folder, responder.address(), Purpose::UserAuthentication, &questions);
    assert_eq!(answers(&said), ["0x2A7E01: good", "0x2A7E01: unknown"], "{said:?}");
}

#[test]
fn nobody_here_speaks_for_an_issuer_of_the_same_name_with_another_key() {
    let (folder, responder) = (Folder::new(), responder(register("standard")));
    let stranger = stranger(&folder);
    let url = format!("http://{}", responder.address());
    let said = folder.openssl(&["ocsp", "-issuer", &stranger, "-serial", "0x2A7E01", "-url", &url]);
    assert!(said.has("Responder Error: unauthorized (6)"), "{said:?}");
}

/// The root with another key: the bytes of its modulus in another order.
fn stranger(folder: &Folder) -> String {
    let mut der = crate::root(Purpose::UserAuthentication).to_vec();
    let key = [0x02, 0x82, 0x01, 0x01, 0x00];
    let modulus = 5 + der.windows(5).position(|bytes| bytes == key).expect("a modulus of 2048 bits");
    der[modulus + 1..modulus + 255].reverse();
    folder.pem("stranger.pem", "CERTIFICATE", &der)
}

#[test]
fn a_client_that_sends_no_nonce_gets_none() {
    let (folder, responder) = (Folder::new(), responder(register("standard")));
    let question = ["-no_nonce", "-serial", "0x2A7E01"];
    let said = ask(&folder, responder.address(), Purpose::UserAuthentication, &question);
    assert!(said.well && said.has("Response verify OK") && !said.words.contains("Nonce"), "{said:?}");
}

#[test]
fn a_revocation_without_a_reason_has_none_in_its_answer() {
    let mut register = register("standard");
    let revoked = register.revoke(Purpose::UserAuthentication, noon(), RevocationReason::Unspecified);
    revoked.expect("revoked");
    let (folder, responder) = (Folder::new(), responder(register));
    let said = ask(&folder, responder.address(), Purpose::UserAuthentication, &["-serial", "0x2A7E01"]);
    assert_sound(&said);
    assert!(
        said.has("0x2A7E01: revoked") && said.has("Revocation Time: Nov 22 03:00:00 2026 GMT"),
        "{said:?}"
    );
    assert!(!said.words.contains("Reason"), "{said:?}");
}

#[test]
fn an_answer_says_by_whom_it_is_and_how_long_it_lasts() {
    let (folder, responder) = (Folder::new(), responder(register("suspended")));
    let said = ask(&folder, responder.address(), Purpose::UserAuthentication, &["-serial", "0x2A7E07"]);
    for line in [
        "Version: 1 (0x0)",
        "Responder Id: 8D7F61F8CF6E68E18DAA314A9EB45EE48FC77054",
        "Produced At: Nov 22 03:00:00 2026 GMT",
        "Revocation Reason: certificateHold (0x6)",
        "This Update: Nov 22 03:00:00 2026 GMT",
        "Next Update: Nov 23 03:00:00 2026 GMT",
        "OCSP Signing",
        "OCSP No Check:",
    ] {
        assert!(said.has(line), "{line} in {said:?}");
    }
}

#[test]
fn the_answer_to_a_request_is_der() {
    let folder = Folder::new();
    let root = folder.root(Purpose::UserAuthentication);
    let made = ["ocsp", "-issuer", &root, "-serial", "0x2A7E07", "-reqout", "request.der"];
    assert!(folder.openssl(&made).well);
    let request = std::fs::read(folder.path().join("request.der")).expect("a request");
    let answer = Authorities::embedded().ocsp(&request, &register("suspended"), noon());
    assert!(folder.is_der(&answer));
    assert_eq!(answer, Authorities::embedded().ocsp(&request, &register("suspended"), noon()));
}
