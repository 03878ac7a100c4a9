//! The verbs of the control socket, as people read them.

/// A verb with what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verb {
    /// The word.
    pub word: &'static str,
    /// What follows it, in capitals what is to be filled in.
    pub arguments: &'static str,
    /// What it does.
    pub does: &'static str,
}

/// Every verb.
pub const VERBS: [Verb; 15] = [
    verb("status", "", "print the slot, the card, its keys and its certificates"),
    verb("lock", "KEY", "no try is left on a key"),
    verb("tries", "KEY N", "so many tries are left on a key"),
    verb("unlock", "KEY HEXVALUE", "the municipality gives a key a value and all its tries"),
    verb("remove", "", "take the card out"),
    verb("insert", "[CARD]", "put a card in, or the last one back"),
    verb("replace", "CARD", "take the card out and put another one in"),
    verb("fresh", "[CARD]", "make a factory-fresh card of it without a removal"),
    verb("expire", "auth|sign|both", "make certificates whose last day was yesterday"),
    verb("suspend", "auth|sign|both", "the authority puts certificates on hold"),
    verb("revoke", "auth|sign|both [REASON]", "the authority revokes certificates for good"),
    verb("reinstate", "auth|sign|both", "the authority lifts a suspension"),
    verb("destroy", "", "force the chip open: the card never answers again"),
    verb("tear", "after N | in-response [N] | off", "answer N commands and pull the card at the next"),
    verb("delay", "MILLISECONDS", "wait so long before every command"),
];

const fn verb(word: &'static str, arguments: &'static str, does: &'static str) -> Verb {
    Verb { word, arguments, does }
}

impl Verb {
    /// The verb of this word.
    #[must_use]
    pub fn of(word: &str) -> Option<&'static Self> {
        VERBS.iter().find(|verb| verb.word == word)
    }

    /// How it is written.
    #[must_use]
    pub fn usage(&self) -> String {
        format!("{} {}", self.word, self.arguments).trim_end().to_owned()
    }
}
