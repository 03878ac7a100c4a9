//! Why a case ends before its last step.

use super::transcript::Exchange;
use crate::verdict::Fault;
use jpki_apdu::{TransportError, TransportFault};

/// Why a case ends before its last step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Something was not observed as the step demands.
    Failed(Box<Failure>),
    /// It cannot be tried here.
    Skipped(String),
    /// It does not concern this card.
    NotApplicable(String),
    /// It cannot be judged.
    Error {
        /// Whose fault that is.
        fault: Fault,
        /// What happened.
        reason: String,
    },
}

/// What was expected and what was seen, without any secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The step, from 1.
    pub step: usize,
    /// How many steps the case has.
    pub steps: usize,
    /// What was sent last; absent when the step only looked at what it had.
    pub sent: Option<Exchange>,
    /// What the step demands.
    pub expected: String,
    /// What was seen instead.
    pub seen: String,
}

/// A difference, not yet tied to its step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub expected: String,
    pub seen: String,
}

impl Difference {
    pub(crate) fn new(expected: impl Into<String>, seen: impl Into<String>) -> Self {
        Self { expected: expected.into(), seen: seen.into() }
    }
}

impl Stop {
    /// The scenario asks for something that makes no sense: ours to mend.
    pub(crate) fn suite(reason: impl Into<String>) -> Self {
        Self::Error { fault: Fault::Suite, reason: reason.into() }
    }

    /// A command did not come back.
    pub(crate) fn transport(error: &TransportError, reason: String) -> Self {
        let fault = match error.fault {
            TransportFault::Withheld => return Self::Skipped(error.detail.clone()),
            TransportFault::TimedOut | TransportFault::Gone => Fault::Implementation,
            TransportFault::Protocol => Fault::Adapter,
            TransportFault::Environment => Fault::Environment,
        };
        Self::Error { fault, reason }
    }
}
