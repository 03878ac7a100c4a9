//! Whether the catalogue agrees with itself.

use super::load::Place;
use super::period::{BadDate, Period};
use super::{Conflict, Contradiction, Document, Rule};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::strict::place_of;
use std::collections::HashMap;
use std::ops::Range;
use toml::Spanned;

/// The catalogue as read, with the place of everything.
pub(super) struct Loaded<'v> {
    pub(super) documents: Vec<(Document, Place<'v>)>,
    pub(super) contradictions: Vec<(Contradiction, Place<'v>)>,
    pub(super) rules: Vec<(Rule, Place<'v>)>,
}

impl Place<'_> {
    fn at(&self, key: &str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(self.file, place_of(&self.value, key), message)
    }

    /// An error about the element of a list; within an element that is a table, about this key of it.
    fn at_element(&self, key: &str, index: usize, inner: Option<&str>, message: String) -> Diagnostic {
        let list = self.value.get_ref().get(key);
        let element = list.and_then(|list| list.get_ref().get(index));
        let span: Range<usize> = match (element, inner) {
            (Some(element), Some(inner)) => place_of(element, inner),
            (Some(element), None) => element.span(),
            (None, _) => list.map_or_else(|| self.value.span(), Spanned::span),
        };
        Diagnostic::at(self.file, span, message)
    }
}

/// Holds everything against everything; the periods of the rules, in their order.
pub(super) fn check(loaded: &Loaded<'_>, found: &mut Diagnostics) -> Vec<Period> {
    unique("document", loaded.documents.iter().map(|(document, place)| (&document.id, place)), found);
    unique("contradiction", loaded.contradictions.iter().map(|(it, place)| (&it.id, place)), found);
    unique("rule", loaded.rules.iter().map(|(rule, place)| (&rule.id, place)), found);
    let book = Book {
        documents: loaded.documents.iter().map(|(document, _)| &*document.id).collect(),
        contradictions: loaded.contradictions.iter().map(|(contradiction, _)| &*contradiction.id).collect(),
        rules: loaded.rules.iter().map(|(rule, _)| (&*rule.id, rule)).collect(),
    };
    for (contradiction, place) in &loaded.contradictions {
        book.contradiction(contradiction, place, found);
    }
    loaded.rules.iter().map(|(rule, place)| book.rule(rule, place, found)).collect()
}

fn unique<'a>(what: &str, ids: impl Iterator<Item = (&'a String, &'a Place<'a>)>, found: &mut Diagnostics) {
    let mut seen: HashMap<&str, &Place<'_>> = HashMap::new();
    for (id, place) in ids {
        if let Some(first) = seen.insert(id, place) {
            let (line, _) = first.file.position(place_of(&first.value, "id").start);
            let hint = format!("it was first given in {}:{line}", first.file.shown);
            found.push(place.at("id", format!("the {what} \"{id}\" stands twice")).hint(hint));
        }
    }
}

/// What may be named.
struct Book<'a> {
    documents: Vec<&'a str>,
    contradictions: Vec<&'a str>,
    rules: HashMap<&'a str, &'a Rule>,
}

impl Book<'_> {
    fn contradiction(&self, contradiction: &Contradiction, place: &Place<'_>, found: &mut Diagnostics) {
        for (index, id) in contradiction.documents.iter().enumerate() {
            if !self.documents.contains(&&**id) {
                let message = format!("unknown document \"{id}\"");
                let diagnostic = place.at_element("documents", index, None, message);
                found.push(diagnostic.did_you_mean(id, self.documents.iter().copied()));
            }
        }
        for (index, id) in contradiction.rules.iter().enumerate() {
            if !self.rules.contains_key(&**id) {
                let diagnostic = place.at_element("rules", index, None, format!("unknown rule \"{id}\""));
                found.push(diagnostic.did_you_mean(id, self.rules.keys().copied()));
            }
        }
    }

    fn rule(&self, rule: &Rule, place: &Place<'_>, found: &mut Diagnostics) -> Period {
        if rule.sources.is_empty() {
            found.push(place.at("sources", "a rule says where it was read"));
        }
        for (index, source) in rule.sources.iter().enumerate() {
            let id = &*source.document;
            if !self.documents.contains(&id) {
                let message = format!("unknown document \"{id}\"");
                let diagnostic = place.at_element("sources", index, Some("document"), message);
                found.push(diagnostic.did_you_mean(id, self.documents.iter().copied()));
            }
        }
        match (&rule.check, &rule.untestable) {
            (Some(_), Some(_)) => {
                let diagnostic =
                    place.at("untestable", "a rule is checked, or says why it cannot be: not both");
                found.push(diagnostic.related(place_of(&place.value, "check"), "it is checked"));
            }
            (None, None) => {
                let message = format!("nothing says how the rule \"{}\" is checked", rule.id);
                let hint = "give \"check\" as direct or model, or say why not with \"untestable\"";
                found.push(place.at("id", message).hint(hint));
            }
            _ => {}
        }
        for (index, conflict) in rule.conflicts.iter().enumerate() {
            self.conflict(rule, conflict, index, place, found);
        }
        Period::of(rule).unwrap_or_else(|BadDate { key, message }| {
            found.push(place.at(key, message));
            Period::default()
        })
    }

    fn conflict(
        &self,
        rule: &Rule,
        conflict: &Conflict,
        index: usize,
        place: &Place<'_>,
        found: &mut Diagnostics,
    ) {
        let at = |key, message| place.at_element("conflicts", index, Some(key), message);
        if !self.contradictions.contains(&&*conflict.reference) {
            let message = format!("unknown contradiction \"{}\"", conflict.reference);
            let known = self.contradictions.iter().copied();
            found.push(at("ref", message).did_you_mean(&conflict.reference, known));
        }
        match self.rules.get(&*conflict.id) {
            None => {
                let message = format!("unknown rule \"{}\"", conflict.id);
                found.push(at("id", message).did_you_mean(&conflict.id, self.rules.keys().copied()));
            }
            Some(other) if !points_back(other, rule, conflict) => {
                let message =
                    format!("the conflict runs one way: \"{}\" does not name \"{}\"", other.id, rule.id);
                let hint = format!(
                    "add {{ id = \"{}\", resolve = \"…\", ref = \"{}\" }} to the conflicts of {}",
                    rule.id, conflict.reference, other.id
                );
                found.push(at("id", message).hint(hint));
            }
            Some(_) => {}
        }
    }
}

/// The other rule names this one, with the same contradiction.
fn points_back(other: &Rule, rule: &Rule, conflict: &Conflict) -> bool {
    other.conflicts.iter().any(|back| back.id == rule.id && back.reference == conflict.reference)
}
