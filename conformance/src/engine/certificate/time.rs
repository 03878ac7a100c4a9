//! Validity of a certificate, in days as Japan counts them.

use super::{Fact, Subject, differs};
use crate::engine::session::Session;
use crate::engine::stop::Stop;
use crate::scenario::{CertificateFacts, Validity};
use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan as _};
use x509_cert::Certificate;
use x509_cert::time::Time;

pub(super) fn check(facts: &CertificateFacts, subject: &Subject, session: &Session<'_>) -> Fact {
    let validity = &subject.certificate.tbs_certificate.validity;
    let (begins, ends) = (validity.not_before, validity.not_after);
    if facts.utc_time == Some(true) {
        let both = matches!((begins, ends), (Time::UtcTime(_), Time::UtcTime(_)));
        if !both {
            return differs("both dates as UTCTime", "GeneralizedTime");
        }
    }
    if let Some(ending) = &facts.not_after_ends {
        let seen = instant(ends).strftime("%y%m%d%H%M%SZ").to_string();
        if !seen.ends_with(&**ending) {
            return differs(format!("notAfter that ends with {ending}"), seen);
        }
    }
    let (first, last) = (day(begins), day(ends));
    if let Some(years) = facts.years_at_most
        && first.saturating_add(i64::from(years).years()) < last
    {
        return differs(format!("at most {years} years of validity"), format!("{first} to {last}"));
    }
    holder(facts, last, session)?;
    let today = session.stage().as_of;
    if let Some(expected) = facts.validity {
        let seen = match today {
            today if today < first => Validity::NotYetValid,
            today if today > last => Validity::Expired,
            _ => Validity::Valid,
        };
        if seen != expected {
            let period = format!("{}: {first} to {last}", word(seen));
            return differs(format!("{} on {today}", word(expected)), period);
        }
    }
    if let Some((from, to)) = facts.days_left {
        let left = today.until(last).map_or(0, |span| span.get_days());
        if !(from..=to).contains(&left) {
            return differs(format!("{from} to {to} days left on {today}"), format!("{left}, until {last}"));
        }
    }
    Ok(())
}

/// What the card's profile has to say about the last day.
fn holder(facts: &CertificateFacts, last: Date, session: &Session<'_>) -> Fact {
    if facts.ends_on_birthday.is_none() && facts.ends_by_card_expiry.is_none() {
        return Ok(());
    }
    let Some(holder) = &session.known().profile().holder else {
        let reason = "the card's profile does not say whose card it is";
        return Err(Stop::Skipped(reason.to_owned()).into());
    };
    if let Some(expected) = facts.ends_on_birthday {
        let born = holder.birth_date;
        // Who was born on 29 February has the day before it or after it in other years.
        let leap_child = (born.month(), born.day()) == (2, 29) && !last.in_leap_year();
        let on_birthday = (last.month(), last.day()) == (born.month(), born.day())
            || leap_child && matches!((last.month(), last.day()), (2, 28) | (3, 1));
        if on_birthday != expected {
            let demand = if expected { "a last day" } else { "no last day" };
            return differs(format!("{demand} on the holder's birthday"), last.to_string());
        }
    }
    if let Some(expected) = facts.ends_by_card_expiry
        && (last <= holder.card_expires) != expected
    {
        let demand = if expected { "on or before" } else { "after" };
        let seen = last.to_string();
        return differs(format!("a last day {demand} the card's own, {}", holder.card_expires), seen);
    }
    Ok(())
}

pub(super) fn ends_after(certificate: &Certificate, other: &Certificate, name: &str) -> Fact {
    let end = |c: &Certificate| day(c.tbs_certificate.validity.not_after);
    if end(certificate) > end(other) {
        return Ok(());
    }
    differs(format!("a last day after {}, that of {name}", end(other)), end(certificate).to_string())
}

fn word(validity: Validity) -> &'static str {
    match validity {
        Validity::Valid => "valid",
        Validity::Expired => "expired",
        Validity::NotYetValid => "not yet valid",
    }
}

fn instant(time: Time) -> Timestamp {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

/// The day in Japan, which has no other time in summer.
fn day(time: Time) -> Date {
    Offset::constant(9).to_datetime(instant(time)).date()
}
