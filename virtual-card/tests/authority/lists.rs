//! Revocation lists.

use crate::openssl::{Folder, Said, seconds};
use crate::{Case, Verdict, cases, noon, register};
use jiff::{Timestamp, ToSpan};
use jpki_virtual_card::authority::{Authorities, IssueError, Purpose, Register};
use jpki_virtual_card::profile::RevocationReason;
use rstest::rstest;

fn list(purpose: Purpose, register: &Register, at: Timestamp) -> Vec<u8> {
    Authorities::embedded().root(purpose).list(register, at).expect("a list")
}

/// `openssl verify` with the list of a moment, as of this moment.
fn verify(folder: &Folder, case: &Case, at: Timestamp) -> Said {
    let list = list(case.purpose, &case.register, at);
    let (root, list) = (folder.root(case.purpose), folder.pem("list.pem", "X509 CRL", &list));
    let certificate = folder.pem("certificate.pem", "CERTIFICATE", &case.certificate);
    let purpose = match case.purpose {
        Purpose::UserAuthentication => "sslclient",
        Purpose::DigitalSignature => "any",
    };
    let at = seconds(at);
    folder.openssl(&[
        "verify",
        "-x509_strict",
        "-purpose",
        purpose,
        "-crl_check_all",
        "-CAfile",
        &root,
        "-CRLfile",
        &list,
        "-attime",
        &at,
        &certificate,
    ])
}

#[test]
fn openssl_verifies_each_certificate_with_its_list_as_the_card_demands() {
    let folder = Folder::new();
    for case in cases() {
        let said = verify(&folder, &case, noon());
        let (well, words) = match case.verdict {
            Verdict::Good => (true, "certificate.pem: OK"),
            Verdict::Expired => (false, "error 10 at 0 depth lookup: certificate has expired"),
            Verdict::Revoked { .. } => (false, "error 23 at 0 depth lookup: certificate revoked"),
            Verdict::Absent => unreachable!("there is a certificate"),
        };
        assert!(said.well == well && said.has(words), "{} {}: {said:?}", case.card, case.purpose);
    }
}

#[test]
fn openssl_reads_in_each_list_the_entry_that_the_card_demands_and_no_other() {
    let folder = Folder::new();
    for case in cases() {
        let der = list(case.purpose, &case.register, noon());
        assert!(folder.is_der(&der) && folder.is_der(&case.certificate), "{}", case.card);
        folder.put("list.der", &der);
        let said = folder.openssl(&["crl", "-inform", "DER", "-in", "list.der", "-noout", "-text"]);
        let serial = case.register.entry(case.purpose).map(|entry| hex::encode_upper(&entry.serial));
        let entries = said.words.matches("Serial Number: ").count();
        match case.verdict {
            Verdict::Revoked { since, title, .. } => {
                let number = format!("Serial Number: {}", serial.expect("an entry"));
                let date = format!("Revocation Date: {since}");
                for line in [&number, &date, title] {
                    assert!(said.has(line), "{} {}: {line} in {said:?}", case.card, case.purpose);
                }
                assert_eq!(entries, 1, "{said:?}");
            }
            _ => assert!(entries == 0 && said.has("No Revoked Certificates."), "{}: {said:?}", case.card),
        }
    }
}

#[test]
fn a_list_says_by_whom_it_is_and_how_long_it_lasts() {
    let folder = Folder::new();
    folder.put("list.der", &list(Purpose::UserAuthentication, &register("revoked"), noon()));
    let arguments = ["crl", "-inform", "DER", "-in", "list.der", "-noout", "-text", "-nameopt", "RFC2253"];
    let said = folder.openssl(&arguments);
    for line in [
        "Version 2 (0x1)",
        "Signature Algorithm: sha256WithRSAEncryption",
        "Issuer: OU=TEST ONLY,OU=Japan Agency for Local Authority Information Systems,\
         OU=JPKI for user authentication,O=JPKI-TEST,C=JP",
        "Last Update: Nov 22 03:00:00 2026 GMT",
        "Next Update: Nov 29 03:00:00 2026 GMT",
        "X509v3 Authority Key Identifier:",
        "keyid:15:DC:62:D4:08:BC:35:E5:99:07:30:75:F4:FC:43:C8:A1:94:D3:70",
        "serial:21:7E:57",
        "X509v3 CRL Number:",
    ] {
        assert!(said.has(line), "{line} in {said:?}");
    }
}

#[test]
fn the_same_moment_gives_the_same_list_and_a_change_gives_one_with_a_higher_number() {
    let folder = Folder::new();
    let number = |register: &Register, at: Timestamp| {
        folder.put("list.der", &list(Purpose::UserAuthentication, register, at));
        let said = folder.openssl(&["crl", "-inform", "DER", "-in", "list.der", "-noout", "-crlnumber"]);
        let number = said.words.trim().strip_prefix("crlNumber=0x").map(|hex| u128::from_str_radix(hex, 16));
        number.expect("a number").expect("hex")
    };
    let mut register = register("standard");
    let first = list(Purpose::UserAuthentication, &register, noon());
    assert_eq!(first, list(Purpose::UserAuthentication, &register, noon()));
    let mut numbers = vec![number(&register, noon())];
    register.suspend(Purpose::UserAuthentication, noon()).expect("suspended");
    numbers.push(number(&register, noon()));
    register.reinstate(Purpose::UserAuthentication).expect("reinstated");
    numbers.push(number(&register, noon()));
    numbers.push(number(&register, noon() + 1.second()));
    assert!(numbers.is_sorted_by(|earlier, later| earlier < later), "{numbers:?}");
}

#[test]
fn a_certificate_verifies_until_its_revocation_and_not_from_then_on() {
    let folder = Folder::new();
    let revoked = |case: &Case| matches!(case.verdict, Verdict::Revoked { .. });
    for case in cases().iter().filter(|case| revoked(case)) {
        let since =
            case.register.entry(case.purpose).and_then(|entry| entry.standing.since()).expect("revoked");
        assert!(verify(&folder, case, since - 1.second()).has("certificate.pem: OK"), "{}", case.card);
        let said = verify(&folder, case, since);
        assert!(said.has("error 23 at 0 depth lookup: certificate revoked"), "{}: {said:?}", case.card);
    }
}

#[rstest]
#[case::unspecified(RevocationReason::Unspecified, None)]
#[case::key_compromise(RevocationReason::KeyCompromise, Some("Key Compromise"))]
#[case::affiliation_changed(RevocationReason::AffiliationChanged, Some("Affiliation Changed"))]
#[case::superseded(RevocationReason::Superseded, Some("Superseded"))]
#[case::cessation_of_operation(RevocationReason::CessationOfOperation, Some("Cessation Of Operation"))]
#[case::privilege_withdrawn(RevocationReason::PrivilegeWithdrawn, Some("Privilege Withdrawn"))]
fn a_list_names_the_reason_unless_there_is_none(
    #[case] reason: RevocationReason,
    #[case] title: Option<&str>,
) {
    let folder = Folder::new();
    let mut register = register("standard");
    register.revoke(Purpose::DigitalSignature, noon(), reason).expect("revoked");
    folder.put("list.der", &list(Purpose::DigitalSignature, &register, noon()));
    let said = folder.openssl(&["crl", "-inform", "DER", "-in", "list.der", "-noout", "-text"]);
    assert_eq!(said.words.contains("X509v3 CRL Reason Code"), title.is_some(), "{said:?}");
    assert!(title.is_none_or(|title| said.has(title)), "{said:?}");
}

#[test]
fn an_expired_certificate_stays_on_the_list() {
    let mut register = register("expired");
    let reason = RevocationReason::CessationOfOperation;
    register.revoke(Purpose::UserAuthentication, noon(), reason).expect("revoked");
    let folder = Folder::new();
    folder.put("list.der", &list(Purpose::UserAuthentication, &register, noon()));
    let said = folder.openssl(&["crl", "-inform", "DER", "-in", "list.der", "-noout", "-text"]);
    assert!(said.has("Serial Number: 2A7E03") && said.has("Cessation Of Operation"), "{said:?}");
}

#[test]
fn a_list_is_refused_when_one_byte_of_it_differs() {
    let folder = Folder::new();
    let root = folder.root(Purpose::UserAuthentication);
    let check = |der: &[u8]| {
        folder.put("list.der", der);
        folder.openssl(&["crl", "-inform", "DER", "-in", "list.der", "-noout", "-CAfile", &root])
    };
    let mut der = list(Purpose::UserAuthentication, &register("revoked"), noon());
    assert!(check(&der).has("verify OK"));
    let position = der.windows(3).position(|bytes| bytes == [0x2A, 0x7E, 0x06]).expect("the serial number");
    der[position + 2] = 0x07;
    let said = check(&der);
    assert!(said.has("verify failure") && !said.has("verify OK"), "{said:?}");
}

#[rstest]
#[case::before_the_first_year("1969-12-31T23:59:59Z")]
#[case::until_after_the_last_year("9999-12-30T00:00:00Z")]
fn a_moment_that_no_list_can_name_is_refused(#[case] at: Timestamp) {
    let root = Authorities::embedded().root(Purpose::UserAuthentication);
    assert_eq!(root.list(&register("standard"), at), Err(IssueError::OutsideTime(at)));
}
