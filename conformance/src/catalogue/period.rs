//! The days on which a rule is in force.

use super::Rule;
use jiff::civil::Date;
use std::fmt;

/// From a first to a last day, both included; open where a document names none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// First day in force.
    pub from: Option<Date>,
    /// Last day in force.
    pub until: Option<Date>,
}

/// What is wrong with a rule's dates, and in which of its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BadDate {
    pub(super) key: &'static str,
    pub(super) message: String,
}

impl Period {
    /// The period of a rule. Where a document names only a month, the rule holds from its first day, or
    /// until its last.
    pub(super) fn of(rule: &Rule) -> Result<Self, BadDate> {
        let bad = |key, message| BadDate { key, message };
        let from = rule.effective_from.as_deref().map(first_day).transpose();
        let from = from.map_err(|message| bad("effective_from", message))?;
        let until = rule.effective_until.as_deref().map(last_day).transpose();
        let until = until.map_err(|message| bad("effective_until", message))?;
        match (from, until) {
            (Some(from), Some(until)) if from > until => {
                Err(bad("effective_until", format!("the rule ends on {until}, before it begins on {from}")))
            }
            _ => Ok(Self { from, until }),
        }
    }

    /// Whether this day lies within.
    #[must_use]
    pub fn contains(self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.until) {
            (None, None) => f.write_str("always"),
            (Some(from), None) => write!(f, "from {from}"),
            (None, Some(until)) => write!(f, "until {until}"),
            (Some(from), Some(until)) => write!(f, "from {from} until {until}"),
        }
    }
}

fn first_day(text: &str) -> Result<Date, String> {
    if text.len() == "2024-12".len() { day(text, &format!("{text}-01")) } else { day(text, text) }
}

fn last_day(text: &str) -> Result<Date, String> {
    first_day(text).map(|date| if text.len() == "2024-12".len() { date.last_of_month() } else { date })
}

fn day(written: &str, full: &str) -> Result<Date, String> {
    let strict = full.len() == "2024-12-02".len() && full.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    match full.parse() {
        Ok(date) if strict => Ok(date),
        _ => Err(format!("\"{written}\" is no day: write YYYY-MM-DD, or YYYY-MM for a month")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use rstest::rstest;

    #[rstest]
    #[case("2024-12-02", Ok(date(2024, 12, 2)), Ok(date(2024, 12, 2)))]
    #[case("2024-02", Ok(date(2024, 2, 1)), Ok(date(2024, 2, 29)))]
    #[case("2023-02", Ok(date(2023, 2, 1)), Ok(date(2023, 2, 28)))]
    #[case("2024-13", Err(()), Err(()))]
    #[case("2024-02-30", Err(()), Err(()))]
    #[case("20241202", Err(()), Err(()))]
    #[case("2024", Err(()), Err(()))]
    #[case("2024-12-02T00:00", Err(()), Err(()))]
    fn a_month_begins_on_its_first_day_and_ends_on_its_last(
        #[case] text: &str,
        #[case] first: Result<Date, ()>,
        #[case] last: Result<Date, ()>,
    ) {
        assert_eq!((first_day(text).map_err(drop), last_day(text).map_err(drop)), (first, last));
    }

    #[rstest]
    #[case(date(2024, 12, 1), false)]
    #[case(date(2024, 12, 2), true)]
    #[case(date(2025, 12, 1), true)]
    #[case(date(2025, 12, 2), false)]
    fn both_ends_of_a_period_belong_to_it(#[case] day: Date, #[case] within: bool) {
        let period = Period { from: Some(date(2024, 12, 2)), until: Some(date(2025, 12, 1)) };
        assert_eq!(period.contains(day), within);
    }
}
