//! What stands before the steps: the id, the rules, and the card that is needed.

use super::Checker;
use crate::diagnostic::Diagnostic;
use crate::scenario::Scenario;
use crate::strict::{Value, place_of};
use jpki_virtual_card::profile::Knobs;
use std::ops::Range;
use toml::Spanned;

impl Checker<'_> {
    /// Everything before the steps.
    pub(in crate::scenario) fn head(&mut self, scenario: &Scenario, head: &Value<'_>) {
        let place = |word: &str| place_of(head, word);
        if !is_sentence(&scenario.id) {
            let message =
                "an id is a sentence in kebab-case: lower-case words and digits with single hyphens";
            self.wrong(place("id"), message);
        }
        if scenario.rules.is_empty() {
            self.wrong(place("rules"), "a scenario checks at least one rule");
        }
        let rules = head.get_ref().get("rules").and_then(|rules| rules.get_ref().as_array());
        for (index, id) in scenario.rules.iter().enumerate() {
            let place =
                rules.and_then(|rules| rules.get(index)).map_or_else(|| place("rules"), Spanned::span);
            self.rule(id, place);
        }
        let given = |word: &str| {
            let given = head.get_ref().get("given").and_then(|given| given.get_ref().get(word));
            given.map_or_else(|| place("given"), Spanned::span)
        };
        if let Some(card) = &scenario.given.card
            && card != "any"
        {
            self.card(card, given("card"));
        }
        if let Some(name) = &scenario.given.application {
            self.application(name, given("application"));
        }
        for (name, value) in &scenario.given.knobs {
            let knobs = head.get_ref().get("given").and_then(|given| given.get_ref().get("knobs"));
            let place = knobs.map(|knobs| place_of(knobs, name));
            self.knob(name, value, place.unwrap_or_else(|| given("knobs")));
        }
    }

    fn rule(&mut self, id: &str, place: Range<usize>) {
        match self.known.catalogue.rule(id) {
            None => {
                let known = self.known.catalogue.rules().map(|rule| &*rule.id);
                let diagnostic = Diagnostic::at(self.file, place, format!("unknown rule \"{id}\""));
                self.found.push(diagnostic.did_you_mean(id, known));
            }
            Some(rule) => {
                if let Some(reason) = &rule.untestable {
                    let message = format!("the rule \"{id}\" cannot be tested");
                    self.found.push(Diagnostic::at(self.file, place, message).label(reason.as_str()));
                }
            }
        }
    }

    fn knob(&mut self, name: &str, value: &str, place: Range<usize>) {
        let as_written = toml::Value::String(value.to_owned());
        let as_scalar = value.parse().map(toml::Value::Boolean).ok();
        let as_scalar = as_scalar.or_else(|| value.parse().map(toml::Value::Integer).ok());
        let decode =
            |value: toml::Value| toml::Table::from_iter([(name.to_owned(), value)]).try_into::<Knobs>();
        let Err(error) = decode(as_written) else { return };
        if as_scalar.is_some_and(|value| decode(value).is_ok()) {
            return;
        }
        let knobs = schema_keys::<Knobs>();
        let diagnostic = if knobs.iter().any(|known| known == name) {
            let reason = error.message().replace('`', "\"");
            Diagnostic::at(self.file, place, format!("the knob \"{name}\" has no such value")).label(reason)
        } else {
            Diagnostic::at(self.file, place, format!("unknown knob \"{name}\""))
                .did_you_mean(name, knobs.iter().map(String::as_str))
        };
        self.found.push(diagnostic);
    }
}

/// Lower-case words and digits with single hyphens.
fn is_sentence(id: &str) -> bool {
    id.split('-')
        .all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()))
}

/// The keys of a table, from its schema.
pub(super) fn schema_keys<T: schemars::JsonSchema>() -> Vec<String> {
    let schema = schemars::schema_for!(T);
    let keys = schema.get("properties").and_then(|properties| properties.as_object());
    keys.into_iter().flat_map(|keys| keys.keys().cloned()).collect()
}
