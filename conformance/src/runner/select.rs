//! Which cases run: by words in their id, by rule, by date, by shard.

use crate::catalogue::Catalogue;
use crate::scenario::{Case, Suite};
use jiff::civil::Date;
use std::fmt;
use std::str::FromStr;

/// What to run.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Parts of the id, or patterns with `*` and `?`; any of them will do. Everything when empty.
    pub filters: Vec<String>,
    /// Ids of rules, or patterns of them; any of them will do. Everything when empty.
    pub rules: Vec<String>,
    /// One part of the suite.
    pub shard: Option<Shard>,
}

impl Selection {
    /// The selected cases, in the order of the suite: those with a rule in force on this day.
    #[must_use]
    pub fn of<'s>(&self, suite: &'s Suite, as_of: Date) -> Vec<&'s Case> {
        suite.cases.iter().filter(|case| self.takes(case, &suite.catalogue, as_of)).collect()
    }

    fn takes(&self, case: &Case, catalogue: &Catalogue, as_of: Date) -> bool {
        let by_words = self.filters.is_empty() || self.filters.iter().any(|filter| fits(filter, &case.id));
        let by_rule = self.rules.is_empty()
            || self.rules.iter().any(|wanted| case.rules.iter().any(|id| glob(wanted, id)));
        let by_shard = self.shard.is_none_or(|shard| shard.takes(&case.id));
        by_words && by_rule && by_shard && in_force(case, catalogue, as_of)
    }
}

/// Today in Japan, wherever the program runs.
#[must_use]
pub fn today() -> Date {
    jiff::tz::Offset::constant(9).to_datetime(jiff::Timestamp::now()).date()
}

/// A scenario holds on a day when one of its rules does.
fn in_force(case: &Case, catalogue: &Catalogue, as_of: Date) -> bool {
    let mut periods = case.rules.iter().filter_map(|id| catalogue.period(id)).peekable();
    periods.peek().is_none() || periods.any(|period| period.contains(as_of))
}

/// A filter is a part of the id, or a pattern of the whole when it has `*` or `?` in it.
fn fits(filter: &str, id: &str) -> bool {
    if filter.contains(['*', '?']) { glob(filter, id) } else { id.contains(filter) }
}

/// `*` stands for any characters, `?` for one.
#[must_use]
pub fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where to go on after the last star, should what follows it not fit here.
    let mut retry = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p, t));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((star, at)) = retry else { return false };
                retry = Some((star, at + 1));
                (p, t) = (star + 1, at + 1);
            }
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

/// One of several parts of the suite, `2/3`: together they are the whole, and none has a case of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    part: u64,
    of: u64,
}

impl Shard {
    /// Where a case belongs depends on its id alone, so that other cases may come and go.
    fn takes(self, id: &str) -> bool {
        // FNV-1a; a hasher of the standard library may change with its version.
        let hash = id.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        // The low bits of this hash are the weak ones.
        (hash >> 32) % self.of == self.part - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers =
            text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((part, of)) if (1..=of).contains(&part) => Ok(Self { part, of }),
            _ => Err(format!("\"{text}\" is no shard: say 1/3, 2/3 or 3/3")),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.part, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("card/*/right-*", "card/verify/right-pin", true)]
    #[case("*", "", true)]
    #[case("card/?", "card/", false)]
    #[case("*-pin#2", "card/verify/wrong-pin-right-pin#2", true)]
    #[case("card", "card/verify", false)]
    fn a_star_stands_for_anything(#[case] pattern: &str, #[case] text: &str, #[case] expected: bool) {
        assert_eq!(glob(pattern, text), expected);
    }

    #[rstest]
    #[case("0/2")]
    #[case("3/2")]
    #[case("1")]
    #[case("a/b")]
    fn a_shard_that_does_not_exist_is_refused(#[case] text: &str) {
        assert!(text.parse::<Shard>().is_err());
    }

    proptest! {
        #[test]
        fn every_case_belongs_to_exactly_one_shard(id in "[a-z/#0-9-]{0,40}", of in 1_u64..9) {
            let takers = (1..=of).filter(|&part| Shard { part, of }.takes(&id)).count();
            prop_assert_eq!(takers, 1);
        }
    }
}
