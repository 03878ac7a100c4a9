//! Japanese eras: 照合番号B and the birth-date key count years in them, the signature certificate names them.

use jiff::civil::{Date, date};

/// First day of each era that has a digit on the card, from the latest; the digit is 1 for 明治 to 5 for 令和.
const ERAS: [(Date, u8); 5] = [
    (date(2019, 5, 1), 5),
    (date(1989, 1, 8), 4),
    (date(1926, 12, 25), 3),
    (date(1912, 7, 30), 2),
    (date(1868, 1, 25), 1),
];

/// A day in the Japanese calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EraDay {
    /// 1 明治, 2 大正, 3 昭和, 4 平成, 5 令和; 0 for a day before them.
    pub era: u8,
    /// Year of the era, from 1; the Gregorian year's last two digits where there is no era.
    pub year: u8,
}

impl EraDay {
    /// The era of a day and its year in it.
    #[must_use]
    pub fn of(day: Date) -> Self {
        match ERAS.iter().find(|(first, _)| *first <= day) {
            // The longest era, 昭和, has 64 years; 令和 would need a holder born after 2117 to leave two digits.
            Some((first, era)) => Self { era: *era, year: ((day.year() - first.year() + 1) % 100) as u8 },
            None => Self { era: 0, year: (day.year().rem_euclid(100)) as u8 },
        }
    }
}

/// YYMMDD with the year of the era: the value of the birth-date key.
#[must_use]
pub fn birth_digits(birth: Date) -> String {
    format!("{:02}{:02}{:02}", EraDay::of(birth).year, birth.month(), birth.day())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(date(1980, 2, 17), 3, 55)]
    #[case(date(1989, 1, 7), 3, 64)]
    #[case(date(1989, 1, 8), 4, 1)]
    #[case(date(2019, 4, 30), 4, 31)]
    #[case(date(2019, 5, 1), 5, 1)]
    #[case(date(1926, 12, 24), 2, 15)]
    #[case(date(1912, 7, 29), 1, 45)]
    #[case(date(1868, 1, 24), 0, 68)]
    fn an_era_begins_on_its_first_day(#[case] day: Date, #[case] era: u8, #[case] year: u8) {
        assert_eq!(EraDay::of(day), EraDay { era, year });
    }

    #[test]
    fn the_birth_date_key_of_the_observed_test_card() {
        assert_eq!(birth_digits(date(1980, 2, 17)), "550217");
    }
}
