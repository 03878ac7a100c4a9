//! What a run may do to a card in a reader beyond reading it, and the leave for it: the words of `--allow`.

use crate::closest::closest;
use crate::scenario::Names;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// Something that a case may do to a card beyond reading it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// The right value of this key is presented. Should it turn out wrong, that costs a try.
    Presents(String),
    /// A wrong value is presented to this key: that costs a try until the right one gives it back.
    Spends(String),
    /// The value of this key is changed, and changed back.
    Changes(String),
    /// The card signs bytes of ours.
    Signs,
    /// Commands are sent of which nobody knows what a real card makes of them.
    Probes,
}

impl Effect {
    /// The key that it concerns.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Presents(key) | Self::Spends(key) | Self::Changes(key) => Some(key),
            Self::Signs | Self::Probes => None,
        }
    }
}

impl fmt::Display for Effect {
    /// As `--allow` takes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Presents(key) => write!(f, "presents:{key}"),
            Self::Spends(key) => write!(f, "spends:{key}"),
            Self::Changes(key) => write!(f, "changes:{key}"),
            Self::Signs => f.write_str("signs"),
            Self::Probes => f.write_str("probes"),
        }
    }
}

/// One `--allow`: an effect on one key, or on every key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Allowed {
    /// `presents` or `presents:KEY`.
    Presents(Option<String>),
    /// `spends` or `spends:KEY`.
    Spends(Option<String>),
    /// `changes` or `changes:KEY`.
    Changes(Option<String>),
    /// `signs`.
    Signs,
    /// `probes`.
    Probes,
}

impl fmt::Display for Allowed {
    /// As `--allow` takes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, key) = match self {
            Self::Presents(key) => ("presents", key.as_ref()),
            Self::Spends(key) => ("spends", key.as_ref()),
            Self::Changes(key) => ("changes", key.as_ref()),
            Self::Signs => ("signs", None),
            Self::Probes => ("probes", None),
        };
        match key {
            Some(key) => write!(f, "{word}:{key}"),
            None => f.write_str(word),
        }
    }
}

/// Words of `--allow` that give no leave.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoLeave {
    /// Nothing is called so.
    #[error(
        "\"{0}\" is nothing that can be allowed: say presents, spends, changes (each with or without :KEY), signs or probes"
    )]
    Unknown(String),
    /// What a municipal office would have to undo is never allowed.
    #[error("\"{0}\" is never allowed on a card in a reader: only a municipal office can undo it")]
    Never(String),
    /// This one concerns no key.
    #[error("\"{0}\" concerns no key: say it without one")]
    NoKey(String),
}

impl FromStr for Allowed {
    type Err = NoLeave;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (word, key) = match text.split_once(':') {
            Some((word, key)) => (word, Some(key.to_owned())),
            None => (text, None),
        };
        match (word, key) {
            ("presents", key) => Ok(Self::Presents(key)),
            ("spends", key) => Ok(Self::Spends(key)),
            ("changes", key) => Ok(Self::Changes(key)),
            ("signs", None) => Ok(Self::Signs),
            ("probes", None) => Ok(Self::Probes),
            ("signs" | "probes", Some(_)) => Err(NoLeave::NoKey(word.to_owned())),
            ("locks" | "tampers", _) => Err(NoLeave::Never(word.to_owned())),
            _ => Err(NoLeave::Unknown(text.to_owned())),
        }
    }
}

/// All leave that was given for a run; none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leave(BTreeSet<Allowed>);

impl FromIterator<Allowed> for Leave {
    fn from_iter<I: IntoIterator<Item = Allowed>>(given: I) -> Self {
        Self(given.into_iter().collect())
    }
}

impl Leave {
    /// None at all was given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The effect is allowed. Who may spend or change may also present the right value: that is how both
    /// are undone.
    #[must_use]
    pub fn covers(&self, effect: &Effect) -> bool {
        let on = |given: &Option<String>, key: &String| given.as_ref().is_none_or(|given| given == key);
        self.0.iter().any(|given| match (given, effect) {
            (
                Allowed::Presents(given) | Allowed::Spends(given) | Allowed::Changes(given),
                Effect::Presents(key),
            )
            | (Allowed::Spends(given), Effect::Spends(key))
            | (Allowed::Changes(given), Effect::Changes(key)) => on(given, key),
            (Allowed::Signs, Effect::Signs) | (Allowed::Probes, Effect::Probes) => true,
            _ => false,
        })
    }

    /// A key that leave was given for and that no card has, and the one that was probably meant.
    #[must_use]
    pub fn unknown_key<'a>(&'a self, names: &'a Names) -> Option<(&'a str, Option<&'a str>)> {
        self.0.iter().find_map(|given| match given {
            Allowed::Presents(Some(key)) | Allowed::Spends(Some(key)) | Allowed::Changes(Some(key))
                if names.key(key).is_none() =>
            {
                let known = names.keys().map(|(_, file)| &*file.name);
                Some((&**key, closest(key, known)))
            }
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn leave(words: &[&str]) -> Leave {
        words.iter().map(|word| word.parse::<Allowed>().expect("leave")).collect()
    }

    #[rstest]
    #[case(&[], Effect::Presents("auth-pin".into()), false)]
    #[case(&["presents"], Effect::Presents("auth-pin".into()), true)]
    #[case(&["presents:auth-pin"], Effect::Presents("auth-pin".into()), true)]
    #[case(&["presents:auth-pin"], Effect::Presents("sign-pin".into()), false)]
    #[case(&["presents"], Effect::Spends("auth-pin".into()), false)]
    #[case(&["spends:sign-pin"], Effect::Presents("sign-pin".into()), true)]
    #[case(&["spends:sign-pin"], Effect::Spends("auth-pin".into()), false)]
    #[case(&["changes"], Effect::Presents("sign-pin".into()), true)]
    #[case(&["changes"], Effect::Spends("sign-pin".into()), false)]
    #[case(&["probes"], Effect::Signs, false)]
    #[case(&["signs", "probes"], Effect::Probes, true)]
    fn leave_covers_what_it_names(#[case] words: &[&str], #[case] effect: Effect, #[case] covered: bool) {
        assert_eq!(leave(words).covers(&effect), covered);
    }

    #[rstest]
    #[case("locks:auth-pin", NoLeave::Never("locks".into()))]
    #[case("tampers", NoLeave::Never("tampers".into()))]
    #[case("everything", NoLeave::Unknown("everything".into()))]
    #[case("probes:auth-pin", NoLeave::NoKey("probes".into()))]
    fn what_cannot_be_undone_is_never_allowed(#[case] words: &str, #[case] error: NoLeave) {
        assert_eq!(words.parse::<Allowed>(), Err(error));
    }
}
