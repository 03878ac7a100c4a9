//! The clock of the authority.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, tz};

/// A clock that shows the as-of date: what a card says about days counted from it and what the authority says about
/// moments belong together.
///
/// It goes at the pace of the system's clock and never back. On the as-of date itself it is the system's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    ahead: SignedDuration,
}

impl Clock {
    /// A clock that shows this date and the time of day that it is in Japan.
    #[must_use]
    pub fn on(as_of: Date) -> Self {
        Self::set(as_of, Timestamp::now())
    }

    /// The same when the system's clock shows `system`.
    fn set(as_of: Date, system: Timestamp) -> Self {
        Self { ahead: as_of.duration_since(day_in_japan(system)) }
    }

    /// The day that it is in Japan, where cards are used.
    #[must_use]
    pub fn today() -> Date {
        day_in_japan(Timestamp::now())
    }

    /// What the clock shows now.
    #[must_use]
    pub fn now(self) -> Timestamp {
        self.at(Timestamp::now())
    }

    fn at(self, system: Timestamp) -> Timestamp {
        let end = if self.ahead.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
        system.checked_add(self.ahead).unwrap_or(end)
    }
}

fn day_in_japan(at: Timestamp) -> Date {
    tz::offset(9).to_datetime(at).date()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use rstest::rstest;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    #[rstest]
    #[case::the_same_day(date(2026, 11, 24), "2026-11-23T15:10:00Z")]
    #[case::years_ago(date(2024, 12, 2), "2024-12-01T15:10:00Z")]
    #[case::to_come(date(2027, 1, 1), "2026-12-31T15:10:00Z")]
    fn the_clock_shows_the_as_of_date_and_the_time_of_day_in_japan(
        #[case] as_of: Date,
        #[case] shown: Timestamp,
    ) {
        let ten_past_midnight_in_japan = at("2026-11-23T15:10:00Z");
        assert_eq!(Clock::set(as_of, ten_past_midnight_in_japan).at(ten_past_midnight_in_japan), shown);
    }

    #[test]
    fn the_clock_goes_on_into_the_next_day() {
        let clock = Clock::set(date(2024, 12, 2), at("2026-11-24T14:59:59Z"));
        assert_eq!(clock.at(at("2026-11-24T15:00:01Z")), at("2024-12-02T15:00:01Z"));
    }

    #[rstest]
    #[case(Date::MIN, Timestamp::MIN)]
    #[case(Date::MAX, Timestamp::MAX)]
    fn a_date_at_the_end_of_the_calendar_stops_the_clock_there(#[case] as_of: Date, #[case] end: Timestamp) {
        assert_eq!(Clock::set(as_of, at("2026-11-24T14:59:59Z")).at(at("2026-11-24T23:59:59Z")), end);
    }
}
