//! The names of applications and keys that card files use. `vectors/applications.toml` explains them, a test holds
//! this crate against it.

use crate::profile::{Holder, Masked};

/// The applications that a My Number card can have.
pub const APPLICATIONS: [&str; 6] = ["jpki", "text", "surface", "common", "juki", "licence"];

/// How the value of a key follows from the holder's data.
pub type Derive = fn(&Holder) -> Masked;

/// The keys that VERIFY names, and how the value of some follows from the holder's data.
pub const KEYS: [(&str, Option<Derive>); 12] = [
    ("auth-pin", None),
    ("sign-pin", None),
    ("text-pin", None),
    ("text-blocked-key", None),
    ("text-number-a", Some(Holder::number_a)),
    ("text-number-b", Some(Holder::number_b)),
    ("birth-date-key", Some(Holder::birth_date_key)),
    ("surface-number-a", Some(Holder::number_a)),
    ("surface-number-b", Some(Holder::number_b)),
    ("common-pin", None),
    ("juki-pin", None),
    ("licence-pin", None),
];
