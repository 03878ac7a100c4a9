//! The suite as tests of the implementer's own `cargo test`: each case is one of them.

use crate::adapter::CardUnderTest;
use crate::engine::{KnownCard, Stage, play};
use crate::report::failed;
use crate::runner::{Cards, CaseResult, Selection, judge, load_cards, today};
use crate::scenario::{Suite, load};
use crate::vectors::Vectors;
use crate::verdict::Outcome;
use jiff::civil::Date;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// How long one case may take.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// What all tests share.
struct Bench<F> {
    suite: Suite,
    cards: Cards,
    known: Arc<KnownCard>,
    as_of: Date,
    card_factory: F,
}

/// Makes each case of the card suite one test, and runs them as `cargo test` asks on the command line. The
/// factory makes a card with the personalisation `standard` for each of them.
///
/// ```no_run
/// // tests/conformance.rs, with `harness = false` in Cargo.toml
/// # fn my_card() -> Box<dyn jpki_conformance::adapter::CardUnderTest> { panic!("a card of yours") }
/// fn main() -> std::process::ExitCode {
///     jpki_conformance::conformance_tests(my_card)
/// }
/// ```
pub fn conformance_tests<F>(card_factory: F) -> ExitCode
where
    F: Fn() -> Box<dyn CardUnderTest> + Send + Sync + 'static,
{
    let arguments = Arguments::from_args();
    let vectors = Vectors::embedded();
    let read = load(&vectors).and_then(|suite| Ok((suite, load_cards(&vectors)?)));
    let (suite, cards) = match read {
        Ok(read) => read,
        Err(found) => {
            eprintln!("{found}");
            return crate::exit_code::ExitCode::UsageOrData.into();
        }
    };
    let Some(known) = cards.get("standard").cloned() else {
        eprintln!("the vectors have no card \"standard\"");
        return crate::exit_code::ExitCode::UsageOrData.into();
    };
    let bench = Arc::new(Bench { suite, cards, known, as_of: today(), card_factory });
    let selected = Selection::default().of(&bench.suite, bench.as_of);
    let ids: Vec<String> = selected.iter().map(|case| case.id.clone()).collect();
    let trials = ids.into_iter().map(|id| {
        let bench = Arc::clone(&bench);
        Trial::ignorable_test(id.clone(), move || bench.judge(&id))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

impl<F: Fn() -> Box<dyn CardUnderTest>> Bench<F> {
    fn judge(&self, id: &str) -> Result<Completion, Failed> {
        let case = self.suite.cases.iter().find(|case| case.id == id).ok_or("the case is gone")?;
        let stage = Stage {
            names: &self.suite.names,
            cards: &self.cards,
            as_of: self.as_of,
            seed: 0,
            time_limit: TIME_LIMIT,
        };
        let mut card = (self.card_factory)();
        let played = judge(case, play(case, card.as_mut(), &self.known, &stage), &self.suite.catalogue);
        let result = CaseResult { case, played };
        match &result.played.verdict.outcome {
            Outcome::Passed => Ok(Completion::Completed),
            Outcome::Skipped { reason } | Outcome::NotApplicable { reason } => {
                Ok(Completion::ignored_with(reason))
            }
            Outcome::Error { fault, reason } => Err(format!("{fault}: {reason}").into()),
            Outcome::Failed => {
                let again = format!("cargo test -- {id}");
                Err(failed(&result, &self.suite.catalogue, &again).into())
            }
        }
    }
}
