//! Whether a scenario makes sense: one verb a step, words that go together, names that exist, values that
//! are saved before they are used, rules that can be checked.

use super::syntax::{self, Credential, Malformed};
use super::words::{self, VerbWords};
use super::{Act, CertificateFacts, Expected, Names, Scenario, SignatureCheck, Step};
use crate::catalogue::Catalogue;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::shape::Shape;
use crate::strict::Value;
use crate::vectors::SourceFile;
use jpki_virtual_card::profile::Knobs;
use std::ops::Range;
use toml::Spanned;
use toml::de::DeTable;

/// The knobs of a card's profile whose value is a status word, for `"@knob"`.
const STATUS_KNOBS: &[&str] = &["blocked_verify", "read_past_end", "short_read", "empty_verify_with_le"];

/// A step with the places of its words.
pub(super) struct Written<'t> {
    /// The step itself.
    pub(super) step: Step,
    /// The step as written, with the row's values in it.
    pub(super) table: DeTable<'t>,
    /// Where it stands.
    pub(super) place: Range<usize>,
}

impl Written<'_> {
    /// Place of the value of this word, or of the step where the word is not there.
    pub(super) fn at(&self, word: &str) -> Range<usize> {
        self.table.get(word).map_or_else(|| self.place.clone(), Spanned::span)
    }

    /// Place of an element of a list.
    fn element(&self, word: &str, index: usize) -> Range<usize> {
        let list = self.table.get(word).and_then(|value| value.get_ref().as_array());
        list.and_then(|list| list.get(index)).map_or_else(|| self.at(word), Spanned::span)
    }

    /// Place of a word inside a table, such as `has`.
    fn inner(&self, word: &str, inner: &str) -> Range<usize> {
        let value = self.table.get(word).and_then(|table| table.get_ref().get(inner));
        value.map_or_else(|| self.at(word), Spanned::span)
    }
}

/// What scenarios may refer to.
pub(super) struct Known<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) names: &'a Names,
    /// Names of the cards in `vectors/cards/`.
    pub(super) cards: &'a [&'a str],
}

/// Checks one case of a scenario.
pub(super) struct Checker<'a> {
    pub(super) file: &'a SourceFile,
    pub(super) known: &'a Known<'a>,
    pub(super) found: &'a mut Diagnostics,
    /// Names under which something was saved so far.
    pub(super) saved: Vec<String>,
}

impl Checker<'_> {
    /// Everything before the steps.
    pub(super) fn head(&mut self, scenario: &Scenario, head: &Value<'_>) {
        let place = |word: &str| crate::strict::place_of(head, word);
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
            let place = knobs.map(|knobs| crate::strict::place_of(knobs, name));
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

    /// One step. Steps are checked in order: what one saves, a later one uses.
    pub(super) fn step(&mut self, written: &Written<'_>) {
        if let Some(verb) = self.verb(written) {
            for key in written.table.keys() {
                let word = key.get_ref();
                if **word != *verb.verb && !verb.takes(word) && VerbWords::named(word).is_none() {
                    let takes = words::verbs_with(word).join(", ");
                    let message = format!("\"{word}\" means nothing beside \"{}\"", verb.verb);
                    let hint = format!("it may stand beside: {takes}");
                    self.found.push(Diagnostic::at(self.file, key.span(), message).hint(hint));
                }
            }
        }
        self.names(written);
        self.values(written);
        self.expectations(written);
        self.uses(written);
        if let Some(name) = &written.step.save {
            self.saved.push(name.clone());
        }
    }

    fn verb(&mut self, written: &Written<'_>) -> Option<&'static VerbWords> {
        let mut verbs =
            written.table.keys().filter_map(|key| Some((VerbWords::named(key.get_ref())?, key.span())));
        let first = verbs.next();
        let second = verbs.next();
        match (first, second) {
            (Some((verb, _)), None) => Some(verb),
            (Some((one, first)), Some((other, second))) => {
                let message = format!("a step has one verb: \"{}\" and \"{}\" are two", one.verb, other.verb);
                self.found.push(
                    Diagnostic::at(self.file, second, message)
                        .related(first, "the other one")
                        .hint("make two steps of it"),
                );
                None
            }
            (None, _) => {
                self.wrong(
                    written.place.clone(),
                    "a step has a verb: one of select, read, verify, sign, send, …",
                );
                None
            }
        }
    }

    /// Applications, files, keys and cards by name.
    fn names(&mut self, written: &Written<'_>) {
        let step = &written.step;
        if let Some(name) = &step.select {
            match name.strip_prefix("aid:") {
                Some(aid) => _ = self.well_formed(syntax::hex(aid), written.at("select")),
                None => self.application(name, written.at("select")),
            }
        }
        if let Some(name) = &step.enumerate {
            self.application(name, written.at("enumerate"));
        }
        if let Some(card) = &step.insert {
            self.card(card, written.at("insert"));
        }
        for (word, name) in [("select_ef", &step.select_ef), ("read", &step.read)] {
            if let Some(name) = name
                && syntax::hex_of(name, 2).is_err()
            {
                self.file_name(name, written.at(word));
            }
        }
        if let Some(name) = &step.sfi
            && syntax::hex_of(name, 1).is_err()
        {
            self.file_name(name, written.at("sfi"));
        }
        for (word, name) in [
            ("query", &step.query),
            ("key", &step.key),
            ("sign", &step.sign),
            ("internal_authenticate", &step.internal_authenticate),
        ] {
            if let Some(name) = name {
                self.file_name(name, written.at(word));
            }
        }
        for (word, name) in
            [("lock", &step.lock), ("verified", &step.verified), ("not_verified", &step.not_verified)]
        {
            let Some(name) = name else { continue };
            self.file_name(name, written.at(word));
            let Some((_, file)) = self.known.names.file(name) else { continue };
            let fits =
                if word == "lock" { file.tries.is_some_and(|tries| tries > 0) } else { file.proof.is_some() };
            if !fits {
                let why = if word == "lock" {
                    "is nothing that wrong values lock"
                } else {
                    "opens nothing that would show its status"
                };
                self.wrong(written.at(word), format!("\"{name}\" {why}"));
            }
        }
        for (index, name) in step.readable.iter().flatten().enumerate() {
            let place = written.element("readable", index);
            let application = step.enumerate.as_deref().and_then(|name| self.known.names.application(name));
            let Some(application) = application else { continue };
            if !application.files.iter().any(|file| file.name == *name) {
                let message = format!("application \"{}\" has no file \"{name}\"", application.name);
                let known = application.files.iter().map(|file| &*file.name);
                self.found.push(Diagnostic::at(self.file, place, message).did_you_mean(name, known));
            }
        }
    }

    /// Values that a step sends, and how.
    fn values(&mut self, written: &Written<'_>) {
        let step = &written.step;
        for (word, text) in [("verify", &step.verify), ("change", &step.change), ("to", &step.to)] {
            if let Some(text) = text {
                self.credential(text, written.at(word));
            }
        }
        for (word, text) in [("cla", &step.cla), ("p1", &step.p1), ("p2", &step.p2)] {
            if let Some(text) = text {
                self.well_formed(syntax::hex_of(text, 1), written.at(word));
            }
        }
        if let Some(tag) = &step.get_data {
            self.well_formed(syntax::hex_of(tag, 2), written.at("get_data"));
        }
        if let Some(bytes) = &step.send
            && let Some(bytes) = self.well_formed(syntax::hex(bytes), written.at("send"))
            && bytes.len() < 2
        {
            let message = "a single byte is no command: a virtual reader takes it for a control message";
            self.wrong(written.at("send"), message);
        }
        if step.take == Some(0) || step.times == Some(0) {
            let word = if step.take == Some(0) { "take" } else { "times" };
            self.wrong(written.at(word), format!("\"{word}\" is at least 1"));
        }
        if step.act == Some(Act::Unlock) && (step.key.is_none() || step.to.is_none()) {
            self.wrong(written.at("act"), "to unlock takes a \"key\" and the value that it is set \"to\"");
        }
        if step.act == Some(Act::Tamper) && (step.key.is_some() || step.to.is_some()) {
            self.wrong(written.at("act"), "nobody tampers with a single key: leave \"key\" and \"to\" out");
        }
    }

    /// What a step demands.
    fn expectations(&mut self, written: &Written<'_>) {
        let step = &written.step;
        let demanded: &[String] = match &step.sw {
            None => &[],
            Some(Expected::One(word)) => std::slice::from_ref(word),
            Some(Expected::AnyOf(words)) => words,
        };
        for (index, word) in demanded.iter().enumerate() {
            self.well_formed(syntax::status_word(word, STATUS_KNOBS), written.element("sw", index));
        }
        for (index, word) in step.or.iter().enumerate() {
            let place = written.element("or", index);
            self.well_formed(syntax::status_word(word, STATUS_KNOBS), place);
        }
        if step.sw.is_some() && step.tries.is_some() {
            self.wrong(written.at("tries"), "\"tries\" is a status word, 63Cx: leave \"sw\" out");
        }
        if step.dead && (step.sw.is_some() || step.tries.is_some()) {
            self.wrong(written.at("dead"), "a dead card answers no status word");
        }
        if let Some((least, greatest)) = step.length_between
            && least > greatest
        {
            self.wrong(written.at("length_between"), "the least length comes first, the greatest second");
        }
        for (word, text) in [("data", &step.data), ("starts", &step.starts), ("ends", &step.ends)] {
            let Some(text) = text else { continue };
            if text.starts_with('@') {
                self.fact(text, written.at(word));
            } else {
                self.well_formed(syntax::hex(text), written.at(word));
            }
        }
        if let Some(text) = &step.text {
            self.fact(text, written.at("text"));
        }
        if let Some(text) = &step.lacks {
            if let Some(bytes) = text.strip_prefix("hex:") {
                self.well_formed(syntax::hex(bytes), written.at("lacks"));
            } else if text.starts_with('@') {
                self.fact(text, written.at("lacks"));
            } else if !text.starts_with("text:") {
                self.wrong(written.at("lacks"), "what the data lacks is \"hex:…\", \"text:…\" or \"@…\"");
            }
        }
        if let Some(pattern) = &step.matches {
            self.pattern(pattern, written.at("matches"));
        }
        if let Some(shape) = &step.shape
            && let Err(reason) = Shape::parse(shape)
        {
            self.found.push(
                Diagnostic::at(self.file, written.at("shape"), "this is no shape of data").label(reason),
            );
        }
        if let Some(path) = &step.offsets {
            self.well_formed(syntax::path(path), written.at("offsets"));
        }
        if let Some(part) = &step.part {
            self.well_formed(syntax::part(part), written.at("part"));
            let on_data = |key: &&Spanned<toml::de::DeString<'_>>| {
                let word: &str = key.get_ref();
                word != "part" && words::ON_DATA.contains(&word)
            };
            if !written.table.keys().any(|key| on_data(&key)) {
                self.wrong(
                    written.at("part"),
                    "a part of the data is looked at, but nothing is demanded of it",
                );
            }
        }
        if step.certificate.is_some() && step.has.is_none() {
            self.wrong(
                written.at("certificate"),
                "nothing is demanded of the certificate: say what it \"has\"",
            );
        }
        if let Some(facts) = &step.has {
            self.certificate(facts, written);
        }
    }

    fn certificate(&mut self, facts: &CertificateFacts, written: &Written<'_>) {
        for (word, patterns) in [
            ("issuer", &facts.issuer),
            ("subject", &facts.subject),
            ("other_name_values", &facts.other_name_values),
        ] {
            for (_, pattern) in patterns.iter().flatten().filter_map(|text| text.split_once('~')) {
                self.pattern(pattern, written.inner("has", word));
            }
        }
        for (word, pair) in [
            ("serial_bytes", facts.serial_bytes.map(|(a, b)| a <= b)),
            ("days_left", facts.days_left.map(|(a, b)| a <= b)),
        ] {
            if pair == Some(false) {
                self.wrong(written.inner("has", word), "the least comes first, the greatest second");
            }
        }
        let names = [
            ("issued_by", &facts.issued_by),
            ("serial_differs_from", &facts.serial_differs_from),
            ("same_key_as", &facts.same_key_as),
            ("ends_after", &facts.ends_after),
        ];
        for (word, name) in names {
            if let Some(name) = name {
                self.use_saved(name, written.inner("has", word));
            }
        }
    }

    /// Saved values that a step uses.
    fn uses(&mut self, written: &Written<'_>) {
        let step = &written.step;
        let whole = [
            ("inspect", &step.inspect),
            ("certificate", &step.certificate),
            ("same_as", &step.same_as),
            ("differs_from", &step.differs_from),
        ];
        for (word, text) in whole {
            if let Some(text) = text {
                self.saved_part(text, written.at(word));
            }
        }
        for (index, text) in step.sha256_of.iter().flatten().enumerate() {
            self.saved_part(text, written.element("sha256_of", index));
        }
        if let Some(text) = &step.input {
            self.input(text, written.at("input"));
        }
        if let Some(SignatureCheck { by, over, .. }) = &step.signature {
            self.saved_part(by, written.inner("signature", "by"));
            for text in over {
                self.input(text, written.inner("signature", "over"));
            }
        }
    }

    fn credential(&mut self, text: &str, place: Range<usize>) {
        match self.well_formed(syntax::credential(text), place.clone()) {
            Some(Credential::Fact(fact)) => self.fact(&fact, place),
            Some(Credential::Saved(name)) => self.use_saved(&name, place),
            Some(Credential::Word(_) | Credential::Literal(_)) | None => {}
        }
    }

    fn input(&mut self, text: &str, place: Range<usize>) {
        if let Some(Some(name)) = self.well_formed(syntax::input(text), place.clone()) {
            self.use_saved(name, place);
        }
    }

    fn saved_part(&mut self, text: &str, place: Range<usize>) {
        if let Some(name) = self.well_formed(syntax::saved(text), place.clone()) {
            self.use_saved(name, place);
        }
    }

    fn use_saved(&mut self, name: &str, place: Range<usize>) {
        if !self.saved.iter().any(|saved| saved == name) {
            let message = format!("nothing was saved as \"{name}\" before this step");
            let diagnostic = Diagnostic::at(self.file, place, message);
            self.found.push(diagnostic.did_you_mean(name, self.saved.iter().map(String::as_str)));
        }
    }

    fn application(&mut self, name: &str, place: Range<usize>) {
        if self.known.names.application(name).is_none() {
            let known = self.known.names.applications.iter().map(|application| &*application.name);
            let diagnostic = Diagnostic::at(self.file, place, format!("unknown application \"{name}\""));
            self.found.push(diagnostic.did_you_mean(name, known));
        }
    }

    fn file_name(&mut self, name: &str, place: Range<usize>) {
        if self.known.names.file(name).is_none() {
            let known = self.known.names.files().map(|(_, file)| &*file.name);
            let diagnostic = Diagnostic::at(self.file, place, format!("unknown file or key \"{name}\""));
            self.found.push(diagnostic.did_you_mean(name, known));
        }
    }

    fn card(&mut self, name: &str, place: Range<usize>) {
        if !self.known.cards.contains(&name) {
            let diagnostic =
                Diagnostic::at(self.file, place, format!("vectors/cards has no card \"{name}\""));
            self.found.push(diagnostic.did_you_mean(name, self.known.cards.iter().copied()));
        }
    }

    fn fact(&mut self, text: &str, place: Range<usize>) {
        if text.starts_with('@') {
            let names = self.known.names;
            self.well_formed(syntax::fact(text, |key| names.key(key).is_some()), place);
        }
    }

    fn pattern(&mut self, pattern: &str, place: Range<usize>) {
        if let Err(error) = regex::Regex::new(&format!("^(?s:{pattern})$")) {
            let reason = error.to_string().lines().last().unwrap_or_default().trim().to_owned();
            self.found.push(Diagnostic::at(self.file, place, "this is no regular expression").label(reason));
        }
    }

    fn well_formed<T>(&mut self, result: Result<T, Malformed>, place: Range<usize>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(Malformed { message, written, known }) => {
                let diagnostic = Diagnostic::at(self.file, place, message);
                self.found.push(match known.is_empty() {
                    true => diagnostic,
                    false => {
                        let all = format!("known here: {}", known.join(", "));
                        let close =
                            diagnostic.clone().did_you_mean(&written, known.iter().map(String::as_str));
                        if close.hint.is_some() { close } else { diagnostic.hint(all) }
                    }
                });
                None
            }
        }
    }

    fn wrong(&mut self, place: Range<usize>, message: impl Into<String>) {
        self.found.push(Diagnostic::at(self.file, place, message));
    }
}

/// Lower-case words and digits with single hyphens.
fn is_sentence(id: &str) -> bool {
    id.split('-')
        .all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()))
}

/// The keys of a table, from its schema.
fn schema_keys<T: schemars::JsonSchema>() -> Vec<String> {
    let schema = schemars::schema_for!(T);
    let keys = schema.get("properties").and_then(|properties| properties.as_object());
    keys.into_iter().flat_map(|keys| keys.keys().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_words_that_a_profile_decides_are_its_knobs() {
        let knobs = schema_keys::<Knobs>();
        assert!(STATUS_KNOBS.iter().all(|knob| knobs.iter().any(|known| known == knob)), "{knobs:?}");
    }
}
