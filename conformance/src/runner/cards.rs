//! The cards that scenarios can ask for, and the profile of a stranger's card.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::KnownCard;
use crate::vectors::{SourceFile, Vectors};
use jpki_virtual_card::profile::{CardProfile, LoadError, Source};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Every card of `vectors/cards/`, by name.
pub type Cards = BTreeMap<String, Arc<KnownCard>>;

/// Reads every card of the vectors.
///
/// # Errors
/// Whatever is wrong in any of the files.
pub fn load_cards(vectors: &Vectors) -> Result<Cards, Diagnostics> {
    let mut found = Diagnostics::new();
    let mut cards = Cards::new();
    for file in vectors.under("cards") {
        match load(file, vectors) {
            Ok(known) => _ = cards.insert(file.stem().to_owned(), Arc::new(known)),
            Err(diagnostic) => found.push(*diagnostic),
        }
    }
    found.or(cards)
}

/// Reads the profile of a stranger's card, which may extend one of ours.
///
/// # Errors
/// What is wrong in it, or in one that it extends.
pub fn load_profile(file: &SourceFile, vectors: &Vectors) -> Result<KnownCard, Diagnostics> {
    load(file, vectors).map_err(|diagnostic| Diagnostics::from(*diagnostic))
}

fn load(file: &SourceFile, vectors: &Vectors) -> Result<KnownCard, Box<Diagnostic>> {
    let source = |file: &'_ SourceFile| -> (Arc<str>, Arc<str>) { (file.shown.clone(), file.text.clone()) };
    // The texts have to outlive the reader, which borrows from all of them.
    let texts: BTreeMap<String, (Arc<str>, Arc<str>)> =
        vectors.under("cards").map(|file| (file.stem().to_owned(), source(file))).collect();
    let (shown, text) = source(file);
    let find = |name: &str| texts.get(name).map(|(file, text)| Source { file, text });
    match CardProfile::load(Source { file: &shown, text: &text }, find) {
        Ok(profile) => Ok(KnownCard::new(profile, |variable| std::env::var(variable).ok())),
        Err(error) => Err(Box::new(diagnostic(file, vectors, error))),
    }
}

/// The place of an error, which may stand in a file that this one extends.
fn diagnostic(file: &SourceFile, vectors: &Vectors, error: LoadError) -> Diagnostic {
    let at_fault = vectors.under("cards").find(|other| *other.shown == *error.file).unwrap_or(file);
    Diagnostic::at(at_fault, error.span, error.problem.to_string())
}
