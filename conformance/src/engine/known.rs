//! What the harness knows of the card it talks to: its profile, and the values that open it.

use jpki_virtual_card::profile::{CardProfile, KeepsOrClears, Knobs, WrongLength};
use std::collections::BTreeMap;
use std::fmt;

/// A card's profile with the values of its keys, as far as they can be had.
#[derive(Clone)]
pub struct KnownCard {
    profile: CardProfile,
    values: BTreeMap<String, Vec<u8>>,
}

impl fmt::Debug for KnownCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KnownCard({}, {} key values masked)", self.profile.name, self.values.len())
    }
}

impl KnownCard {
    /// Takes a profile; `environment` looks up the variables that its keys name.
    pub fn new(profile: CardProfile, environment: impl Fn(&str) -> Option<String>) -> Self {
        let values = profile
            .keys
            .iter()
            .filter_map(|(name, key)| {
                let value = match &key.value_from {
                    Some(variable) => environment(variable)?.into_bytes(),
                    None => key.value.as_ref()?.as_bytes().to_vec(),
                };
                Some((name.clone(), value))
            })
            .collect();
        Self { profile, values }
    }

    /// The same card with the tries that were found on it: key, tries when full, tries left.
    pub(crate) fn as_met<'k>(&self, tries: impl Iterator<Item = (&'k str, u8, u8)>) -> Self {
        let mut met = self.clone();
        for (name, full, left) in tries {
            if let Some(key) = met.profile.keys.get_mut(name) {
                (key.tries, key.tries_left) = (full, Some(left));
            }
        }
        met
    }

    /// The same card without what only its holder can know: no value of any key, no holder.
    #[must_use]
    pub fn of_a_stranger(&self) -> Self {
        self.only(|_| false, false)
    }

    /// The same card with the values of these keys alone, and with or without its holder.
    pub(crate) fn only(&self, keys: impl Fn(&str) -> bool, holder: bool) -> Self {
        let mut card = self.clone();
        card.values.retain(|key, _| keys(key));
        if !holder {
            card.profile.holder = None;
        }
        card
    }

    /// The profile as read.
    #[must_use]
    pub fn profile(&self) -> &CardProfile {
        &self.profile
    }

    /// The values of all keys.
    pub(crate) fn values(&self) -> impl Iterator<Item = &[u8]> {
        self.values.values().map(Vec::as_slice)
    }

    /// The factory value of a key.
    ///
    /// # Errors
    /// Why it is not known, as a reason to skip.
    pub(crate) fn value(&self, key: &str) -> Result<&[u8], String> {
        if let Some(value) = self.values.get(key) {
            return Ok(value);
        }
        Err(match self.profile.keys.get(key) {
            Some(known) => match &known.value_from {
                Some(variable) => {
                    format!("the environment variable {variable}, which holds the value of {key}, is not set")
                }
                None => format!("the card's profile does not say the value of {key}"),
            },
            None => format!("the card's profile does not know the key {key}"),
        })
    }

    /// Tries that a key has when the card is fresh.
    pub(crate) fn tries_left(&self, key: &str) -> Option<u8> {
        self.profile.keys.get(key).map(|k| k.tries_left.unwrap_or(k.tries))
    }

    /// Tries that a key has after a right VERIFY.
    pub(crate) fn tries(&self, key: &str) -> Option<u8> {
        self.profile.keys.get(key).map(|k| k.tries)
    }

    /// What the profile says under a name such as `holder.name` or `pins.auth-pin`, as it stands on the card.
    ///
    /// # Errors
    /// Why it cannot be said, as a reason to skip.
    pub(crate) fn fact(&self, name: &str) -> Result<Vec<u8>, String> {
        if let Some(key) = name.strip_prefix("pins.") {
            return self.value(key).map(<[u8]>::to_vec);
        }
        let Some(field) = name.strip_prefix("holder.") else {
            return Err(format!("a card's profile has no \"@{name}\""));
        };
        let Some(holder) = &self.profile.holder else {
            return Err("the card's profile does not say whose card it is".to_owned());
        };
        // The card writes its dates as YYYYMMDD.
        let date = |date: jiff::civil::Date| date.strftime("%Y%m%d").to_string();
        let text = match field.replace('-', "_").as_str() {
            "name" => holder.name.clone(),
            "address" => holder.address.clone(),
            "birth_date" => date(holder.birth_date),
            "sex" => holder.sex.clone(),
            "number" => holder.number.to_string(),
            "security_code" => holder.security_code.to_string(),
            "prefecture" => holder.prefecture.clone(),
            "municipality" => holder.municipality.clone(),
            "municipality_code" => holder.municipality_code.clone(),
            "card_serial" => holder.card_serial.clone(),
            "card_issued" => date(holder.card_issued),
            "card_expires" => date(holder.card_expires),
            _ => return Err(format!("a card's profile has no \"@{name}\"")),
        };
        Ok(text.into_bytes())
    }

    /// A knob of the profile as the profile writes it.
    pub(crate) fn knob(&self, name: &str) -> Option<String> {
        knobs(&self.profile.knobs).into_iter().find(|(n, _)| *n == name).map(|(_, value)| value)
    }
}

/// Every knob by name. The pattern lists all fields, so that a new knob cannot be forgotten here.
fn knobs(knobs: &Knobs) -> [(&'static str, String); 16] {
    let Knobs {
        same_application_select,
        warm_reset,
        failed_verify,
        blocked_verify,
        read_past_end,
        short_read,
        certificate_filler,
        filler_byte,
        long_lengths,
        fci,
        interindustry_sign,
        wrong_length_verify,
        empty_verify_with_le,
        first_command_fails,
        terminal_certificate,
        secure_messaging,
    } = knobs;
    let survives = |it: &KeepsOrClears| match it {
        KeepsOrClears::Keeps => "keeps".to_owned(),
        KeepsOrClears::Clears => "clears".to_owned(),
    };
    [
        ("same_application_select", survives(same_application_select)),
        ("warm_reset", survives(warm_reset)),
        ("failed_verify", survives(failed_verify)),
        ("blocked_verify", blocked_verify.clone()),
        ("read_past_end", read_past_end.clone()),
        ("short_read", short_read.clone()),
        ("certificate_filler", certificate_filler.to_string()),
        ("filler_byte", filler_byte.clone()),
        ("long_lengths", long_lengths.to_string()),
        ("fci", fci.to_string()),
        ("interindustry_sign", interindustry_sign.to_string()),
        (
            "wrong_length_verify",
            match wrong_length_verify {
                WrongLength::Counts => "counts".to_owned(),
                WrongLength::Refused => "refused".to_owned(),
            },
        ),
        ("empty_verify_with_le", empty_verify_with_le.clone()),
        ("first_command_fails", first_command_fails.to_string()),
        ("terminal_certificate", terminal_certificate.to_string()),
        ("secure_messaging", secure_messaging.to_string()),
    ]
}
