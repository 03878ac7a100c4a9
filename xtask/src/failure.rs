//! What can go wrong, and whose fault it is.

use std::process::ExitCode;

/// Result of a verb or a step.
pub(crate) type Result<T = ()> = std::result::Result<T, Failure>;

/// Why a verb failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// There is no such verb.
    #[error("there is no verb \"{0}\"")]
    Usage(String),
    /// A program failed, or a file could not be read; the program has already said why.
    #[error(transparent)]
    Shell(#[from] xshell::Error),
    /// Tools are not there.
    #[error("missing: {tool}")]
    Missing {
        /// Its name, or several.
        tool: String,
        /// The way to get it.
        get: String,
    },
    /// A check of the repository did not hold.
    #[error("{0}")]
    Check(String),
}

impl Failure {
    /// The next thing to do.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            Self::Usage(_) => Some("cargo xtask lists every verb".into()),
            Self::Missing { get, .. } => Some(get.clone()),
            Self::Shell(_) | Self::Check(_) => None,
        }
    }

    /// 2 for a wrong call or a missing tool, 1 for everything that was checked and failed.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) | Self::Missing { .. } => ExitCode::from(2),
            Self::Shell(_) | Self::Check(_) => ExitCode::FAILURE,
        }
    }
}
