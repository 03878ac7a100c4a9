//! `cards`: the cards that come with the program, a line each.

use super::Failure;
use crate::personalise::{embedded_cards, embedded_profile};
use std::io::Write;

/// Prints name and title of every embedded card.
///
/// # Errors
/// Output errors.
pub(super) fn cards(out: &mut dyn Write) -> Result<(), Failure> {
    let profiles: Vec<_> = embedded_cards().map(embedded_profile).collect::<Result<_, _>>()?;
    let width = profiles.iter().map(|profile| profile.name.len()).max().unwrap_or_default();
    for profile in profiles {
        writeln!(out, "{:width$}  {}", profile.name, profile.title)?;
    }
    Ok(())
}
