//! The two roots together, as whoever asks about a card meets them.

use super::delegate::Delegate;
use super::{Authority, Purpose};
use crate::personalise::{Keys, PersonaliseError};
use std::sync::OnceLock;

/// Both roots, and who answers OCSP requests for them.
pub struct Authorities {
    auth: Answering,
    sign: Answering,
}

/// A root and its delegate.
pub(super) struct Answering {
    pub(super) root: Authority,
    pub(super) delegate: Delegate,
}

impl Authorities {
    /// The authorities that have these keys: `auth-ca` and `auth-ocsp`, `sign-ca` and `sign-ocsp`.
    ///
    /// # Errors
    ///
    /// [`PersonaliseError::UnknownKeyFile`] when one of them is missing.
    pub fn new(keys: &Keys) -> Result<Self, PersonaliseError> {
        let answering = |purpose: Purpose| -> Result<_, PersonaliseError> {
            let root = Authority::new(purpose, keys.find(&format!("{purpose}-ca"))?)?;
            let delegate = Delegate::of(&root, keys.find(&format!("{purpose}-ocsp"))?)?;
            Ok(Answering { root, delegate })
        };
        let auth = answering(Purpose::UserAuthentication)?;
        Ok(Self { auth, sign: answering(Purpose::DigitalSignature)? })
    }

    /// The authorities of the keys that come with the program.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static MADE: OnceLock<Authorities> = OnceLock::new();
        MADE.get_or_init(|| Self::new(Keys::embedded()).expect("the embedded keys make both authorities"))
    }

    /// The root for a purpose.
    #[must_use]
    pub fn root(&self, purpose: Purpose) -> &Authority {
        &self.answering(purpose).root
    }

    pub(super) fn answering(&self, purpose: Purpose) -> &Answering {
        match purpose {
            Purpose::UserAuthentication => &self.auth,
            Purpose::DigitalSignature => &self.sign,
        }
    }
}
