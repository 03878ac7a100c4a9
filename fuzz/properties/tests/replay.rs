//! The fuzz targets without a fuzzer: random bytes, and every input that once found something.

use jpki_fuzz_properties::{Session, Step, TARGETS};
use proptest::prelude::*;
use std::fs;
use std::path::Path;

#[test]
fn every_seed_from_the_scenarios_breaks_no_rule() {
    let seeds = jpki_fuzz_properties::seeds::seeds().expect("the vectors make seeds");
    for (name, target) in TARGETS {
        let mut own = seeds.iter().filter(|seed| seed.target == name).peekable();
        assert!(own.peek().is_some(), "{name} has no seeds");
        own.for_each(|seed| target(&seed.bytes));
    }
}

/// Inputs that once found something: `fuzz/regressions/TARGET/what-it-found`, kept for ever.
#[test]
fn every_past_finding_stays_fixed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../regressions");
    for (name, target) in TARGETS {
        let Ok(findings) = fs::read_dir(folder.join(name)) else { continue };
        for finding in findings {
            let path = finding.expect("a file").path();
            let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            target(&bytes);
        }
    }
}

/// A step that means something more often than random bytes do.
fn step() -> impl Strategy<Value = Step> {
    let p2 = || prop_oneof![Just(0x80u8), 0x81..=0x9Eu8, any::<u8>()];
    let header =
        prop::sample::select(vec![0x00A4, 0x0020, 0x00B0, 0x00B2, 0x0084, 0x0088, 0x00CA, 0x8032, 0x80AE]);
    let raw =
        (header, any::<(u8, u8)>(), prop::collection::vec(any::<u8>(), 0..24)).prop_map(|(head, p, body)| {
            let [cla, ins] = u16::to_be_bytes(head);
            [&[cla, ins, p.0, p.1][..], &body].concat()
        });
    prop_oneof![
        raw.prop_map(Step::Raw),
        any::<u8>().prop_map(Step::SelectApplication),
        (1..=30u8).prop_map(Step::SelectFile),
        (p2(), any::<u8>()).prop_map(|(p2, value)| Step::Verify(p2, value)),
        p2().prop_map(Step::Query),
        any::<(u8, u8, u8)>().prop_map(|(p1, p2, le)| Step::Read(p1, p2, le)),
        (0..=6u8, p2(), any::<u8>()).prop_map(|(p1, p2, length)| Step::Sign(p1, p2, length)),
        any::<u8>().prop_map(Step::Change),
        prop::sample::select(vec![jpki_apdu::Reset::Cold, jpki_apdu::Reset::Warm]).prop_map(Step::Reset),
    ]
}

proptest! {
    #[test]
    fn no_target_minds_random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for (_, target) in TARGETS {
            target(&bytes);
        }
    }

    #[test]
    fn random_sessions_break_no_rule(steps in prop::collection::vec(step(), 0..60)) {
        jpki_fuzz_properties::card_session(&Session(steps).to_bytes());
    }
}
