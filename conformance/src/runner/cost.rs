//! What cases could cost a card that cannot be made fresh: tries, locks and changed values, by key.

use crate::engine::Needs;
use crate::scenario::{Case, Suite};
use std::collections::BTreeMap;

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
        let walk = Needs::of(case, &suite.names);
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
