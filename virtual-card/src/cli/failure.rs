//! Why a verb could not do its work, and how it is told.

use crate::control::ListenError;
use crate::exit_code::ExitCode;
use crate::personalise::PersonaliseError;
use crate::slot::{CardError, RecallError};
use crate::state::StateError;
use std::io::{self, IsTerminal};
use tracing_subscriber::filter::LevelFilter;

/// Why a verb could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// There is no such card.
    #[error(transparent)]
    Card(#[from] CardError),
    /// A card that comes with the program is wrong, which its own tests would have told.
    #[error(transparent)]
    Personalise(#[from] PersonaliseError),
    /// The file of the state is none, or cannot be had.
    #[error(transparent)]
    State(#[from] StateError),
    /// The state belongs to another card.
    #[error(transparent)]
    Recall(#[from] RecallError),
    /// The control socket cannot be had.
    #[error(transparent)]
    Control(#[from] ListenError),
    /// The serving program refuses what `ctl` asks.
    #[error("{0}")]
    Refused(String),
    /// The command line asks for something that is not there.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do about it.
        help: String,
    },
    /// Something that is needed cannot be had.
    #[error("{what}: {error}")]
    Environment {
        /// What it was for.
        what: String,
        /// What the system says.
        error: io::Error,
        /// What to do about it.
        help: String,
    },
    /// Nothing can be written to the standard output.
    #[error("cannot write the output: {0}")]
    Output(#[from] io::Error),
}

impl Failure {
    /// What the person reads.
    #[must_use]
    pub fn text(&self) -> String {
        match self.help() {
            Some(help) => format!("error: {self}\n = help: {help}\n"),
            None => format!("error: {self}\n"),
        }
    }

    /// What to do about it, where that is not plain.
    fn help(&self) -> Option<&str> {
        match self {
            Self::Usage { help, .. } | Self::Environment { help, .. } => Some(help),
            Self::State(error) | Self::Recall(RecallError::State(error)) => Some(error.help()),
            Self::Control(error) => Some(error.help()),
            Self::Card(_) | Self::Personalise(_) | Self::Recall(_) | Self::Refused(_) | Self::Output(_) => {
                None
            }
        }
    }

    /// What a script reads.
    #[must_use]
    pub const fn exit_code(&self) -> ExitCode {
        match self {
            Self::State(StateError::InUse(_) | StateError::FileSystem { .. }) => ExitCode::Failed,
            Self::Control(_) | Self::Refused(_) => ExitCode::Failed,
            Self::Environment { .. } | Self::Output(_) => ExitCode::Failed,
            Self::Card(_) | Self::Personalise(_) | Self::State(_) | Self::Recall(_) | Self::Usage { .. } => {
                ExitCode::UsageOrData
            }
        }
    }
}

/// Sends what the program logs to standard error: standard output belongs to results and protocols.
pub(super) fn log_to_stderr(level: LevelFilter) {
    let logs = tracing_subscriber::fmt().with_max_level(level).with_target(false);
    // Another subscriber is there already when this is not the first call of the process.
    let _ = logs.with_writer(io::stderr).with_ansi(io::stderr().is_terminal()).try_init();
}
