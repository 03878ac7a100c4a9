//! Which word was probably meant.

use strsim::osa_distance;

/// The known word that is closest to what was written, if it is close enough to be meant.
#[must_use]
pub(crate) fn closest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let tolerance = (written.chars().count() / 4).clamp(1, 3);
    let written = written.to_lowercase();
    known
        .into_iter()
        .map(|word| (osa_distance(&written, &word.to_lowercase()), word))
        .filter(|(distance, _)| *distance <= tolerance)
        .min()
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::closest;
    use rstest::rstest;

    #[rstest]
    #[case("CARD-PIN-02", Some("CARD-PIN-002"))]
    #[case("card-pin-002", Some("CARD-PIN-002"))]
    #[case("CARD-PNI-002", Some("CARD-PIN-002"))]
    #[case("jkpi", Some("jpki"))]
    #[case("surface", Some("surface"))]
    #[case("nothing-like-it", None)]
    #[case("", None)]
    fn a_misspelt_word_finds_the_one_that_was_meant(#[case] written: &str, #[case] meant: Option<&str>) {
        assert_eq!(closest(written, ["CARD-PIN-002", "jpki", "surface", "text"]), meant);
    }
}
