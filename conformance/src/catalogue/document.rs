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
    /// What kind of source it is.
    pub kind: DocumentKind,
    /// Who published it, or that nobody is named.
    pub publisher: String,
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
    pub date_basis: Option<DateBasis>,
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

/// What kind of source a document is.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// A document of an authority.
    Document,
    /// A published standard.
    Standard,
    /// Public source code that works with cards.
    Code,
    /// A web page.
    Web,
    /// Notes of ours.
    Notes,
}

/// How a date is known.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum DateBasis {
    /// It is printed in the document.
    Printed,
    /// It follows from what the document says.
    Inferred,
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
    /// What kind of disagreement it is.
    pub kind: ContradictionKind,
    /// The documents concerned.
    pub documents: Vec<String>,
    /// The rules concerned.
    pub rules: Vec<String>,
    /// How it is resolved.
    pub resolution: String,
}

/// In which way sources disagree.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum ContradictionKind {
    /// One says what the other denies.
    Contradiction,
    /// One says it more exactly.
    Refinement,
    /// One makes an exception from the other.
    Exception,
    /// They speak of different cases.
    Scope,
    /// One leaves out what the other says.
    Omission,
    /// It can be read in two ways.
    Ambiguity,
    /// They say the same in other words.
    Wording,
    /// A slip of the pen.
    Editorial,
}
