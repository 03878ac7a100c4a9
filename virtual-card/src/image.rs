//! The image of a card: everything that personalisation puts on it and that no command changes,
//! shared by all clones of a card. PINs change on the card, so an image holds
//! only their factory values.

use crate::profile::Knobs;
use crate::signer::Signer;
use std::fmt;
use std::sync::Arc;

/// What is on a card when it leaves the factory.
#[derive(Clone, Debug)]
pub struct CardImage {
    /// Answer to reset.
    pub atr: Vec<u8>,
    /// How the card answers where the sources disagree.
    pub knobs: Knobs,
    /// Data objects that GET DATA answers while the issuer security domain is current: tag and value.
    pub objects: Vec<(u16, Vec<u8>)>,
    /// Data objects that GET DATA answers wherever it is asked (5F51).
    pub common_objects: Vec<(u16, Vec<u8>)>,
    /// The applications, without the issuer security domain.
    pub applications: Vec<Application>,
    /// Seed of the card's random numbers: challenges and PSS salts repeat from run to run.
    pub seed: u64,
}

/// One application (DF) of the card.
#[derive(Clone, Debug)]
pub struct Application {
    /// Which one it is; some commands answer differently in each.
    pub kind: ApplicationKind,
    /// Its name on the wire.
    pub aid: Vec<u8>,
    /// Its elementary files; the short identifier of each is the low five bits of its id.
    pub files: Vec<File>,
    /// The key that COMPUTE DIGITAL SIGNATURE with P2 = 00 uses: id of a private key file.
    pub default_key: Option<u16>,
    /// The key that SET SESSION KEY decrypts with; its public half stands in text EF 0006. Applications
    /// without one know no secure messaging.
    pub session_key: Option<Signer>,
}

/// The applications of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ApplicationKind {
    /// 公的個人認証AP.
    Jpki,
    /// 券面事項入力補助AP.
    Text,
    /// 券面事項確認AP.
    Surface,
    /// 共通カードAP.
    Common,
    /// 住基AP.
    Juki,
    /// マイナ免許証AP.
    Licence,
    /// Any other application: the card in the reader is no My Number card.
    Other,
}

/// One elementary file.
#[derive(Clone, Debug)]
pub struct File {
    /// File identifier, 0001 to 001E.
    pub id: u16,
    /// What it is and holds.
    pub content: Content,
}

/// What an elementary file is and holds.
#[derive(Clone, Debug)]
pub enum Content {
    /// Bytes read by offset.
    Transparent {
        /// The whole physical file, filler included.
        bytes: Arc<[u8]>,
        /// Who may read it.
        read: Access,
    },
    /// Records read by number from 1; each is a whole simple-TLV.
    Records {
        /// The records in order.
        records: Vec<Vec<u8>>,
        /// Who may read them.
        read: Access,
    },
    /// A value that VERIFY is held against.
    Pin(Pin),
    /// A private key.
    PrivateKey {
        /// What signs.
        signer: Signer,
        /// Which keys must be verified first.
        usage: Access,
        /// The key answers INTERNAL AUTHENTICATE instead of COMPUTE DIGITAL SIGNATURE.
        authenticates: bool,
    },
    /// A key of another kind, or a file whose content no source knows and no credential opens.
    Opaque {
        /// The file is an internal one: READ BINARY answers 6981, not 6982.
        internal: bool,
    },
}

/// A value that VERIFY is held against, and its retry counter.
#[derive(Clone)]
pub struct Pin {
    /// Factory value; empty for a key that was delivered blocked.
    pub value: Vec<u8>,
    /// Greatest number of tries.
    pub tries: u8,
    /// Tries left in the factory state.
    pub tries_left: u8,
    /// What a new value must look like, and which command sets it.
    pub change: Change,
}

impl fmt::Debug for Pin {
    /// Never shows the value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pin({} of {} tries, value masked)", self.tries_left, self.tries)
    }
}

/// How a PIN is changed by its holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// `00 24 01`: exactly four digits.
    ReferenceDataDigits,
    /// `00 24 01`: 6 to 16 characters of A-Z and 0-9.
    ReferenceDataPassword,
    /// `80 32 00`: exactly four digits.
    ChangeKeyDigits,
    /// Not on the card itself.
    Never,
}

/// Which verified keys open something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nobody has to show anything.
    Free,
    /// One of these key files of the same application has been verified.
    AnyOf(Vec<u16>),
}
