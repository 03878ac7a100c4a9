//! Exit codes of the program: an interface that a gate in CI depends on.

/// How the program ends. A number never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ExitCode {
    /// Conformant: something ran, and nothing that binds was broken. Verbs that only tell end so, too.
    Conformant = 0,
    /// Not conformant: a rule that binds was broken.
    NotConformant = 1,
    /// Usage or data error: the command line, a data file or a profile is wrong; nothing ran.
    UsageOrData = 2,
    /// The implementation or its adapter did not start or broke the protocol.
    Implementation = 3,
    /// Nothing ran: the selection is empty, or all of it was skipped or not applicable.
    NothingRan = 4,
    /// The baseline is stale: it excuses something that passes now or is no longer there.
    BaselineStale = 5,
    /// Refused or stopped for safety: the selection could cost a card in a reader more than was allowed or than it
    /// can bear, or the guard saw a counter that it must not have.
    RefusedForSafety = 6,
}

impl ExitCode {
    /// Every code, in order of its number.
    pub const ALL: [Self; 7] = [
        Self::Conformant,
        Self::NotConformant,
        Self::UsageOrData,
        Self::Implementation,
        Self::NothingRan,
        Self::BaselineStale,
        Self::RefusedForSafety,
    ];

    /// The number that the process ends with.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What the number says, in a few words.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Conformant => "conformant",
            Self::NotConformant => "not conformant",
            Self::UsageOrData => "usage or data error",
            Self::Implementation => "the implementation or its adapter did not start or broke the protocol",
            Self::NothingRan => "nothing ran",
            Self::BaselineStale => "the baseline is stale",
            Self::RefusedForSafety => "refused or stopped for safety",
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.number())
    }
}

#[cfg(test)]
mod tests {
    use super::ExitCode;

    #[test]
    fn the_numbers_are_those_that_gates_depend_on() {
        assert_eq!(ExitCode::ALL.map(ExitCode::number), [0, 1, 2, 3, 4, 5, 6]);
    }
}
