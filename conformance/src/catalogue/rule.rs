//! A rule: one sentence of a document or of the wire that an implementation keeps or breaks.
//!
//! Rules live in `vectors/rules/*.toml`, a file per domain, and are read strictly: an unknown key is an error.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One file of `vectors/rules/`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Version of this file format; 1 today.
    pub format: u32,
    /// The rules of the domain, in reading order.
    #[serde(default)]
    pub rule: Vec<Rule>,
}

/// One rule of the catalogue.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable id of ours, for example `CARD-PIN-002`. It never changes its meaning.
    pub id: String,
    /// Short English title.
    pub title: String,
    /// Short Japanese title.
    pub title_ja: String,
    /// How binding the rule is.
    pub level: Level,
    /// Whom it binds.
    pub role: Role,
    /// The state before, in our own words.
    pub given: String,
    /// What happens.
    pub when: String,
    /// What must then be observed.
    pub then: String,
    /// Where the rule was read.
    pub sources: Vec<Source>,
    /// How sure that source is.
    pub confidence: Confidence,
    /// The rule follows from several statements instead of standing in one place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inferred: bool,
    /// First day in force, `YYYY-MM-DD`, or `YYYY-MM` where the document names only a month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_from: Option<String>,
    /// Last day in force, in the same forms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_until: Option<String>,
    /// Scenario tags: facility class, platform, document, party.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applies_to: Vec<String>,
    /// Boundary points, each `stimulus → expected`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boundaries: Vec<String>,
    /// How it is checked; absent when `untestable` says why it cannot be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Check>,
    /// Why no implementation can be checked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untestable: Option<String>,
    /// Stimulus and observable, as advice to whoever writes the check.
    pub how: String,
    /// Other answers that are plausible where no source settles the point: reported, never failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plausible: Vec<String>,
    /// What we decided where the sources leave a doubt, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// Rules that say otherwise, and how that is resolved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Conflict>,
    /// The error code or message that this rule documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ErrorCode>,
    /// Machine-readable figures of the document (tariffs, field lists, weights).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub data: BTreeMap<String, toml::Value>,
}

impl Rule {
    /// The conflicts of the rule, those with one and the same resolution together: the number of the
    /// contradiction, how it is resolved, and the other rules.
    #[must_use]
    pub fn resolutions(&self) -> Vec<(&str, &str, Vec<&str>)> {
        let mut resolutions: Vec<(&str, &str, Vec<&str>)> = Vec::new();
        for Conflict { id, resolve, reference } in &self.conflicts {
            match resolutions.iter_mut().find(|(number, how, _)| number == reference && how == resolve) {
                Some((_, _, ids)) => ids.push(id),
                None => resolutions.push((reference, resolve, vec![id])),
            }
        }
        resolutions
    }
}

/// How binding a rule is.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Breaking it is not conformant.
    Must,
    /// Breaking it needs a good reason.
    Should,
    /// The implementation may do so.
    May,
    /// A fact that binds nobody.
    Info,
}

/// Who a rule binds; the parties of the documents.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The IC chip (ICチップ).
    Card,
    /// A program that talks to the card, such as マイナポータルAP.
    CardClient,
    /// 顔認証付きカードリーダー and the terminal behind it.
    CardReaderTerminal,
    /// Who issues and revokes certificates, and the municipality that does so for it.
    CertificateAuthority,
    /// Review and payment of claims (審査支払機関).
    Claims,
    /// オンライン資格確認等システム.
    EligibilityService,
    /// The Mynapoint kiosk.
    Kiosk,
    /// マイナポータル.
    Portal,
    /// The reception desk of a facility.
    ReceptionDesk,
    /// 初回登録 / 利用申込.
    RegistrationService,
    /// 申込状況確認.
    StatusService,
}

/// Where a rule was read.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Id of a document of `vectors/documents.toml`.
    pub document: String,
    /// Section, question or lines within it.
    pub place: String,
}

/// How sure a source is, the surest first.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Stated in a published document.
    Published,
    /// Reported as seen on a real card or system.
    Observed,
    /// A client that works with real cards depends on it.
    ClientCode,
    /// Follows from a standard the card is known to follow.
    Standard,
    /// Our judgement; never enough to fail a foreign implementation.
    Assumed,
}

/// How a rule is checked.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// A stimulus to the implementation, an observation of its answer.
    Direct,
    /// A sequence held against a small model.
    Model,
}

/// A rule that says otherwise.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Conflict {
    /// The other rule; the link runs both ways.
    pub id: String,
    /// How the contradiction is resolved.
    pub resolve: String,
    /// Number of the contradiction, `X01` and up.
    #[serde(rename = "ref")]
    pub reference: String,
}

/// A documented error code, or a documented message without one.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ErrorCode {
    /// The exact half-width code, `EW144-1500`; absent for a message without code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// A further value shown with it, `0x8010001d`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Where it is shown: `windows`, `ios`, `any`, `face-reader`, …
    pub platform: String,
    /// The class of cause.
    pub class: String,
    /// What it means, for people.
    pub meaning: String,
    /// The message that belongs to it.
    pub message_key: String,
    /// What to do about it, in order.
    pub remedy: Vec<String>,
}
