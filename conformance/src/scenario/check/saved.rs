//! Values that earlier steps saved.

use super::{Checker, Written};
use crate::diagnostic::Diagnostic;
use crate::scenario::SignatureCheck;
use crate::scenario::syntax::{self, Input};
use std::ops::Range;

impl Checker<'_> {
    /// Saved values that a step uses.
    pub(super) fn uses(&mut self, written: &Written<'_>) {
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

    pub(super) fn input(&mut self, text: &str, place: Range<usize>) {
        if let Some(Input::Saved(saved)) = self.well_formed(syntax::input(text), place.clone()) {
            self.use_saved(&saved.name, place);
        }
    }

    pub(super) fn saved_part(&mut self, text: &str, place: Range<usize>) {
        if let Some(saved) = self.well_formed(syntax::saved(text), place.clone()) {
            self.use_saved(&saved.name, place);
        }
    }

    pub(super) fn use_saved(&mut self, name: &str, place: Range<usize>) {
        if !self.saved.iter().any(|saved| saved == name) {
            let message = format!("nothing was saved as \"{name}\" before this step");
            let diagnostic = Diagnostic::at(self.file, place, message);
            self.found.push(diagnostic.did_you_mean(name, self.saved.iter().map(String::as_str)));
        }
    }
}
