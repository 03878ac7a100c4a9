//! Command APDUs of ISO/IEC 7816-4: four cases, short and extended, read strictly and without copying.

use std::fmt;

/// A command APDU, borrowing its data field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Command<'a> {
    /// Class byte.
    pub cla: u8,
    /// Instruction byte.
    pub ins: u8,
    /// First parameter.
    pub p1: u8,
    /// Second parameter.
    pub p2: u8,
    /// Data field; empty in cases 1 and 2.
    pub data: &'a [u8],
    /// Greatest number of response bytes wanted, 1 to 65536; `None` when the command carries no Le.
    pub le: Option<u32>,
    /// Lc and Le stand in their extended forms.
    pub extended: bool,
}

/// Bytes that are no command APDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Fewer than the four header bytes.
    #[error("a command has at least four bytes")]
    TooShort,
    /// The body is neither Le nor Lc with its data and Le.
    #[error("the length fields do not agree with the length of the command")]
    LengthMismatch,
}

impl<'a> Command<'a> {
    /// Reads one command APDU.
    ///
    /// # Errors
    /// [`Malformed`] when the bytes fit none of the four cases.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let &[cla, ins, p1, p2, ref body @ ..] = bytes else {
            return Err(Malformed::TooShort);
        };
        let (data, le, extended) = parse_body(body)?;
        Ok(Self { cla, ins, p1, p2, data, le, extended })
    }
}

/// Data field, Le and whether the fields are extended.
type Body<'a> = (&'a [u8], Option<u32>, bool);

fn parse_body(body: &[u8]) -> Result<Body<'_>, Malformed> {
    match *body {
        [] => Ok((&[], None, false)),
        [le] => Ok((&[], Some(short_le(le)), false)),
        [0, hi, lo] => Ok((&[], Some(extended_le(hi, lo)), true)),
        [0, hi, lo, ref rest @ ..] => {
            let lc = usize::from(u16::from_be_bytes([hi, lo]));
            match rest.len().checked_sub(lc) {
                Some(0) if lc > 0 => Ok((rest, None, true)),
                Some(2) if lc > 0 => Ok((&rest[..lc], Some(extended_le(rest[lc], rest[lc + 1])), true)),
                _ => Err(Malformed::LengthMismatch),
            }
        }
        [lc, ref rest @ ..] => {
            let lc = usize::from(lc);
            match rest.len().checked_sub(lc) {
                Some(0) if lc > 0 => Ok((rest, None, false)),
                Some(1) if lc > 0 => Ok((&rest[..lc], Some(short_le(rest[lc])), false)),
                _ => Err(Malformed::LengthMismatch),
            }
        }
    }
}

fn short_le(le: u8) -> u32 {
    if le == 0 { 256 } else { u32::from(le) }
}

fn extended_le(hi: u8, lo: u8) -> u32 {
    match u16::from_be_bytes([hi, lo]) {
        0 => 65_536,
        le => u32::from(le),
    }
}

impl fmt::Debug for Command<'_> {
    /// Shows the header and the sizes only: a data field may hold a PIN.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X} {:02X} {:02X} {:02X}", self.cla, self.ins, self.p1, self.p2)?;
        if !self.data.is_empty() {
            write!(f, " Lc={}", self.data.len())?;
        }
        if let Some(le) = self.le {
            write!(f, " Le={le}")?;
        }
        if self.extended { f.write_str(" extended") } else { Ok(()) }
    }
}

/// A command APDU under construction: the shortest encoding that carries its data and Le.
#[derive(Clone, PartialEq, Eq)]
pub struct CommandBuf {
    header: [u8; 4],
    data: Vec<u8>,
    le: Option<u32>,
    extended: bool,
}

/// A command that no APDU can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// More than 65535 data bytes.
    #[error("a command carries at most 65535 data bytes")]
    DataTooLong,
    /// Le outside 1 to 65536.
    #[error("Le is from 1 to 65536")]
    LeOutOfRange,
}

impl CommandBuf {
    /// A command with header bytes only (case 1).
    #[must_use]
    pub fn new(cla: u8, ins: u8, p1: u8, p2: u8) -> Self {
        Self { header: [cla, ins, p1, p2], data: Vec::new(), le: None, extended: false }
    }

    /// With this data field.
    #[must_use]
    pub fn data(mut self, data: impl Into<Vec<u8>>) -> Self {
        self.data = data.into();
        self
    }

    /// With Le, 1 to 65536 response bytes.
    #[must_use]
    pub fn le(mut self, le: u32) -> Self {
        self.le = Some(le);
        self
    }

    /// With extended length fields even where short ones would do.
    #[must_use]
    pub fn extended(mut self) -> Self {
        self.extended = true;
        self
    }

    /// The command as it stands on the wire.
    ///
    /// # Errors
    /// [`BuildError`] when the data or Le exceed what an APDU can carry.
    pub fn encode(&self) -> Result<Vec<u8>, BuildError> {
        let lc = u16::try_from(self.data.len()).map_err(|_| BuildError::DataTooLong)?;
        if self.le.is_some_and(|le| le == 0 || le > 65_536) {
            return Err(BuildError::LeOutOfRange);
        }
        let extended = self.extended || lc > 255 || self.le.is_some_and(|le| le > 256);
        let mut out = self.header.to_vec();
        if extended && (lc > 0 || self.le.is_some()) {
            out.push(0);
        }
        if lc > 0 {
            if extended {
                out.extend_from_slice(&lc.to_be_bytes());
            } else {
                out.push(lc as u8);
            }
            out.extend_from_slice(&self.data);
        }
        if let Some(le) = self.le {
            // 65536 and 256 are written as zero: the low bytes of the number.
            let le = le.to_be_bytes();
            out.extend_from_slice(if extended { &le[2..] } else { &le[3..] });
        }
        Ok(out)
    }
}

impl fmt::Debug for CommandBuf {
    /// Shows the header and the sizes only: a data field may hold a PIN.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [cla, ins, p1, p2] = self.header;
        Command { cla, ins, p1, p2, data: &self.data, le: self.le, extended: self.extended }.fmt(f)
    }
}
