//! Which word was probably meant.

use strsim::damerau_levenshtein;

/// The known word that differs from what was written in a few letters only, the nearest if there are several.
pub(crate) fn closest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let tolerance = (written.chars().count() / 4).clamp(1, 3);
    let distances = known.into_iter().map(|word| (damerau_levenshtein(written, word), word));
    distances.filter(|(distance, _)| *distance <= tolerance).min().map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::closest;
    use rstest::rstest;

    #[rstest]
    #[case("statsu", Some("status"))]
    #[case("auth-pni", Some("auth-pin"))]
    #[case("auth_pin", Some("auth-pin"))]
    #[case("remove", Some("remove"))]
    #[case("nothing-like-it", None)]
    #[case("", None)]
    fn a_misspelt_word_finds_the_one_that_was_meant(#[case] written: &str, #[case] meant: Option<&str>) {
        assert_eq!(closest(written, ["status", "auth-pin", "remove"]), meant);
    }
}
