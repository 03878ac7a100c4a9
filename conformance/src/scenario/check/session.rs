//! Sessions of secure messaging, and commands under their cover.

use super::{Checker, Written};
use crate::scenario::Le;

impl Checker<'_> {
    /// A session has a key to open it, and what is secured has a session.
    pub(super) fn secured(&mut self, written: &Written<'_>) {
        let step = &written.step;
        if step.session.is_some() {
            self.session = true;
            match &step.under {
                Some(name) => self.saved_part(name, written.at("under")),
                None => self.wrong(written.at("session"), "a session is opened \"under\" a saved public key"),
            }
        }
        let Some(secured) = step.secured else { return };
        if !self.session {
            let message =
                "no step before opens a session: without one, CLA 08 is given with \"cla\" or \"send\"";
            self.wrong(written.at("secured"), message);
        }
        if step.read_binary.is_some() && secured.needs_data() {
            let message = "a secured READ BINARY has no cryptogram that this could concern";
            self.wrong(written.at("secured"), message);
        }
        if step.read_binary.is_some() && step.le == Some(Le::Absent) {
            self.wrong(written.at("le"), "a secured READ BINARY asks for a number of bytes");
        }
    }
}
