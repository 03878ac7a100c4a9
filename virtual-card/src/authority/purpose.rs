//! What a certificate is for.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a certificate is for; each purpose has a root of its own.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum Purpose {
    /// 利用者証明用: JPKI 000A under 000B.
    #[serde(rename = "auth")]
    UserAuthentication,
    /// 署名用: JPKI 0001 under 0002.
    #[serde(rename = "sign")]
    DigitalSignature,
}

/// A word that is neither `auth` nor `sign`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no certificate of a card: auth or sign")]
pub struct UnknownPurpose(pub String);

impl Purpose {
    /// Both purposes.
    pub const ALL: [Self; 2] = [Self::UserAuthentication, Self::DigitalSignature];

    /// The word for it in names of files and on command lines.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UserAuthentication => "auth",
            Self::DigitalSignature => "sign",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Purpose {
    type Err = UnknownPurpose;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.name() == text)
            .ok_or_else(|| UnknownPurpose(text.into()))
    }
}
