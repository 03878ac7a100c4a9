//! Where the sources about the card disagree, the model takes the answer as a parameter.

/// How the modelled card answers where the sources disagree; the default is the best-supported answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Knobs {
    /// Security status after SELECT of the application that is current already (question Q1).
    pub same_application_select: Status,
    /// Security status and selection after a warm reset (Q3).
    pub warm_reset: Status,
    /// An earlier success of a key after a failed VERIFY of the same key (Q16).
    pub failed_verify: Status,
    /// Status word of VERIFY on a blocked key (Q2).
    pub blocked_verify: u16,
    /// What a value of another length than the right one does to VERIFY (Q8).
    pub wrong_length: WrongLength,
    /// The first command after power-up is answered with 6F00 and does nothing; a warm reset wakes the card, too.
    pub first_command_fails: bool,
    /// What SELECT by the beginning of a name does (point U2).
    pub prefix_select: PrefixSelect,
    /// READ BINARY by short identifier makes its file current even when it is then refused (U4).
    pub refused_read_selects: bool,
    /// VERIFY and signing by short identifier make that file current (U5).
    pub key_by_sfi_selects: bool,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            same_application_select: Status::Survives,
            warm_reset: Status::IsLost,
            failed_verify: Status::IsLost,
            blocked_verify: 0x6984,
            wrong_length: WrongLength::CostsATry,
            first_command_fails: false,
            prefix_select: PrefixSelect::FindsTheApplication,
            refused_read_selects: true,
            key_by_sfi_selects: false,
        }
    }
}

/// What becomes of a security status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is still there.
    Survives,
    /// It is gone.
    IsLost,
}

/// What a value of the wrong length does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongLength {
    /// It is a wrong value like any other.
    CostsATry,
    /// It is refused with 6700 and costs nothing.
    IsRefused,
}

/// What SELECT by an unambiguous beginning of a name does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrefixSelect {
    /// It selects the application.
    FindsTheApplication,
    /// It finds nothing.
    FindsNothing,
}
