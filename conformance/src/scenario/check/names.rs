//! Names of applications, files, keys and cards.

use super::{Checker, Written};
use crate::diagnostic::Diagnostic;
use crate::scenario::syntax;
use std::ops::Range;

impl Checker<'_> {
    /// Applications, files, keys and cards by name.
    pub(super) fn names(&mut self, written: &Written<'_>) {
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

    pub(super) fn application(&mut self, name: &str, place: Range<usize>) {
        if self.known.names.application(name).is_none() {
            let known = self.known.names.applications.iter().map(|application| &*application.name);
            let diagnostic = Diagnostic::at(self.file, place, format!("unknown application \"{name}\""));
            self.found.push(diagnostic.did_you_mean(name, known));
        }
    }

    pub(super) fn file_name(&mut self, name: &str, place: Range<usize>) {
        if self.known.names.file(name).is_none() {
            let known = self.known.names.files().map(|(_, file)| &*file.name);
            let diagnostic = Diagnostic::at(self.file, place, format!("unknown file or key \"{name}\""));
            self.found.push(diagnostic.did_you_mean(name, known));
        }
    }

    pub(super) fn card(&mut self, name: &str, place: Range<usize>) {
        if !self.known.cards.contains(&name) {
            let diagnostic =
                Diagnostic::at(self.file, place, format!("vectors/cards has no card \"{name}\""));
            self.found.push(diagnostic.did_you_mean(name, self.known.cards.iter().copied()));
        }
    }
}
