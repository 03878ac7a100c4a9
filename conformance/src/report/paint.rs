//! Colours, on a terminal only.

use std::fmt::Display;
use std::io::IsTerminal;

/// Whether to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paint {
    coloured: bool,
}

impl Paint {
    /// No colours: for files, pipes and tests.
    #[must_use]
    pub const fn plain() -> Self {
        Self { coloured: false }
    }

    /// Colours when this is a terminal and nobody asked for none (`NO_COLOR`).
    #[must_use]
    pub fn for_terminal(stream: &impl IsTerminal) -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { coloured: wanted && stream.is_terminal() }
    }

    pub(super) fn good(self, text: impl Display) -> String {
        self.with("1;32", text)
    }

    pub(super) fn bad(self, text: impl Display) -> String {
        self.with("1;31", text)
    }

    pub(super) fn strong(self, text: impl Display) -> String {
        self.with("1", text)
    }

    pub(super) fn faint(self, text: impl Display) -> String {
        self.with("2", text)
    }

    fn with(self, code: &str, text: impl Display) -> String {
        if self.coloured { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }
}
