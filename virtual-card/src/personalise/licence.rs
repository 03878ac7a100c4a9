//! マイナ免許証AP: its PIN and whether it is set. The licence data itself is not there.

use super::{Desk, PersonaliseError, application, transparent};
use crate::image::{Access, Application, ApplicationKind, Change};

const AID: [u8; 16] = [0xA0, 0x00, 0x00, 0x02, 0x31, 0x06, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// The licence application.
pub(super) fn licence(desk: &Desk<'_>) -> Result<Application, PersonaliseError> {
    let files = vec![
        desk.pin(0x0006, "licence-pin", Change::Never)?,
        transparent(0x001A, [0xC1, 0x01, 0x01], Access::Free), // a PIN is set
    ];
    Ok(application(ApplicationKind::Licence, AID, files))
}
