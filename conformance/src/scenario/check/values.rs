//! What a step sends, and how.

use super::{Checker, Written};
use crate::scenario::Act;
use crate::scenario::syntax::{self, Credential};
use std::ops::Range;

impl Checker<'_> {
    /// Values that a step sends, and how.
    pub(super) fn values(&mut self, written: &Written<'_>) {
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

    pub(super) fn credential(&mut self, text: &str, place: Range<usize>) {
        match self.well_formed(syntax::credential(text), place.clone()) {
            Some(Credential::Fact(fact)) => self.fact(&fact, place),
            Some(Credential::Saved(saved)) => self.use_saved(&saved.name, place),
            Some(Credential::Word(_) | Credential::Literal(_)) | None => {}
        }
    }

    pub(super) fn fact(&mut self, text: &str, place: Range<usize>) {
        if text.starts_with('@') {
            let names = self.known.names;
            self.well_formed(syntax::fact(text, |key| names.key(key).is_some()), place);
        }
    }
}
