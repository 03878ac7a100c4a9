//! What a request does to the slot.

use super::Request;
use crate::slot::{REMOVAL_SEEN, Refusal, Slot};

/// Does what is asked; the lines of the reply. A card that is put in may be seen by readers when this returns,
/// unless somebody has taken it out again.
///
/// # Errors
/// [`Refusal`]; everything is then as it was.
pub fn carry_out(request: &Request, slot: &Slot) -> Result<Vec<String>, Refusal> {
    match request {
        Request::Status => return Ok(slot.status().to_string().lines().map(str::to_owned).collect()),
        Request::Lock { key } => slot.lock_key(key)?,
        Request::Tries { key, left } => slot.set_tries(key, *left)?,
        Request::Unlock { key, value } => slot.unlock(key, value.as_bytes())?,
        Request::Remove => slot.remove()?,
        Request::Insert { card } => seen(slot, slot.insert(card.as_deref()))?,
        Request::Replace { card } => seen(slot, slot.replace(card))?,
        Request::Fresh { card } => seen(slot, slot.fresh(card.as_deref()))?,
        Request::Expire(certificates) => slot.expire(certificates.purposes())?,
        Request::Suspend(certificates) => slot.suspend(certificates.purposes())?,
        Request::Revoke { certificates, reason } => slot.revoke(certificates.purposes(), *reason)?,
        Request::Reinstate(certificates) => slot.reinstate(certificates.purposes())?,
        Request::Destroy => slot.destroy()?,
        Request::Tear(tear) => slot.set_tear(*tear),
        Request::Delay(delay) => slot.set_delay(*delay)?,
    }
    Ok(Vec::new())
}

/// Waits until readers may see the card that was put in.
fn seen(slot: &Slot, done: Result<(), Refusal>) -> Result<(), Refusal> {
    done?;
    slot.wait_for_card(REMOVAL_SEEN);
    Ok(())
}
