//! What the PINs of the standard card must be, told by the rules of a retry counter and not by the card's code.

use crate::seed::Seed;
use jpki_virtual_card::card::Memory;

const JPKI: [u8; 10] = [0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhichPin {
    Auth,
    Sign,
}

impl WhichPin {
    pub(crate) const ALL: [Self; 2] = [Self::Auth, Self::Sign];

    fn file(self) -> u8 {
        match self {
            Self::Auth => 0x18,
            Self::Sign => 0x1B,
        }
    }

    fn most_tries(self) -> u8 {
        match self {
            Self::Auth => 3,
            Self::Sign => 5,
        }
    }

    fn factory_value(self) -> &'static str {
        match self {
            Self::Auth => "1234",
            Self::Sign => "ABC123",
        }
    }

    /// A value that nobody chose before, most likely.
    pub(crate) fn some_value(self, seed: &mut Seed) -> String {
        match self {
            Self::Auth => format!("{:04}", 1 + seed.below(9_999)),
            Self::Sign => format!("NEW{:05}", seed.below(100_000)),
        }
    }

    /// A value that no PIN here ever has.
    fn wrong_value(self) -> &'static str {
        match self {
            Self::Auth => "0000",
            Self::Sign => "WRONG0",
        }
    }
}

/// Something that is done with a PIN.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Right(WhichPin, String),
    Wrong(WhichPin),
    Change(WhichPin, String),
}

impl Deed {
    pub(crate) fn command(&self) -> String {
        let (header, pin, value) = match self {
            Self::Right(pin, value) => ("002000", pin, &value[..]),
            Self::Wrong(pin) => ("002000", pin, pin.wrong_value()),
            Self::Change(pin, value) => ("002401", pin, &value[..]),
        };
        format!("{header}{:02X}{:02X}{}", 0x80 | pin.file(), value.len(), hex::encode_upper(value))
    }
}

/// VERIFY without a value.
pub(crate) fn query(pin: WhichPin) -> String {
    format!("002000{:02X}", 0x80 | pin.file())
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pin {
    value: String,
    tries_left: u8,
    verified: bool,
}

/// Both PINs of the JPKI application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pins([Pin; 2]);

impl Pins {
    pub(crate) fn of_the_standard_card() -> Self {
        Self(WhichPin::ALL.map(|pin| Pin {
            value: pin.factory_value().to_owned(),
            tries_left: pin.most_tries(),
            verified: false,
        }))
    }

    /// What a memory says of them.
    pub(crate) fn of(memory: &Memory) -> Self {
        Self(WhichPin::ALL.map(|pin| {
            let of_the_pin = |file, application: &[u8]| file == u16::from(pin.file()) && application == JPKI;
            let mut keys = memory.keys.iter().filter(|key| of_the_pin(key.file, &key.application));
            let key = keys.next().expect("the key is remembered");
            let changed = key.changed.as_ref().map(|value| String::from_utf8_lossy(value.as_bytes()).into());
            let value = changed.unwrap_or_else(|| pin.factory_value().to_owned());
            Pin { value, tries_left: key.tries_left, verified: false }
        }))
    }

    pub(crate) fn value(&self, pin: WhichPin) -> &str {
        &self.0[pin as usize].value
    }

    pub(crate) fn tries_left(&self, pin: WhichPin) -> u8 {
        self.0[pin as usize].tries_left
    }

    pub(crate) fn is_any_locked(&self) -> bool {
        self.0.iter().any(|pin| pin.tries_left == 0)
    }

    pub(crate) fn answer_to_query(&self, pin: WhichPin) -> String {
        format!("63C{}", self.tries_left(pin))
    }

    /// What is left when the power goes: nobody is verified.
    pub(crate) fn without_power(&self) -> Self {
        let mut left = self.clone();
        left.0.iter_mut().for_each(|pin| pin.verified = false);
        left
    }

    /// What is true after a deed, and how it is answered.
    pub(crate) fn after(&self, deed: &Deed) -> (Self, String) {
        let mut next = self.clone();
        let (Deed::Right(which, _) | Deed::Wrong(which) | Deed::Change(which, _)) = deed;
        let pin = &mut next.0[*which as usize];
        let answer = match deed {
            Deed::Right(..) | Deed::Wrong(_) if pin.tries_left == 0 => "6984".to_owned(),
            Deed::Right(_, value) => {
                assert_eq!(*value, pin.value, "right values only");
                (pin.tries_left, pin.verified) = (which.most_tries(), true);
                "9000".to_owned()
            }
            Deed::Wrong(_) => {
                (pin.tries_left, pin.verified) = (pin.tries_left - 1, false);
                format!("63C{}", pin.tries_left)
            }
            Deed::Change(_, value) if pin.verified => {
                pin.value.clone_from(value);
                "9000".to_owned()
            }
            Deed::Change(..) => "6982".to_owned(),
        };
        (next, answer)
    }
}
