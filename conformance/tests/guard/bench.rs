//! What the tests of the guard share: the suite, a card in a reader, random selections.

use crate::crooked::{Crooked, Fault};
use jpki_conformance::engine::{KnownCard, Stage};
use jpki_conformance::guard::{Allowed, Disposition, Leave, Plan};
use jpki_conformance::runner::{Cards, load_cards};
use jpki_conformance::scenario::{Case, Names, Suite, load};
use jpki_conformance::vectors::Vectors;
use jpki_virtual_card::Card;
use jpki_virtual_card::personalise::{Keys, personalise};
use jpki_virtual_card::profile::CardProfile;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

pub(crate) const AS_OF: jiff::civil::Date = jiff::civil::date(2026, 11, 22);

/// Everything that does not change from case to case.
pub(crate) struct Bench {
    pub(crate) suite: Suite,
    pub(crate) names: Arc<Names>,
    pub(crate) cards: Cards,
    /// A card with keys that sign nothing: fast, and enough wherever no signature is looked at.
    pub(crate) card: Card,
    /// Cases that only read, and cases that leave can be given for.
    pub(crate) harmless: Vec<usize>,
    pub(crate) with_leave: Vec<usize>,
}

pub(crate) static BENCH: LazyLock<Bench> = LazyLock::new(|| {
    let vectors = Vectors::embedded();
    let suite = load(&vectors).expect("the suite is well formed");
    let cards = load_cards(&vectors).expect("the cards are well formed");
    let image = personalise(cards["standard"].profile(), &Keys::Stubs, AS_OF).expect("a card");
    let card = Card::new(Arc::new(image)).expect("an image");
    let names = Arc::new(suite.names.clone());
    let mut bench = Bench { suite, names, cards, card, harmless: Vec::new(), with_leave: Vec::new() };
    let known = bench.known(&[]);
    let cases: Vec<&Case> = bench.suite.cases.iter().collect();
    let plan = Plan::new(&cases, &bench.suite.names, &known, &Leave::default());
    let (mut harmless, mut with_leave) = (Vec::new(), Vec::new());
    for (index, (_, disposition)) in plan.cases.iter().enumerate() {
        match disposition {
            Disposition::Harmless => harmless.push(index),
            Disposition::NeedsLeave(_) => with_leave.push(index),
            _ => {}
        }
    }
    (bench.harmless, bench.with_leave) = (harmless, with_leave);
    bench
});

impl Bench {
    /// What the profile of the holder tells, with a wrong value for these keys.
    pub(crate) fn known(&self, wrong: &[String]) -> KnownCard {
        let mut profile: CardProfile = self.cards["standard"].profile().clone();
        // No scenario that names the standard card is meant.
        profile.name = "mine".into();
        for key in wrong {
            let length = if key == "sign-pin" { "Z9Z9Z9" } else { "9999" };
            if let Some(key) = profile.keys.get_mut(key) {
                key.value = Some(length.into());
            }
        }
        KnownCard::new(profile, |_| None)
    }

    pub(crate) fn stage(&self) -> Stage<'_> {
        Stage {
            names: &self.suite.names,
            cards: &self.cards,
            as_of: AS_OF,
            seed: 0,
            time_limit: Duration::from_secs(60),
        }
    }

    /// A card in a reader with these counters.
    pub(crate) fn in_a_reader(
        &'static self,
        tries: &BTreeMap<String, u8>,
        fault: Fault,
        honest: u32,
    ) -> Crooked {
        let card = Crooked::new(self.card.clone(), &self.suite.names, fault, honest);
        for (key, tries) in tries {
            card.put(key, *tries);
        }
        card
    }

    pub(crate) fn full(&self) -> BTreeMap<String, u8> {
        let keys = self.cards["standard"].profile().keys.iter();
        keys.map(|(key, profile)| (key.clone(), profile.tries)).collect()
    }

    pub(crate) fn cases(&self, indices: &[usize]) -> Vec<&Case> {
        let mut indices = indices.to_vec();
        indices.sort_unstable();
        indices.dedup();
        indices.iter().map(|&index| &self.suite.cases[index]).collect()
    }
}

/// A few cases: any, some that only read, some that leave can be given for.
pub(crate) fn selections() -> impl Strategy<Value = Vec<usize>> {
    let bench = &*BENCH;
    let case = prop_oneof![
        1 => 0..bench.suite.cases.len(),
        2 => proptest::sample::select(bench.harmless.clone()),
        5 => proptest::sample::select(bench.with_leave.clone()),
    ];
    proptest::collection::vec(case, 1..4)
}

/// Counters: mostly full, sometimes anything.
pub(crate) fn counters() -> impl Strategy<Value = BTreeMap<String, u8>> {
    let keys: Vec<_> = BENCH.full().into_iter().collect();
    let each: Vec<_> = keys
        .into_iter()
        .map(|(key, full)| {
            let tries = prop_oneof![12 => Just(full), 2 => full.min(2)..=full, 1 => 0..=full];
            tries.prop_map(move |tries| (key.clone(), tries))
        })
        .collect();
    each.prop_map(|tries| tries.into_iter().collect())
}

/// Leave: none, all, or for some keys.
pub(crate) fn leaves() -> impl Strategy<Value = Leave> {
    let keys: Vec<Option<String>> = BENCH.full().into_keys().map(Some).chain([None, None, None]).collect();
    let key = || proptest::sample::select(keys.clone());
    let one = prop_oneof![
        4 => key().prop_map(Allowed::Presents),
        4 => key().prop_map(Allowed::Spends),
        2 => key().prop_map(Allowed::Changes),
        2 => Just(Allowed::Signs),
        2 => Just(Allowed::Probes),
    ];
    let all = [
        Allowed::Presents(None),
        Allowed::Spends(None),
        Allowed::Changes(None),
        Allowed::Signs,
        Allowed::Probes,
    ];
    prop_oneof![
        1 => Just(Leave::default()),
        2 => Just(all.into_iter().collect::<Leave>()),
        2 => proptest::collection::vec(one, 1..6).prop_map(|given| given.into_iter().collect()),
    ]
}
