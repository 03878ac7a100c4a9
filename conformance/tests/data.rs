//! The data of the project itself: sound, in the shape that its schemas say, and complete where the project
//! promises so.

use jpki_conformance::coverage::Coverage;
use jpki_conformance::scenario::{self, Suite};
use jpki_conformance::schema;
use jpki_conformance::vectors::Vectors;
use serde_json::Value;
use std::path::Path;

fn suite() -> Suite {
    scenario::load(&Vectors::embedded()).unwrap_or_else(|found| panic!("{found}"))
}

#[test]
fn the_rules_and_scenarios_of_the_suite_are_sound() {
    assert!(!suite().cases.is_empty());
}

#[test]
fn no_testable_rule_of_the_card_or_of_the_wire_is_uncovered() {
    let uncovered = Coverage::of(&suite()).uncovered;
    let of_the_card: Vec<_> =
        uncovered.iter().filter(|id| id.starts_with("CARD-") || id.starts_with("WIRE-")).collect();
    assert!(of_the_card.is_empty(), "nothing checks {of_the_card:?}");
}

#[test]
fn the_committed_schemas_are_fresh() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/schema");
    for (name, text) in schema::all() {
        let committed = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(committed == text, "{name} is stale: run cargo xtask schemas");
    }
}

#[test]
fn every_data_file_has_the_shape_that_its_schema_says() {
    let vectors = Vectors::embedded();
    let schemas: std::collections::BTreeMap<_, _> = schema::all().into_iter().collect();
    for (schema, path) in schema::DATA {
        let schema: Value = serde_json::from_str(&schemas[schema]).expect("a schema is JSON");
        let validator = jsonschema::validator_for(&schema).expect("it is a schema");
        let files: Vec<_> = vectors.get(path).into_iter().chain(vectors.under(path)).collect();
        assert!(!files.is_empty(), "{path}");
        for file in files {
            let data: toml::Table = file.text.parse().expect("it is TOML");
            let data = serde_json::to_value(data).expect("it fits into JSON");
            let wrong: Vec<String> = validator
                .iter_errors(&data)
                .map(|error| format!("{} {error}", error.instance_path()))
                .collect();
            assert!(wrong.is_empty(), "{}: {wrong:#?}", file.shown);
        }
    }
}

#[test]
fn a_schema_refuses_what_the_reader_refuses() {
    let schemas: std::collections::BTreeMap<_, _> = schema::all().into_iter().collect();
    let schema: Value = serde_json::from_str(&schemas["scenarios.json"]).expect("a schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let step = |step: Value| serde_json::json!({ "format": 1, "scenario": [{ "id": "x", "rules": ["CARD-PIN-002"], "steps": [step] }] });
    assert!(validator.is_valid(&step(serde_json::json!({ "query": "auth-pin", "tries": 3 }))));
    assert!(validator.is_valid(&step(serde_json::json!({ "query": "auth-pin", "tries": "$tries" }))));
    assert!(!validator.is_valid(&step(serde_json::json!({ "query": "auth-pin", "tries": "three" }))));
    assert!(!validator.is_valid(&step(serde_json::json!({ "query": "auth-pin", "tires": 3 }))));
    assert!(!validator.is_valid(&step(serde_json::json!({ "power": "hot" }))));
}
