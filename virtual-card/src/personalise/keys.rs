//! The private keys that personalisation takes from files.

use super::PersonaliseError;
use crate::signer::Signer;
use std::collections::BTreeMap;

/// Private keys by the names of their files: of the authority, of the issuers of records, and of the cards.
#[derive(Clone, Debug)]
pub enum Keys {
    /// Keys from files.
    Files(BTreeMap<String, Signer>),
    /// A stand-in for every key, for fuzzing: nothing verifies, and signing costs nothing.
    Stubs,
}

impl Keys {
    /// Reads keys from PEM files, given by name and text.
    ///
    /// # Errors
    ///
    /// [`PersonaliseError::Key`] for the first file that holds no usable key.
    pub fn from_pem<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, PersonaliseError> {
        let read = |(name, pem): (&str, &str)| match Signer::from_pem(pem) {
            Ok(signer) => Ok((name.to_owned(), signer)),
            Err(error) => Err(PersonaliseError::Key { name: name.into(), error }),
        };
        files.into_iter().map(read).collect::<Result<_, _>>().map(Self::Files)
    }

    /// The key of a name.
    ///
    /// # Errors
    ///
    /// [`PersonaliseError::UnknownKeyFile`] when there is none.
    pub fn find(&self, name: &str) -> Result<Signer, PersonaliseError> {
        match self {
            Self::Files(files) => {
                files.get(name).cloned().ok_or_else(|| PersonaliseError::UnknownKeyFile(name.into()))
            }
            Self::Stubs => Ok(Signer::Stub),
        }
    }
}
