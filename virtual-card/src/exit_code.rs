//! Exit codes of the program.

/// How the program ends. A number never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// A clean end: what was asked for is done, or the program was told to end.
    Done = 0,
    /// Failed while running: something that the card needs cannot be had, or could no longer be. Of `ctl`: the server
    /// refuses.
    Failed = 1,
    /// Usage or data error: the command line or a file is wrong; nothing was served. Of `ctl`: nobody answers, too.
    UsageOrData = 2,
}

impl ExitCode {
    /// Every code, in order of its number.
    pub const ALL: [Self; 3] = [Self::Done, Self::Failed, Self::UsageOrData];

    /// The number that the process ends with.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What the number says, in a few words.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "clean end, also when told to end by SIGTERM or Ctrl-C",
            Self::Failed => "failed while running; of ctl: the server refuses",
            Self::UsageOrData => "usage or data error; of ctl: also when no server answers",
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
    fn the_numbers_are_those_that_scripts_depend_on() {
        assert_eq!(ExitCode::ALL.map(ExitCode::number), [0, 1, 2]);
    }
}
