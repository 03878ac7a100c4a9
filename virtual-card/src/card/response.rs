//! Where a response is written: a buffer that holds the longest one, so that an exchange allocates nothing.

use super::Outcome;
use jpki_apdu::StatusWord;
use std::fmt;

/// The longest response: 65536 data bytes and the status word.
const LONGEST: usize = 65_536 + 2;

/// Room for one response, to be used again and again.
#[derive(Clone)]
pub struct ResponseBuffer {
    bytes: Box<[u8; LONGEST]>,
}

impl ResponseBuffer {
    /// An empty buffer.
    #[must_use]
    pub fn new() -> Self {
        Self { bytes: Box::new([0; LONGEST]) }
    }
}

impl Default for ResponseBuffer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ResponseBuffer {
    /// Shows nothing of the content, which may be personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseBuffer")
    }
}

/// A response being written.
pub(super) struct Reply<'r> {
    bytes: &'r mut [u8; LONGEST],
    len: usize,
}

impl<'r> Reply<'r> {
    #[inline]
    pub(super) fn new(buffer: &'r mut ResponseBuffer) -> Self {
        Self { bytes: &mut buffer.bytes, len: 0 }
    }

    /// Appends data. Whoever calls it has cut the data down to Le, which is never above 65536.
    #[inline]
    pub(super) fn push(&mut self, data: &[u8]) {
        let end = self.len + data.len();
        self.bytes[self.len..end].copy_from_slice(data);
        self.len = end;
    }

    /// Room for so many more bytes of data, to be filled by the caller.
    pub(super) fn extend(&mut self, len: usize) -> &mut [u8] {
        let start = self.len;
        self.len += len;
        &mut self.bytes[start..self.len]
    }

    /// Data written so far.
    pub(super) fn data(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// Drops everything written beyond so many bytes.
    pub(super) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// The whole response; a refusal carries no data.
    #[inline]
    pub(super) fn finish(mut self, outcome: Outcome) -> &'r [u8] {
        let status = match outcome {
            Ok(status) => status,
            Err(refusal) => {
                self.len = 0;
                refusal
            }
        };
        self.finish_with(status)
    }

    #[inline]
    fn finish_with(self, status: StatusWord) -> &'r [u8] {
        let end = self.len + 2;
        self.bytes[self.len..end].copy_from_slice(&status.to_bytes());
        &self.bytes[..end]
    }
}
