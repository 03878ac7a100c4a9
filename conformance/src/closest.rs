//! Which word was probably meant.

/// The known word that is closest to what was written, if it is close enough to be meant.
#[must_use]
pub(crate) fn closest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let tolerance = (written.chars().count() / 4).clamp(1, 3);
    let written = written.to_lowercase();
    known
        .into_iter()
        .map(|word| (edits(&written, &word.to_lowercase()), word))
        .filter(|(edits, _)| *edits <= tolerance)
        .min()
        .map(|(_, word)| word)
}

/// How many letters must be put in, taken out, replaced or swapped with their neighbour to make `b` of `a`.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before_last[j - 2] + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
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
