//! What is where on the card: a table of the elementary files and of the keys that open them.
//!
//! A second hand's copy of the notes on the card's interface, section 1, kept apart from the words of the
//! scenarios on purpose; a test of the harness holds the two against each other.

use std::fmt;

/// An application (DF) of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Application {
    /// The issuer security domain, current after a reset: no elementary file can be reached.
    Issuer,
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
}

/// A key that VERIFY names: application and identifier of its elementary file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub Application, pub u16);

/// What an elementary file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Bytes. Verifying any of these keys opens it; without a key in the list it is open to all.
    Transparent(&'static [u16]),
    /// Records.
    Records,
    /// A value that VERIFY is held against: the tries it has by default, and how its holder changes it.
    Pin(u8, Change),
    /// A private key that signs once any of these keys is verified; without a key in the list, always.
    PrivateKey(&'static [u16]),
    /// A private key that answers INTERNAL AUTHENTICATE only.
    AuthenticationKey,
    /// Another internal file: it can be selected, and READ BINARY never reads it.
    Internal,
    /// A file that exists and that no known credential opens.
    Unknown,
}

/// How the holder changes a PIN on the card itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// CHANGE REFERENCE DATA, `00 24 01 80`.
    ReferenceData,
    /// CHANGE KEY, `80 32 00 80`.
    Key,
    /// Not at all.
    Never,
}

use Change::{Never, ReferenceData};
use Kind::{AuthenticationKey, Internal, Pin, PrivateKey, Records, Transparent, Unknown};

const JPKI: &[(u16, Kind)] = &[
    (0x01, Transparent(&[0x1B])), // signature certificate
    (0x02, Transparent(&[])),     // its CA
    (0x05, Unknown),
    (0x06, Transparent(&[])), // token information
    (0x08, Transparent(&[])), // which certificates there are
    (0x09, Unknown),
    (0x0A, Transparent(&[])), // user-authentication certificate
    (0x0B, Transparent(&[])), // its CA
    (0x10, Unknown),
    (0x16, Internal), // key of the terminals' CA
    (0x17, PrivateKey(&[0x18])),
    (0x18, Pin(3, ReferenceData)), // 利用者証明用
    (0x19, Unknown),
    (0x1A, PrivateKey(&[0x1B])),
    (0x1B, Pin(5, ReferenceData)), // 署名用
    (0x1C, Unknown),
    (0x1E, Unknown),
];

const TEXT: &[(u16, Kind)] = &[
    (0x01, Transparent(&[0x11, 0x14])),       // 個人番号
    (0x02, Transparent(&[0x11, 0x15])),       // 基本4情報
    (0x03, Transparent(&[0x11, 0x14, 0x15])), // integrity record
    (0x04, Transparent(&[])),                 // card-verifiable certificate
    (0x05, Transparent(&[])),                 // basic information
    (0x06, Transparent(&[0x11, 0x14, 0x15])), // public key for session keys
    (0x07, Transparent(&[0x11, 0x14, 0x15])), // signed public key
    (0x08, Transparent(&[0x11, 0x14, 0x15])),
    (0x10, Unknown),
    (0x11, Pin(3, ReferenceData)), // 券面事項入力補助用
    (0x12, Pin(0, Never)),         // delivered blocked
    (0x13, PrivateKey(&[])),
    (0x14, Pin(10, Never)), // 照合番号A
    (0x15, Pin(10, Never)), // 照合番号B
    (0x1C, Unknown),
    (0x1E, Unknown),
];

const SURFACE: &[(u16, Kind)] = &[
    (0x01, Transparent(&[0x11])),       // age record
    (0x02, Transparent(&[0x12, 0x13])), // card face
    (0x03, Transparent(&[])),           // basic information
    (0x04, Transparent(&[])),           // card-verifiable certificate
    (0x05, Transparent(&[0x13])),       // rendered 個人番号
    (0x06, Transparent(&[0x12, 0x13])),
    (0x11, Pin(10, Never)), // 生年月日
    (0x12, Pin(10, Never)), // 照合番号B
    (0x13, Pin(10, Never)), // 照合番号A
    (0x1A, PrivateKey(&[])),
    (0x1C, Unknown),
    (0x1E, Unknown),
];

const COMMON: &[(u16, Kind)] = &[
    (0x01, Records),
    (0x02, Records),
    (0x19, AuthenticationKey),
    (0x1C, Pin(3, Change::Key)),
    (0x1E, Internal),
];

const JUKI: &[(u16, Kind)] = &[(0x02, Records), (0x1C, Pin(3, Change::Key))];

impl Application {
    /// Every application of the table.
    pub const ALL: [Self; 6] =
        [Self::Issuer, Self::Jpki, Self::Text, Self::Surface, Self::Common, Self::Juki];

    /// Its name on the wire.
    #[must_use]
    pub const fn aid(self) -> &'static [u8] {
        match self {
            Self::Issuer => &[0xA0, 0, 0, 0x01, 0x51, 0, 0],
            Self::Jpki => &[0xD3, 0x92, 0xF0, 0, 0x26, 0x01, 0, 0, 0, 0x01],
            Self::Text => &[0xD3, 0x92, 0x10, 0, 0x31, 0, 0x01, 0x01, 0x04, 0x08],
            Self::Surface => &[0xD3, 0x92, 0x10, 0, 0x31, 0, 0x01, 0x01, 0x04, 0x02],
            Self::Common => &[0xD3, 0x92, 0x10, 0, 0x31, 0, 0x01, 0x01, 0x01, 0],
            Self::Juki => &[0xD3, 0x92, 0x10, 0, 0x31, 0, 0x01, 0x01, 0x04, 0x01],
        }
    }

    /// Its elementary files in order of their identifiers; the short identifier of each is the same number.
    #[must_use]
    pub const fn files(self) -> &'static [(u16, Kind)] {
        match self {
            Self::Issuer => &[],
            Self::Jpki => JPKI,
            Self::Text => TEXT,
            Self::Surface => SURFACE,
            Self::Common => COMMON,
            Self::Juki => JUKI,
        }
    }

    /// What the file with this identifier is, if there is one.
    #[must_use]
    pub fn file(self, id: u16) -> Option<Kind> {
        self.files().iter().find(|(there, _)| *there == id).map(|(_, kind)| *kind)
    }

    /// Its keys that VERIFY names, with the tries that each has by default.
    pub fn keys(self) -> impl Iterator<Item = (Key, u8)> {
        self.files().iter().filter_map(move |(id, kind)| match kind {
            Pin(tries, _) => Some((Key(self, *id), *tries)),
            _ => None,
        })
    }

    /// The key that signs when the command names none.
    #[must_use]
    pub const fn default_key(self) -> Option<u16> {
        match self {
            Self::Text => Some(0x13),
            Self::Surface => Some(0x1A),
            _ => None,
        }
    }
}

impl fmt::Display for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Issuer => "issuer",
            Self::Jpki => "jpki",
            Self::Text => "text",
            Self::Surface => "surface",
            Self::Common => "common",
            Self::Juki => "juki",
        })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:04X}", self.0, self.1)
    }
}
