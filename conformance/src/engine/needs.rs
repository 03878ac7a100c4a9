//! What a case needs of a card, worked out from its steps without a card.

use super::known::KnownCard;
use crate::scenario::{Case, Expected, FileName, Names, Step, syntax};
use std::collections::BTreeSet;

/// What a case needs of a card.
pub(crate) struct Needs<'n> {
    names: &'n Names,
    application: Option<&'n str>,
    /// The file selected last.
    file: Option<&'n FileName>,
    /// The key file selected last.
    key: Option<&'n FileName>,
    /// The keys that it verifies, asks about, changes or signs with: one that is locked spoils it.
    pub(crate) keys: BTreeSet<&'n str>,
    /// The applications that it expects to select.
    applications: BTreeSet<&'n str>,
    /// The files that it expects to read.
    files: BTreeSet<&'n str>,
}

impl<'n> Needs<'n> {
    /// Walks through the steps of a case, up to the point where another card is put in.
    pub(crate) fn of(case: &Case, names: &'n Names) -> Self {
        let mut needs = Self {
            names,
            application: None,
            file: None,
            key: None,
            keys: BTreeSet::new(),
            applications: BTreeSet::new(),
            files: BTreeSet::new(),
        };
        for step in case.steps.iter().take_while(|step| step.insert.is_none()) {
            for _ in 0..step.times.unwrap_or(1) {
                needs.step(step);
            }
        }
        needs
    }

    /// A card of this profile has what the case needs.
    ///
    /// # Errors
    /// What it lacks, as a reason why the case does not concern it.
    pub(crate) fn met_by(&self, known: &KnownCard) -> Result<(), String> {
        let profile = known.profile();
        if profile.applications.is_empty() {
            return Err("the card is no My Number card".to_owned());
        }
        let has = |name: &str| name == "issuer" || profile.applications.iter().any(|a| a == name);
        if let Some(name) = self.applications.iter().find(|name| !has(name)) {
            return Err(format!("the card has no application \"{name}\""));
        }
        for key in &self.keys {
            let (Some(left), Some(tries)) = (known.tries_left(key), known.tries(key)) else { continue };
            match left {
                0 if tries > 0 => return Err(format!("on this card {key} is locked")),
                left if left < tries => {
                    return Err(format!("on this card {key} has {left} of {tries} tries left"));
                }
                _ => {}
            }
        }
        for (file, there) in [
            ("auth-certificate", profile.auth_certificate.is_some()),
            ("sign-certificate", profile.sign_certificate.is_some()),
        ] {
            if !there && self.files.contains(file) {
                return Err(format!("the card carries no {file}"));
            }
        }
        Ok(())
    }

    fn step(&mut self, step: &Step) {
        if let Some(application) = step.select.as_deref().and_then(|name| self.names.application(name)) {
            self.application = Some(&application.name);
            if succeeds(step) {
                self.applications.insert(&application.name);
            }
        }
        if let Some(name) = &step.select_ef {
            self.file = self.file(name);
            self.key = self.pin(name).or(self.key);
        }
        self.reads(step);
        let addressed = step.key.as_deref().map_or(self.key, |name| self.pin(name));
        if step.verify.is_some() || step.change.is_some() || step.act.is_some() {
            self.keys.extend(addressed.map(|key| &*key.name));
        }
        for name in [&step.query, &step.verified, &step.not_verified, &step.lock].into_iter().flatten() {
            self.keys.extend(self.pin(name).map(|key| &*key.name));
        }
        if let Some((_, file)) = step.sign.as_deref().and_then(|name| self.names.file(name)) {
            self.keys.extend(file.opens_with.iter().map(String::as_str));
        }
        if let Some(bytes) = step.send.as_deref().and_then(|hex| syntax::hex(hex).ok()) {
            self.raw(&bytes, step);
        }
    }

    /// The files that a step expects to read.
    fn reads(&mut self, step: &Step) {
        let whole = step.read.as_deref().and_then(|name| self.file(name));
        let block = match (&step.sfi, step.read_binary) {
            (Some(name), Some(_)) => self.file(name),
            (None, Some(_)) => self.file,
            (_, None) => None,
        };
        let listed = step.readable.iter().flatten().filter_map(|name| self.file(name));
        let read = whole.into_iter().chain(block).chain(listed).map(|file| &*file.name);
        if succeeds(step) {
            self.files.extend(read.collect::<Vec<_>>());
        }
    }

    /// Bytes as given: any key of the application that was selected last may be meant.
    fn raw(&mut self, bytes: &[u8], step: &Step) {
        let files = self.application.and_then(|name| self.names.application(name)).map(|a| &*a.files);
        let files = files.unwrap_or_default().iter();
        match *bytes {
            [_, 0xA4, 0x04, _, lc, ref aid @ ..] if succeeds(step) => {
                let aid = aid.get(..usize::from(lc)).unwrap_or_default();
                let named = self.names.applications.iter().find(|application| application.aid == aid);
                self.application = named.map(|application| &*application.name);
                self.applications.extend(self.application);
            }
            // VERIFY, CHANGE REFERENCE DATA, COMPUTE DIGITAL SIGNATURE, CHANGE KEY.
            [_, 0x20 | 0x24 | 0x2A | 0x32, ..] => {
                self.keys.extend(files.filter(|file| file.tries.is_some()).map(|file| &*file.name));
            }
            // READ BINARY by short identifier.
            [_, 0xB0, p1, ..] if p1 & 0x80 != 0 && succeeds(step) => {
                self.files.extend(files.filter(|file| file.sfi() == p1 & 0x1F).map(|file| &*file.name));
            }
            _ => {}
        }
    }

    fn file(&self, name: &str) -> Option<&'n FileName> {
        self.names.file(name).map(|(_, file)| file)
    }

    fn pin(&self, name: &str) -> Option<&'n FileName> {
        self.names.key(name).map(|(_, file)| file)
    }
}

/// The step expects its command to be carried out; a READ that ends early is.
fn succeeds(step: &Step) -> bool {
    let success = |word: &String| matches!(&**word, "9000" | "@short_read");
    match &step.sw {
        None => true,
        Some(Expected::One(word)) => success(word),
        Some(Expected::AnyOf(words)) => words.iter().any(success),
    }
}
