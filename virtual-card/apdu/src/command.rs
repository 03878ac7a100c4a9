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
    #[inline]
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

#[inline]
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

#[inline]
fn short_le(le: u8) -> u32 {
    if le == 0 { 256 } else { u32::from(le) }
}

#[inline]
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    /// A header, these body bytes as hex, and so many bytes `55` after them.
    fn apdu(body: &str, fill: usize) -> Vec<u8> {
        let mut bytes = hex::decode(format!("00B00000{}", body.replace(' ', ""))).expect("hex");
        bytes.resize(bytes.len() + fill, 0x55);
        bytes
    }

    /// Data length, Le and extended form.
    type Fields = (usize, Option<u32>, bool);

    #[rstest]
    #[case::case_1("", 0, (0, None, false))]
    #[case::case_2_short("01", 0, (0, Some(1), false))]
    #[case::case_2_short_le_00_is_256("00", 0, (0, Some(256), false))]
    #[case::case_2_extended("00 01 00", 0, (0, Some(256), true))]
    #[case::case_2_extended_le_0000_is_65536("00 00 00", 0, (0, Some(65_536), true))]
    #[case::case_3_short("01", 1, (1, None, false))]
    #[case::case_3_short_255_bytes("FF", 255, (255, None, false))]
    #[case::case_3_extended_one_byte("00 00 01", 1, (1, None, true))]
    #[case::case_3_extended_65535_bytes("00 FF FF", 65_535, (65_535, None, true))]
    #[case::case_4_short("01 AA 05", 0, (1, Some(5), false))]
    #[case::case_4_short_le_00_is_256("01 AA 00", 0, (1, Some(256), false))]
    #[case::case_4_extended("00 00 01 AA 01 2C", 0, (1, Some(300), true))]
    #[case::case_4_extended_le_0000_is_65536("00 00 01 AA 00 00", 0, (1, Some(65_536), true))]
    #[case::case_4_extended_65535_bytes("00 FF FF", 65_537, (65_535, Some(0x5555), true))]
    #[case::two_bytes_after_an_lc_of_two("02 AA BB", 0, (2, None, false))]
    fn a_command_of_the_four_cases_is_read(#[case] body: &str, #[case] fill: usize, #[case] fields: Fields) {
        let bytes = apdu(body, fill);
        let command = Command::parse(&bytes).expect("one of the four cases");
        assert_eq!((command.data.len(), command.le, command.extended), fields);
        assert_eq!((command.cla, command.ins, command.p1, command.p2), (0x00, 0xB0, 0x00, 0x00));
    }

    #[rstest]
    #[case::data_short_by_one("02 AA", 0)]
    #[case::data_long_by_two("01 AA BB CC", 0)]
    #[case::lc_00_and_one_byte("00 AA", 0)]
    #[case::extended_lc_0000_and_one_byte("00 00 00 AA", 0)]
    #[case::extended_lc_0000_and_le("00 00 00 00 00", 0)]
    #[case::extended_data_short_by_one("00 00 03 AA BB", 0)]
    #[case::extended_data_and_a_one_byte_le("00 00 01 AA 00", 0)]
    #[case::extended_data_long_by_three("00 00 01 AA BB CC DD", 0)]
    #[case::extended_65535_bytes_short_by_one("00 FF FF", 65_534)]
    #[case::extended_65535_bytes_long_by_one("00 FF FF", 65_536)]
    #[case::extended_65535_bytes_long_by_three("00 FF FF", 65_538)]
    fn a_body_that_fits_no_case_is_refused(#[case] body: &str, #[case] fill: usize) {
        assert_eq!(Command::parse(&apdu(body, fill)), Err(Malformed::LengthMismatch));
    }

    #[rstest]
    #[case(0)]
    #[case(1)]
    #[case(3)]
    fn fewer_than_four_bytes_are_no_command(#[case] len: usize) {
        assert_eq!(Command::parse(&apdu("", 0)[..len]), Err(Malformed::TooShort));
    }

    #[rstest]
    #[case::too_much_data(CommandBuf::new(0, 0, 0, 0).data(vec![0; 65_536]), BuildError::DataTooLong)]
    #[case::le_of_nothing(CommandBuf::new(0, 0, 0, 0).le(0), BuildError::LeOutOfRange)]
    #[case::le_too_long(CommandBuf::new(0, 0, 0, 0).le(65_537), BuildError::LeOutOfRange)]
    fn what_no_apdu_can_carry_is_refused(#[case] command: CommandBuf, #[case] error: BuildError) {
        assert_eq!(command.encode(), Err(error));
    }

    #[rstest]
    #[case::the_longest_short_data(255, None, 4 + 1 + 255)]
    #[case::the_shortest_extended_data(256, None, 4 + 3 + 256)]
    #[case::the_longest_short_le(1, Some(256), 4 + 1 + 1 + 1)]
    #[case::the_shortest_extended_le(1, Some(257), 4 + 3 + 1 + 2)]
    #[case::extended_le_alone(0, Some(65_536), 4 + 3)]
    fn the_shortest_form_is_chosen(#[case] data: usize, #[case] le: Option<u32>, #[case] len: usize) {
        let mut command = CommandBuf::new(0, 0xB0, 0, 0).data(vec![1; data]);
        if let Some(le) = le {
            command = command.le(le);
        }
        assert_eq!(command.encode().expect("it fits").len(), len);
    }

    #[test]
    fn debug_shows_no_data() {
        let command = CommandBuf::new(0x00, 0x20, 0x00, 0x80).data(*b"1234");
        assert_eq!(format!("{command:?}"), "00 20 00 80 Lc=4");
    }

    fn any_command() -> impl Strategy<Value = CommandBuf> {
        let data = prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..300),
            Just(vec![7; 65_535]),
            Just(vec![7; 255]),
            Just(vec![7; 256]),
        ];
        let le = proptest::option::of(prop_oneof![1_u32..=65_536, Just(256), Just(257), Just(65_536)]);
        (any::<[u8; 4]>(), data, le, any::<bool>()).prop_map(|([cla, ins, p1, p2], data, le, extended)| {
            let command = CommandBuf { le, ..CommandBuf::new(cla, ins, p1, p2) }.data(data);
            if extended { command.extended() } else { command }
        })
    }

    proptest! {
        #[test]
        fn what_is_built_reads_back(command in any_command()) {
            let bytes = command.encode().expect("within bounds");
            let read = Command::parse(&bytes).expect("well formed");
            prop_assert_eq!([read.cla, read.ins, read.p1, read.p2], command.header);
            prop_assert_eq!((read.data, read.le), (&command.data[..], command.le));
        }

        #[test]
        fn reading_never_panics_and_what_is_read_encodes_to_the_same_bytes(
            header: [u8; 4], body in proptest::collection::vec(prop_oneof![Just(0), Just(1), any::<u8>()], 0..12),
        ) {
            let bytes = [&header[..], &body].concat();
            if let Ok(read) = Command::parse(&bytes) {
                let command = CommandBuf {
                    le: read.le,
                    extended: read.extended,
                    ..CommandBuf::new(read.cla, read.ins, read.p1, read.p2)
                };
                prop_assert_eq!(command.data(read.data).encode().expect("it was read"), bytes);
            }
        }
    }
}
