//! Days in a card file: fixed, counted from the as-of date of the run, or a birthday of the holder.

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use schemars::JsonSchema;
use serde::Deserialize;

/// A day: a date, or an offset in days from the run's as-of date (`-40`, `+20`).
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub enum Day {
    /// This day.
    On(Date),
    /// So many days after the as-of date; negative before it.
    FromAsOf(i32),
}

impl Day {
    /// The day itself. A day outside the calendar of years -9999 to 9999 is its last or first day.
    #[must_use]
    pub fn resolve(self, as_of: Date) -> Date {
        match self {
            Self::On(date) => date,
            Self::FromAsOf(days) => {
                Span::new().try_days(days).map_or(Date::MAX, |span| as_of.saturating_add(span))
            }
        }
    }
}

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.starts_with(['+', '-']) {
            return text.parse().map(Self::FromAsOf).map_err(|_| format!("\"{text}\" is no number of days"));
        }
        text.parse().map(Self::On).map_err(|_| format!("\"{text}\" is neither YYYY-MM-DD nor +days or -days"))
    }
}

/// The last day of a certificate: a [`Day`], or `fifth-birthday`.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub enum LastDay {
    /// This day.
    Day(Day),
    /// The holder's fifth birthday after the day of issue, or the card's last day if that comes first: what the
    /// authority does.
    FifthBirthday,
}

impl TryFrom<String> for LastDay {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == "fifth-birthday" {
            return Ok(Self::FifthBirthday);
        }
        Day::try_from(text).map(Self::Day).map_err(|problem| format!("{problem} nor fifth-birthday"))
    }
}

/// The holder's `count`th birthday after a day. Who was born on a 29 February has it on the 28th in common years.
#[must_use]
pub fn birthday_after(birth: Date, day: Date, count: i16) -> Date {
    let in_year = |year: i16| birth.saturating_add((year - birth.year()).years());
    let first = if in_year(day.year()) > day { day.year() } else { day.year() + 1 };
    in_year(first + count - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use rstest::rstest;

    #[rstest]
    // The dump of a test card: issued 2025-10-27, birthday 17 February, last day 2030-02-17.
    #[case::the_observed_card(date(1980, 2, 17), date(2025, 10, 27), date(2030, 2, 17))]
    #[case::birthday_still_to_come(date(1990, 12, 1), date(2025, 10, 27), date(2029, 12, 1))]
    #[case::issued_on_a_birthday(date(1990, 10, 27), date(2025, 10, 27), date(2030, 10, 27))]
    #[case::born_on_a_leap_day(date(2000, 2, 29), date(2025, 10, 27), date(2030, 2, 28))]
    #[case::issued_to_a_newborn(date(2025, 10, 1), date(2025, 10, 27), date(2030, 10, 1))]
    fn the_fifth_birthday_after_the_day_of_issue(
        #[case] birth: Date,
        #[case] issued: Date,
        #[case] fifth: Date,
    ) {
        assert_eq!(birthday_after(birth, issued, 5), fifth);
    }

    #[rstest]
    #[case("2030-04-01", date(2030, 4, 1))]
    #[case("+5", date(2026, 11, 27))]
    #[case("-22", date(2026, 10, 31))]
    #[case("+0", date(2026, 11, 22))]
    #[case("+2147483647", Date::MAX)]
    fn a_day_is_a_date_or_counted_from_the_as_of_date(#[case] text: &str, #[case] expected: Date) {
        let day = Day::try_from(text.to_owned()).expect("a day");
        assert_eq!(day.resolve(date(2026, 11, 22)), expected);
    }

    #[rstest]
    #[case("tomorrow", "\"tomorrow\" is neither YYYY-MM-DD nor +days or -days")]
    #[case("+two", "\"+two\" is no number of days")]
    #[case("2030-02-30", "\"2030-02-30\" is neither YYYY-MM-DD nor +days or -days")]
    fn what_is_no_day_is_refused_with_the_two_forms(#[case] text: &str, #[case] message: &str) {
        assert_eq!(Day::try_from(text.to_owned()), Err(message.to_owned()));
    }
}
