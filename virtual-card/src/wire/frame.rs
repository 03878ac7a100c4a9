//! The frames of vpcd, the virtual reader of vsmartcard: a length of two bytes, big-endian, and so many bytes.
//!
//! What the reader sends is a [`Message`]. A payload of one byte is a control, `00` power off, `01` power on, `02`
//! reset, `04` the question for the answer to reset; everything else is a command, the empty payload and other
//! single bytes, too: pcscd waits for an answer without a time limit, so nothing may be left unanswered.
//!
//! Nothing here reads or writes: bytes go into a [`Decoder`] as they come, however they were cut.

use std::fmt;

/// The longest payload that two bytes of length announce.
pub const LONGEST_PAYLOAD: usize = u16::MAX as usize;

/// Bytes of the length in front of a payload.
const HEAD: usize = 2;

/// What the reader says to the card.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Message<'a> {
    /// `00`: takes the power away; no answer.
    PowerOff,
    /// `01`: gives the power; no answer.
    PowerOn,
    /// `02`: pulls the reset line; no answer.
    Reset,
    /// `04`: asks for the answer to reset, and pcscd does so every 400 ms to see whether the card is still there.
    AskForAtr,
    /// A command APDU, or bytes that are none: answered by the card.
    Command(&'a [u8]),
}

impl<'a> Message<'a> {
    /// Reads a payload: there is none that means nothing.
    #[must_use]
    pub const fn of(payload: &'a [u8]) -> Self {
        match payload {
            [0x00] => Self::PowerOff,
            [0x01] => Self::PowerOn,
            [0x02] => Self::Reset,
            [0x04] => Self::AskForAtr,
            command => Self::Command(command),
        }
    }
}

impl fmt::Debug for Message<'_> {
    /// Shows the length of a command only: it may hold a PIN.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PowerOff => f.write_str("PowerOff"),
            Self::PowerOn => f.write_str("PowerOn"),
            Self::Reset => f.write_str("Reset"),
            Self::AskForAtr => f.write_str("AskForAtr"),
            Self::Command(command) => write!(f, "Command({} bytes)", command.len()),
        }
    }
}

/// Cuts a stream of bytes into messages. It holds one frame at most, whatever is sent.
///
/// ```
/// use jpki_virtual_card::wire::frame::{Decoder, Message};
///
/// let mut decoder = Decoder::new();
/// for byte in [0x00, 0x01, 0x04] {
///     assert_eq!(decoder.message(), None);
///     decoder.room()[0] = byte;
///     decoder.filled(1);
/// }
/// assert_eq!(decoder.message(), Some(Message::AskForAtr));
/// ```
pub struct Decoder {
    bytes: Box<[u8]>,
    /// What has come and was not yet taken: `bytes[start..end]`.
    start: usize,
    end: usize,
}

impl Decoder {
    /// A decoder at the beginning of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self { bytes: vec![0; HEAD + LONGEST_PAYLOAD].into(), start: 0, end: 0 }
    }

    /// Room for the bytes that come next. It is empty only while whole messages wait to be taken.
    pub fn room(&mut self) -> &mut [u8] {
        self.bytes.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        &mut self.bytes[self.end..]
    }

    /// So many bytes of the [room](Self::room) hold what came; more than there is room for count as a full room.
    pub fn filled(&mut self, count: usize) {
        self.end = self.bytes.len().min(self.end.saturating_add(count));
    }

    /// The next message, once all of it has come.
    pub fn message(&mut self) -> Option<Message<'_>> {
        let waiting = &self.bytes[self.start..self.end];
        let (head, rest) = waiting.split_first_chunk::<HEAD>()?;
        let payload = rest.get(..usize::from(u16::from_be_bytes(*head)))?;
        self.start += HEAD + payload.len();
        Some(Message::of(payload))
    }

    /// Whether the stream stands in the middle of a frame: who goes away now has not finished speaking.
    #[must_use]
    pub const fn is_amid_a_frame(&self) -> bool {
        self.start < self.end
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Decoder {
    /// Shows how much waits, not what.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decoder({} bytes waiting)", self.end - self.start)
    }
}

/// A payload that no frame carries: a fault of our side, which must not let it come so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a frame carries {LONGEST_PAYLOAD} bytes at most, not {0}")]
pub struct TooLong(pub usize);

/// Puts a payload into a frame, in place of what the buffer held.
///
/// # Errors
/// [`TooLong`]; the buffer is then empty.
pub fn encode(payload: &[u8], frame: &mut Vec<u8>) -> Result<(), TooLong> {
    frame.clear();
    let length = u16::try_from(payload.len()).map_err(|_| TooLong(payload.len()))?;
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(payload);
    Ok(())
}

/// Puts the beginning of a payload of `whole` bytes into a frame whose end never comes. At least the last byte is
/// missing, so that nobody takes it for a whole answer.
///
/// # Errors
/// [`TooLong`]; the buffer is then empty.
pub fn encode_torn(part: &[u8], whole: usize, frame: &mut Vec<u8>) -> Result<(), TooLong> {
    frame.clear();
    let length = u16::try_from(whole).map_err(|_| TooLong(whole))?;
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(&part[..part.len().min(whole.saturating_sub(1))]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::off(&[0x00], Message::PowerOff)]
    #[case::on(&[0x01], Message::PowerOn)]
    #[case::reset(&[0x02], Message::Reset)]
    #[case::atr(&[0x04], Message::AskForAtr)]
    #[case::a_control_that_nobody_knows(&[0x03], Message::Command(&[0x03]))]
    #[case::another(&[0xFF], Message::Command(&[0xFF]))]
    #[case::nothing(&[], Message::Command(&[]))]
    #[case::a_control_with_a_byte_behind_it(&[0x04, 0x00], Message::Command(&[0x04, 0x00]))]
    #[case::a_command(&[0x00, 0xA4, 0x04, 0x0C], Message::Command(&[0x00, 0xA4, 0x04, 0x0C]))]
    fn every_payload_means_something(#[case] payload: &[u8], #[case] message: Message<'_>) {
        assert_eq!(Message::of(payload), message);
    }

    #[test]
    fn a_payload_of_65536_bytes_is_refused_and_leaves_nothing_to_send() {
        let mut frame = vec![0xAA];
        assert_eq!(encode(&[0; 65_536], &mut frame), Err(TooLong(65_536)));
        assert!(frame.is_empty());
        assert_eq!(encode_torn(&[0; 2], 65_536, &mut frame), Err(TooLong(65_536)));
        assert!(frame.is_empty());
    }

    #[test]
    fn debug_output_shows_no_byte_of_a_command() {
        let command = [0x00, 0x20, 0x00, 0x80, 0x04, 0x31, 0x32, 0x33, 0x34];
        let mut decoder = Decoder::new();
        push(&mut decoder, &[0x00, 0x09]);
        push(&mut decoder, &command);
        assert_eq!(format!("{decoder:?}"), "Decoder(11 bytes waiting)");
        assert_eq!(format!("{:?}", decoder.message()), "Some(Command(9 bytes))");
    }

    #[test]
    fn a_stream_that_ends_in_a_frame_is_told_from_one_that_ends_after_it() {
        let mut decoder = Decoder::new();
        push(&mut decoder, &[0x00, 0x01, 0x04, 0x00]);
        assert_eq!(decoder.message(), Some(Message::AskForAtr));
        assert_eq!(decoder.message(), None);
        assert!(decoder.is_amid_a_frame());
        push(&mut decoder, &[0x01, 0x00]);
        assert_eq!(decoder.message(), Some(Message::PowerOff));
        assert!(!decoder.is_amid_a_frame());
    }

    /// Puts bytes in; whether they fitted is the decoder's business.
    fn push(decoder: &mut Decoder, bytes: &[u8]) -> usize {
        let room = decoder.room();
        let count = room.len().min(bytes.len());
        room[..count].copy_from_slice(&bytes[..count]);
        decoder.filled(count);
        count
    }

    /// Payloads of every size that matters.
    fn any_payload() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            6 => prop::collection::vec(any::<u8>(), 0..3),
            3 => prop::collection::vec(any::<u8>(), 3..300),
            1 => (any::<u8>(), 65_530..=LONGEST_PAYLOAD).prop_map(|(byte, length)| vec![byte; length]),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_was_framed_comes_out_whole_however_the_stream_was_cut(
            payloads in prop::collection::vec(any_payload(), 0..12),
            cuts in prop::collection::vec(prop_oneof![4 => 1_usize..9, 1 => 9_usize..70_000], 1..40),
        ) {
            let (mut stream, mut frame) = (Vec::new(), Vec::new());
            for payload in &payloads {
                prop_assert_eq!(encode(payload, &mut frame), Ok(()));
                stream.extend_from_slice(&frame);
            }
            let (mut decoder, mut taken, mut rest) = (Decoder::new(), 0, &stream[..]);
            let mut cuts = cuts.iter().cycle();
            while !rest.is_empty() {
                // One byte at a time is slow for the long ones, and no other case than eight at a time.
                let cut = cuts.next().copied().unwrap_or(1) * (1 + rest.len() / 2_000);
                let count = push(&mut decoder, &rest[..cut.min(rest.len())]);
                prop_assert!(count > 0, "room is left whenever all messages were taken");
                rest = &rest[count..];
                while let Some(message) = decoder.message() {
                    prop_assert_eq!(message, Message::of(&payloads[taken]));
                    taken += 1;
                }
            }
            prop_assert_eq!(taken, payloads.len());
            prop_assert!(!decoder.is_amid_a_frame());
        }

        #[test]
        fn no_bytes_are_too_much_for_it(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..5_000), 0..40)) {
            let mut decoder = Decoder::new();
            for chunk in chunks {
                push(&mut decoder, &chunk);
                while decoder.message().is_some() {}
                prop_assert!(!decoder.room().is_empty());
            }
        }

        #[test]
        fn a_torn_frame_never_yields_a_message(part in any_payload(), missing in 0_usize..3) {
            let (mut frame, whole) = (Vec::new(), (part.len() + missing).clamp(1, LONGEST_PAYLOAD));
            prop_assert_eq!(encode_torn(&part, whole, &mut frame), Ok(()));
            let mut decoder = Decoder::new();
            prop_assert_eq!(push(&mut decoder, &frame), frame.len());
            prop_assert_eq!(decoder.message(), None);
            prop_assert!(decoder.is_amid_a_frame());
        }
    }
}
