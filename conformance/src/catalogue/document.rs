//! What the rules were read from, and where those sources contradict each other.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `vectors/documents.toml`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentFile {
    /// Version of this file format; 1 today.
    pub format: u32,
    /// The documents.
    #[serde(default)]
    pub document: Vec<Document>,
}

/// A public document, a standard, public code, or notes of ours.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Id by which rules name it.
    pub id: String,
    /// What kind of source it is: `document`, `standard`, `code`, …
    pub kind: String,
    /// Who published it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Its title in its own language.
    pub title: String,
    /// A short English name, as reports cite it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_en: Option<String>,
    /// What it is, in English: parts, versions, what was read of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// When it was written: `2024-12-02`, `2024-12` or `2024`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Whether that date is printed in it or inferred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_basis: Option<String>,
    /// How the date is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_note: Option<String>,
    /// Name of its text, where we have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Under which licence it may be used, where that matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
}

/// `vectors/contradictions.toml`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContradictionFile {
    /// Version of this file format; 1 today.
    pub format: u32,
    /// The contradictions.
    #[serde(default)]
    pub contradiction: Vec<Contradiction>,
}

/// A place where the sources disagree, or leave a question open.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Contradiction {
    /// `X01` and up.
    pub id: String,
    /// What they disagree about.
    pub subject: String,
    /// What kind of disagreement it is: `contradiction`, `refinement`, `ambiguity`.
    pub kind: String,
    /// The documents concerned.
    pub documents: Vec<String>,
    /// The rules concerned.
    pub rules: Vec<String>,
    /// How it is resolved.
    pub resolution: String,
}
