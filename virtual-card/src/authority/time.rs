//! Moments as X.509 writes them.

use super::IssueError;
use der::DateTime;
use der::asn1::{GeneralizedTime, UtcTime};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use x509_cert::time::Time;

/// A moment in UTC: the day, and hours, minutes and seconds.
pub(super) fn utc_time(day: Date, [hours, minutes, seconds]: [u8; 3]) -> Result<Time, IssueError> {
    let outside = |_| IssueError::OutsideUtcTime(day);
    let year = u16::try_from(day.year()).map_err(|_| IssueError::OutsideUtcTime(day))?;
    let moment = DateTime::new(year, day.month() as u8, day.day() as u8, hours, minutes, seconds);
    let moment = moment.map_err(outside)?;
    UtcTime::from_date_time(moment).map(Time::UtcTime).map_err(outside)
}

/// 23:59:59 in Japan.
pub(super) fn end_of_day(day: Date) -> Result<Time, IssueError> {
    utc_time(day, [14, 59, 59])
}

/// A moment of a revocation list: UTCTime to the end of 2049, GeneralizedTime from then on (RFC 5280, 5.1.2.4).
pub(super) fn time(at: Timestamp) -> Result<Time, IssueError> {
    let moment = date_time(at)?;
    Ok(UtcTime::from_date_time(moment)
        .map_or_else(|_| Time::GeneralTime(GeneralizedTime::from_date_time(moment)), Time::UtcTime))
}

/// A moment so much later.
pub(super) fn later(at: Timestamp, by: SignedDuration) -> Result<Timestamp, IssueError> {
    at.checked_add(by).map_err(|_| IssueError::OutsideTime(at))
}

/// A moment to the second.
pub(super) fn date_time(at: Timestamp) -> Result<DateTime, IssueError> {
    let seconds = u64::try_from(at.as_second()).map_err(|_| IssueError::OutsideTime(at))?;
    DateTime::from_unix_duration(Duration::from_secs(seconds)).map_err(|_| IssueError::OutsideTime(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::the_first("1970-01-01T00:00:00Z", "UTCTime")]
    #[case::fractions_do_not_count("2026-11-22T03:00:00.999Z", "UTCTime")]
    #[case::the_last_of_two_digits("2049-12-31T23:59:59Z", "UTCTime")]
    #[case::the_first_of_four_digits("2050-01-01T00:00:00Z", "GeneralizedTime")]
    fn a_year_is_written_with_two_digits_as_long_as_that_is_allowed(
        #[case] at: Timestamp,
        #[case] expected: &str,
    ) {
        let written = time(at).expect("a moment that can be written");
        let form = if matches!(written, Time::UtcTime(_)) { "UTCTime" } else { "GeneralizedTime" };
        assert_eq!(form, expected);
        assert_eq!(written.to_unix_duration().as_secs(), at.as_second() as u64);
    }

    #[rstest]
    #[case("1969-12-31T23:59:59Z")]
    #[case("-000753-04-21T00:00:00Z")]
    fn a_moment_before_1970_is_refused(#[case] at: Timestamp) {
        assert_eq!(time(at), Err(IssueError::OutsideTime(at)));
    }
}
