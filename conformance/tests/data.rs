//! The data of the project itself: sound, and complete where the project promises so.

use jpki_conformance::scenario;
use jpki_conformance::vectors::Vectors;

#[test]
fn the_rules_and_scenarios_of_the_suite_are_sound() {
    if let Err(found) = scenario::load(&Vectors::embedded()) {
        panic!("{found}");
    }
}
