//! What a step demands.

use super::{Checker, Written};
use crate::diagnostic::Diagnostic;
use crate::engine::shape::Shape;
use crate::scenario::{CertificateFacts, Expected, syntax, words};
use std::ops::Range;
use toml::Spanned;

/// The knobs of a card's profile whose value is a status word, for `"@knob"`.
const STATUS_KNOBS: &[&str] = &["blocked_verify", "read_past_end", "short_read", "empty_verify_with_le"];

impl Checker<'_> {
    /// What a step demands.
    pub(super) fn expectations(&mut self, written: &Written<'_>) {
        self.status(written);
        self.data(written);
        self.part(written);
        let step = &written.step;
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

    fn status(&mut self, written: &Written<'_>) {
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
    }

    fn data(&mut self, written: &Written<'_>) {
        let step = &written.step;
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
    }

    fn part(&mut self, written: &Written<'_>) {
        let step = &written.step;
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

    fn pattern(&mut self, pattern: &str, place: Range<usize>) {
        if let Err(error) = regex::Regex::new(&format!("^(?s:{pattern})$")) {
            let reason = error.to_string().lines().last().unwrap_or_default().trim().to_owned();
            self.found.push(Diagnostic::at(self.file, place, "this is no regular expression").label(reason));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::given::schema_keys;
    use super::*;
    use jpki_virtual_card::profile::Knobs;

    #[test]
    fn the_status_words_that_a_profile_decides_are_its_knobs() {
        let knobs = schema_keys::<Knobs>();
        assert!(STATUS_KNOBS.iter().all(|knob| knobs.iter().any(|known| known == knob)), "{knobs:?}");
    }
}
