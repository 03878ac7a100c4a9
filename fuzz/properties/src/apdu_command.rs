//! Command APDUs: whatever is read is written back as it stood, and whatever is written is read back.

use arbitrary::{Arbitrary, Unstructured};
use jpki_apdu::{Command, CommandBuf};

/// Bytes that parse as a command are its only encoding; a command built from the bytes survives its encoding.
///
/// # Panics
/// When the reader and the writer of command APDUs disagree.
pub fn apdu_command(bytes: &[u8]) {
    if let Ok(command) = Command::parse(bytes) {
        assert_eq!(rebuilt(&command).encode().as_deref(), Ok(bytes), "{command:?} is written otherwise");
    }
    if let Ok(parts) = Parts::arbitrary(&mut Unstructured::new(bytes)) {
        parts.survive();
    }
}

fn rebuilt(command: &Command<'_>) -> CommandBuf {
    let Command { cla, ins, p1, p2, data, le, extended } = *command;
    let built = CommandBuf::new(cla, ins, p1, p2).data(data);
    let built = if let Some(le) = le { built.le(le) } else { built };
    if extended { built.extended() } else { built }
}

/// A command's fields as somebody could put them together.
#[derive(Arbitrary, Debug)]
struct Parts {
    header: [u8; 4],
    le: Option<u32>,
    extended: bool,
    data: Vec<u8>,
}

impl Parts {
    fn survive(&self) {
        let [cla, ins, p1, p2] = self.header;
        let fields = Command { cla, ins, p1, p2, data: &self.data, le: self.le, extended: self.extended };
        let possible = self.data.len() <= 65_535 && self.le.is_none_or(|le| (1..=65_536).contains(&le));
        let encoded = rebuilt(&fields).encode();
        assert_eq!(encoded.is_ok(), possible, "{fields:?}");
        let Ok(encoded) = encoded else { return };
        let read = Command::parse(&encoded).expect("what was written can be read");
        // Extended fields are used when they are needed, and there is nothing to extend without any.
        let extended = read.extended;
        assert_eq!(read, Command { extended, ..fields });
        assert!(!self.extended || extended || (self.data.is_empty() && self.le.is_none()));
    }
}
