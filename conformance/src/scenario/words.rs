//! Which words may stand together in a step: a table with a line per verb.

/// One verb and what may stand beside it.
pub(crate) struct VerbWords {
    /// The verb, as written.
    pub(crate) verb: &'static str,
    /// The groups of modifiers and expectations that make sense with it.
    groups: &'static [&'static [&'static str]],
}

/// Status word of the answer.
const STATUS: &[&str] = &["sw", "or", "dead"];
/// Tries left, out of `63Cx`.
const TRIES: &[&str] = &["tries"];
/// The data that came back, or bytes looked at.
const DATA: &[&str] = &[
    "length",
    "length_between",
    "data",
    "text",
    "matches",
    "starts",
    "ends",
    "same_as",
    "differs_from",
    "lacks",
    "shape",
    "offsets",
    "part",
    "sha256_of",
    "signature",
    "save",
];
/// How the command is written, and how often it is sent.
const COMMAND: &[&str] = &["cla", "p1", "p2", "le", "extended", "times"];
/// Which key, and how it is addressed.
const KEY: &[&str] = &["key", "by"];
/// How a key is addressed that the verb itself names.
const BY: &[&str] = &["by"];
const SFI: &[&str] = &["sfi"];
const INPUT: &[&str] = &["input"];
/// Whether the command goes under cover of a session.
const SECURED: &[&str] = &["secured"];

/// All verbs.
pub(crate) const VERBS: &[VerbWords] = &[
    VerbWords { verb: "select", groups: &[STATUS, DATA, COMMAND, SECURED, &["take"]] },
    VerbWords { verb: "select_ef", groups: &[STATUS, DATA, COMMAND, SECURED] },
    VerbWords { verb: "read", groups: &[STATUS, DATA, &["style", "extended", "le", "times"]] },
    VerbWords { verb: "read_binary", groups: &[STATUS, DATA, COMMAND, SECURED, SFI] },
    VerbWords { verb: "read_record", groups: &[STATUS, DATA, COMMAND, SFI] },
    VerbWords { verb: "verify", groups: &[STATUS, TRIES, DATA, COMMAND, SECURED, KEY] },
    VerbWords { verb: "query", groups: &[STATUS, TRIES, DATA, COMMAND, BY] },
    VerbWords { verb: "lock", groups: &[STATUS, BY] },
    VerbWords { verb: "change", groups: &[STATUS, DATA, COMMAND, KEY] },
    VerbWords { verb: "sign", groups: &[STATUS, DATA, COMMAND, BY, INPUT, &["scheme"]] },
    VerbWords { verb: "internal_authenticate", groups: &[STATUS, DATA, COMMAND, BY, INPUT] },
    VerbWords { verb: "session", groups: &[STATUS, DATA, COMMAND, &["under"]] },
    VerbWords { verb: "challenge", groups: &[STATUS, DATA, COMMAND] },
    VerbWords { verb: "get_data", groups: &[STATUS, DATA, COMMAND] },
    VerbWords { verb: "send", groups: &[STATUS, TRIES, DATA, &["times"]] },
    VerbWords { verb: "power", groups: &[DATA, &["dead", "times"]] },
    VerbWords { verb: "insert", groups: &[] },
    VerbWords { verb: "act", groups: &[&["key", "to", "dead"]] },
    VerbWords { verb: "verified", groups: &[] },
    VerbWords { verb: "not_verified", groups: &[] },
    VerbWords { verb: "enumerate", groups: &[&["readable"]] },
    VerbWords { verb: "inspect", groups: &[DATA] },
    VerbWords { verb: "certificate", groups: &[&["has"]] },
];

/// Expectations on data that a `part` narrows down.
pub(crate) const ON_DATA: &[&str] = DATA;

impl VerbWords {
    /// The verb with this name.
    pub(crate) fn named(word: &str) -> Option<&'static Self> {
        VERBS.iter().find(|verb| verb.verb == word)
    }

    /// Whether this word may stand beside the verb.
    pub(crate) fn takes(&self, word: &str) -> bool {
        self.groups.iter().any(|group| group.contains(&word))
    }
}

/// The verbs beside which this word makes sense.
pub(crate) fn verbs_with(word: &str) -> Vec<&'static str> {
    VERBS.iter().filter(|verb| verb.takes(word)).map(|verb| verb.verb).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Step;

    #[test]
    fn every_key_of_a_step_is_a_verb_or_stands_beside_one() {
        let schema = schemars::schema_for!(Step);
        let keys = schema.get("properties").and_then(|p| p.as_object()).expect("a step is a table");
        for key in keys.keys() {
            assert!(
                VerbWords::named(key).is_some() || !verbs_with(key).is_empty(),
                "nothing takes \"{key}\""
            );
        }
        for verb in VERBS {
            assert!(keys.contains_key(verb.verb), "a step has no \"{}\"", verb.verb);
            for word in verb.groups.iter().copied().flatten() {
                assert!(keys.contains_key(*word), "a step has no \"{word}\"");
            }
        }
    }
}
