//! JSON Schemas of the data files and the reports, made from the types that read and write them.

use crate::catalogue::{ContradictionFile, DocumentFile, RevisionFile, RuleFile};
use crate::coverage::Coverage;
use crate::report::JsonReport;
use crate::scenario::{Names, ScenarioFile};
use jpki_virtual_card::profile::CardProfile;
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Value, json};

/// A schema's file in `vectors/schema/`, and the data files that it describes: a file's path, or a folder.
pub const DATA: &[(&str, &str)] = &[
    ("applications.json", "applications.toml"),
    ("cards.json", "cards"),
    ("catalogue.json", "catalogue.toml"),
    ("contradictions.json", "contradictions.toml"),
    ("documents.json", "documents.toml"),
    ("rules.json", "rules"),
    ("scenarios.json", "scenarios/card"),
];

/// Every schema as text, by the name of its file.
#[must_use]
pub fn all() -> Vec<(&'static str, String)> {
    let mut scenarios = read::<ScenarioFile>();
    allow_columns(&mut scenarios);
    let schemas = [
        ("applications.json", read::<Names>()),
        ("cards.json", read::<CardProfile>()),
        ("catalogue.json", read::<RevisionFile>()),
        ("contradictions.json", read::<ContradictionFile>()),
        ("coverage.json", written::<Coverage>()),
        ("documents.json", read::<DocumentFile>()),
        ("rules.json", read::<RuleFile>()),
        ("run.json", written::<JsonReport>()),
        ("scenarios.json", scenarios),
    ];
    schemas.into_iter().map(|(name, schema)| (name, format!("{schema:#}\n"))).collect()
}

/// Schema of something that is read: what may be left out is optional.
fn read<T: JsonSchema>() -> Value {
    generator(SchemaSettings::draft2020_12().for_deserialize()).into_root_schema_for::<T>().to_value()
}

/// Schema of something that is written: what is always there is required.
fn written<T: JsonSchema>() -> Value {
    generator(SchemaSettings::draft2020_12().for_serialize()).into_root_schema_for::<T>().to_value()
}

fn generator(settings: SchemaSettings) -> SchemaGenerator {
    settings.into_generator()
}

/// In a scenario, whatever its type, a value may be `"$column"` and is then taken from a row.
fn allow_columns(schema: &mut Value) {
    let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) else { return };
    for definition in definitions.values_mut() {
        let Some(properties) = definition.get_mut("properties").and_then(Value::as_object_mut) else {
            continue;
        };
        for (name, property) in properties {
            // The table itself, and the id, stand outside of its rows.
            if !matches!(name.as_str(), "rows" | "steps" | "id" | "given") {
                allow_column(property);
            }
        }
    }
    definitions.insert(
        "Column".into(),
        json!({ "description": "The value of this column of the row.", "type": "string", "pattern": r"^\$[a-z0-9_]+$" }),
    );
}

fn allow_column(property: &mut Value) {
    for inner in ["items", "additionalProperties"] {
        if let Some(inner) = property.get_mut(inner).filter(|inner| inner.is_object()) {
            allow_column(inner);
        }
    }
    for inner in property.get_mut("prefixItems").and_then(Value::as_array_mut).into_iter().flatten() {
        allow_column(inner);
    }
    let takes_any_text = match property.get("type") {
        Some(Value::String(kind)) => kind == "string",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "string"),
        _ => false,
    };
    if takes_any_text && property.get("enum").is_none() {
        return;
    }
    let description = property.as_object_mut().and_then(|property| property.remove("description"));
    let default = property.as_object_mut().and_then(|property| property.remove("default"));
    let mut either = json!({ "anyOf": [property.take(), { "$ref": "#/$defs/Column" }] });
    for (key, value) in [("description", description), ("default", default)] {
        if let Some(value) = value {
            either[key] = value;
        }
    }
    *property = either;
}
