//! What the card knows only while it has power.

use super::chip::{Application, Chip, File};
use super::secure_messaging::Channel;
use super::security::Verified;
use crate::image::ApplicationKind;

/// Selection and security status.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// Index of the current application; none while the issuer security domain is current.
    pub(super) application: Option<u8>,
    /// Short identifier of the current elementary file.
    pub(super) file: Option<u8>,
    /// Number of the record read last in the current file; 0 before the first.
    pub(super) record: u8,
    /// Keys of the current application whose value has been shown.
    pub(super) verified: Verified,
    /// The secure-messaging session of the text application.
    pub(super) channel: Option<Channel>,
    /// The next command is answered with `6F00`, whatever it is.
    pub(super) fails_next: bool,
}

impl Session {
    /// After power-up.
    pub(super) fn powered_up(chip: &Chip) -> Self {
        Self { fails_next: chip.answers.first_command_fails, ..Self::reset() }
    }

    /// After a reset with the power kept.
    pub(super) fn reset() -> Self {
        Self {
            application: None,
            file: None,
            record: 0,
            verified: Verified::NOBODY,
            channel: None,
            fails_next: false,
        }
    }

    /// The current application.
    #[inline]
    pub(super) fn application<'c>(&self, chip: &'c Chip) -> Option<&'c Application> {
        chip.applications.get(usize::from(self.application?))
    }

    /// Whether this application is the current one.
    pub(super) fn is_in(&self, chip: &Chip, kind: ApplicationKind) -> bool {
        self.application(chip).is_some_and(|application| application.kind == kind)
    }

    /// The file with this short identifier in the current application.
    #[inline]
    pub(super) fn file_at<'c>(&self, chip: &'c Chip, sfi: u8) -> Option<&'c File> {
        self.application(chip)?.file(sfi)
    }

    /// The current elementary file.
    #[inline]
    pub(super) fn current_file<'c>(&self, chip: &'c Chip) -> Option<&'c File> {
        self.file_at(chip, self.file?)
    }

    /// Forgets who has been verified, and the secure-messaging session with it.
    pub(super) fn clear_status(&mut self) {
        self.verified = Verified::NOBODY;
        self.channel = None;
    }

    /// Makes a file the current one; its record pointer starts anew.
    #[inline]
    pub(super) fn enter_file(&mut self, sfi: u8) {
        self.file = Some(sfi);
        self.record = 0;
    }

    /// Leaves the current elementary file.
    pub(super) fn leave_file(&mut self) {
        self.file = None;
        self.record = 0;
    }
}
