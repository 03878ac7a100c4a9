//! Moments in a card file: a day, and the time of day in Japan.

use super::Day;
use jiff::civil::{Date, Time};
use jiff::{Timestamp, tz};
use schemars::JsonSchema;
use serde::Deserialize;

/// A moment in Japan: a [`Day`], then `T` and a time of day (`-30T14:20:00`, `2026-03-02T23:40`). A day alone is its
/// first second.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct Moment {
    /// The day, fixed or counted from the as-of date.
    pub day: Day,
    /// The time of day in Japan.
    pub time: Time,
}

impl Moment {
    /// The first second of the as-of date in Japan.
    pub const START_OF_AS_OF: Self = Self { day: Day::FromAsOf(0), time: Time::midnight() };

    /// The moment itself. One outside of what a [`Timestamp`] can hold is the first or last that it can.
    #[must_use]
    pub fn resolve(self, as_of: Date) -> Timestamp {
        let civil = self.day.resolve(as_of).to_datetime(self.time);
        let beyond = if civil.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
        // Japan has kept nine hours ahead of UTC, without summer time, since before there were cards.
        tz::offset(9).to_timestamp(civil).unwrap_or(beyond)
    }
}

impl TryFrom<String> for Moment {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let (day, time) = match text.split_once('T') {
            None => (text.as_str(), Time::midnight()),
            Some((day, time)) => {
                (day, time.parse().map_err(|_| format!("\"{time}\" is no time of day, HH:MM:SS"))?)
            }
        };
        Ok(Self { day: Day::try_from(day.to_owned())?, time })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use rstest::rstest;

    const AS_OF: Date = date(2026, 11, 22);

    #[rstest]
    #[case("-2T23:40:05", "2026-11-20T14:40:05Z")]
    #[case("2026-03-02T08:59", "2026-03-01T23:59:00Z")]
    #[case("+0", "2026-11-21T15:00:00Z")]
    #[case("2026-03-02", "2026-03-01T15:00:00Z")]
    fn a_moment_is_a_day_and_a_time_of_day_in_japan(#[case] text: &str, #[case] utc: Timestamp) {
        let moment = Moment::try_from(text.to_owned()).expect("a moment");
        assert_eq!(moment.resolve(AS_OF), utc);
    }

    #[rstest]
    #[case::after_the_last("+0T23:00", Date::MAX, Timestamp::MAX)]
    #[case::before_the_first("+0", Date::MIN, Timestamp::MIN)]
    fn a_moment_that_no_timestamp_holds_is_the_nearest(
        #[case] text: &str,
        #[case] as_of: Date,
        #[case] nearest: Timestamp,
    ) {
        assert_eq!(Moment::try_from(text.to_owned()).expect("a moment").resolve(as_of), nearest);
    }

    #[rstest]
    #[case("yesterday", "\"yesterday\" is neither YYYY-MM-DD nor +days or -days")]
    #[case("-2T25:00", "\"25:00\" is no time of day, HH:MM:SS")]
    #[case("-2T", "\"\" is no time of day, HH:MM:SS")]
    fn what_is_no_moment_is_refused_with_what_is(#[case] text: &str, #[case] message: &str) {
        assert_eq!(Moment::try_from(text.to_owned()), Err(message.to_owned()));
    }
}
