//! What cases could cost a card that cannot be made fresh: tries, locks and changed values, by key.

use crate::scenario::{Case, FileName, Names, Step, Suite};
use std::collections::{BTreeMap, BTreeSet};

/// What a selection of cases could cost one key in the worst case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// The key.
    pub key: String,
    /// Tries that it has when full.
    pub tries: u8,
    /// Most tries that are gone at once, before a right VERIFY gives them back.
    pub most_spent: u8,
    /// Cases that spend a try.
    pub spending: usize,
    /// Cases that lock it for good.
    pub locking: usize,
    /// Cases that change its value.
    pub changing: usize,
}

/// What these cases could cost, for every key that they cost anything, in the order of the names.
#[must_use]
pub fn costs(suite: &Suite, cases: &[&Case]) -> Vec<Cost> {
    let mut costs = BTreeMap::<&str, Cost>::new();
    for case in cases {
        let walk = Walk::through(case, &suite.names);
        for (_, file) in suite.names.files().filter(|(_, file)| file.tries.is_some()) {
            let declared =
                |kind: &str| case.effects.iter().any(|effect| *effect == format!("{kind}:{}", file.name));
            let (locks, tries) = (declared("locks"), file.tries.unwrap_or_default());
            let spent = match walk.most_spent.get(&*file.name) {
                _ if locks => tries,
                Some(&spent) => spent.min(tries),
                None => u8::from(declared("spends")),
            };
            if spent == 0 && !declared("changes") {
                continue;
            }
            let cost = costs.entry(&file.name).or_default();
            cost.most_spent = cost.most_spent.max(spent);
            cost.spending += usize::from(spent > 0);
            cost.locking += usize::from(locks);
            cost.changing += usize::from(declared("changes"));
        }
    }
    let keys = suite.names.files().filter_map(|(_, file)| {
        let cost = costs.remove(&*file.name)?;
        Some(Cost { key: file.name.clone(), tries: file.tries.unwrap_or_default(), ..cost })
    });
    keys.collect()
}

/// The keys that a case verifies, asks about, changes or signs with: a locked one among them spoils it.
pub(super) fn keys_used<'n>(case: &Case, names: &'n Names) -> BTreeSet<&'n str> {
    Walk::through(case, names).used
}

/// A walk through the steps of a case, without a card.
struct Walk<'n> {
    names: &'n Names,
    application: Option<String>,
    /// The key file selected last.
    key: Option<&'n FileName>,
    spent: BTreeMap<&'n str, u8>,
    most_spent: BTreeMap<&'n str, u8>,
    used: BTreeSet<&'n str>,
}

impl<'n> Walk<'n> {
    fn through(case: &Case, names: &'n Names) -> Self {
        let mut walk = Self {
            names,
            application: None,
            key: None,
            spent: BTreeMap::new(),
            most_spent: BTreeMap::new(),
            used: BTreeSet::new(),
        };
        for step in &case.steps {
            for _ in 0..step.times.unwrap_or(1) {
                walk.step(step);
            }
        }
        walk
    }

    fn step(&mut self, step: &Step) {
        if let Some(name) = &step.select {
            self.application = Some(name.clone());
        }
        if let Some(pin) = step.select_ef.as_deref().and_then(|name| self.pin(name)) {
            self.key = Some(pin);
        }
        let addressed = step.key.as_deref().map_or(self.key, |name| self.pin(name));
        if let (Some(words), Some(key)) = (&step.verify, addressed) {
            self.verify(key, words == "right");
        }
        if step.change.is_some() || step.act.is_some() {
            self.used.extend(addressed.map(|key| &*key.name));
        }
        for name in [&step.query, &step.verified, &step.not_verified].into_iter().flatten() {
            self.used.extend(self.pin(name).map(|key| &*key.name));
        }
        if let Some(key) = step.lock.as_deref().and_then(|name| self.pin(name)) {
            for _ in 0..key.tries.unwrap_or_default() {
                self.verify(key, false);
            }
        }
        if let Some((_, file)) = step.sign.as_deref().and_then(|name| self.names.file(name)) {
            self.used.extend(file.opens_with.iter().map(String::as_str));
        }
        if step.send.is_some() {
            self.raw();
        }
    }

    /// Bytes as given may mean any key of the application that was selected last.
    fn raw(&mut self) {
        let application = self.application.as_deref().and_then(|name| self.names.application(name));
        let pins = application.into_iter().flat_map(|a| &a.files).filter(|file| file.tries.is_some());
        self.used.extend(pins.map(|file| &*file.name));
    }

    fn verify(&mut self, key: &'n FileName, right: bool) {
        self.used.insert(&key.name);
        let spent = self.spent.entry(&key.name).or_default();
        *spent = if right { 0 } else { spent.saturating_add(1) };
        let most = self.most_spent.entry(&key.name).or_default();
        *most = (*most).max(*spent);
    }

    fn pin(&self, name: &str) -> Option<&'n FileName> {
        self.names.key(name).map(|(_, file)| file)
    }
}
