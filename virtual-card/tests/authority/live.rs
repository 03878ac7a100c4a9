//! A register that changes while the responder answers.

use crate::ocsp::ask;
use crate::openssl::Folder;
use crate::{noon, register};
use jiff::{Timestamp, ToSpan};
use jpki_virtual_card::authority::{Authorities, Purpose, Reach, Register, Responder};
use jpki_virtual_card::profile::RevocationReason;
use std::sync::{Arc, Mutex};

#[test]
fn the_next_answer_knows_what_has_just_been_decided() {
    let shared = Arc::new(Mutex::new((register("standard"), noon())));
    let seen = Arc::clone(&shared);
    let now = move || seen.lock().expect("no panic").clone();
    let responder =
        Responder::start("127.0.0.1:0", Reach::Loopback, Authorities::embedded(), now).expect("a port");
    let folder = Folder::new();
    let ask = || ask(&folder, &responder, Purpose::UserAuthentication, &["-serial", "0x2A7E01"]);
    assert!(ask().has("0x2A7E01: good"));

    let decide = |decision: &dyn Fn(&mut Register, Timestamp)| {
        let mut state = shared.lock().expect("no panic");
        state.1 += 1.hour();
        let at = state.1;
        decision(&mut state.0, at);
    };
    decide(&|register, at| register.suspend(Purpose::UserAuthentication, at).expect("suspended"));
    let said = ask();
    assert!(said.has("0x2A7E01: revoked") && said.has("Reason: certificateHold"), "{said:?}");
    assert!(said.has("Revocation Time: Nov 22 04:00:00 2026 GMT"), "{said:?}");

    decide(&|register, _| register.reinstate(Purpose::UserAuthentication).expect("reinstated"));
    assert!(ask().has("0x2A7E01: good"));

    decide(&|register, at| {
        let reason = RevocationReason::CessationOfOperation;
        register.revoke(Purpose::UserAuthentication, at, reason).expect("revoked");
    });
    let said = ask();
    assert!(said.has("0x2A7E01: revoked") && said.has("Reason: cessationOfOperation"), "{said:?}");
    assert!(said.has("Revocation Time: Nov 22 06:00:00 2026 GMT"), "{said:?}");
}
