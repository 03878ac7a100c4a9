//! The session itself: AES-128 in CBC mode, and the counter from which each command has its IV.

use aes::Aes128;
use aes::cipher::block_padding::Iso7816;
use aes::cipher::{BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit};
use std::fmt;

/// Bytes of a block and of the key.
const BLOCK: usize = 16;

/// A session: its key, and the number of the command that is being carried out, from 1.
#[derive(Clone)]
pub(in super::super) struct Channel {
    key: [u8; BLOCK],
    counter: u128,
}

impl Channel {
    /// A session before its first command.
    pub(super) fn open(key: [u8; BLOCK]) -> Self {
        Self { key, counter: 0 }
    }

    /// Goes on to the next command, whatever becomes of it.
    pub(super) fn step(&mut self) {
        self.counter = self.counter.wrapping_add(1);
    }

    /// The plain bytes; `None` when they do not end in ISO/IEC 7816-4 padding.
    pub(super) fn decrypt(&self, cryptogram: &[u8]) -> Option<Vec<u8>> {
        let mut bytes = cryptogram.to_vec();
        let cipher = cbc::Decryptor::<Aes128>::new(&self.key.into(), &self.iv().into());
        let len = cipher.decrypt_padded::<Iso7816>(&mut bytes).ok()?.len();
        bytes.truncate(len);
        Some(bytes)
    }

    /// Appends the cryptogram of plain bytes.
    pub(super) fn encrypt(&self, plain: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(plain);
        out.resize(start + plain.len() + BLOCK, 0);
        let cipher = cbc::Encryptor::<Aes128>::new(&self.key.into(), &self.iv().into());
        let written = cipher.encrypt_padded::<Iso7816>(&mut out[start..], plain.len()).map_or(0, <[u8]>::len);
        out.truncate(start + written);
    }

    /// The counter as one block, encrypted: the same in both directions.
    fn iv(&self) -> [u8; BLOCK] {
        let mut block = self.counter.to_be_bytes().into();
        Aes128::new(&self.key.into()).encrypt_block(&mut block);
        block.into()
    }
}

impl fmt::Debug for Channel {
    /// Never shows the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Channel(command {}, key masked)", self.counter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::nothing(0, 16)]
    #[case::almost_a_block(15, 16)]
    #[case::a_block_grows_by_one(16, 32)]
    fn what_is_encrypted_decrypts_again_within_the_same_command(#[case] len: usize, #[case] covered: usize) {
        let mut channel = Channel::open([7; BLOCK]);
        channel.step();
        let plain = vec![0x31; len];
        let mut cryptogram = Vec::new();
        channel.encrypt(&plain, &mut cryptogram);
        assert_eq!(cryptogram.len(), covered);
        assert_eq!(channel.decrypt(&cryptogram), Some(plain));
    }

    #[test]
    fn a_command_of_another_number_does_not_decrypt_to_the_same() {
        let mut channel = Channel::open([7; BLOCK]);
        channel.step();
        let mut cryptogram = Vec::new();
        channel.encrypt(b"1234", &mut cryptogram);
        channel.step();
        assert_ne!(channel.decrypt(&cryptogram), Some(b"1234".to_vec()));
    }

    #[rstest]
    #[case::nothing(&[])]
    #[case::part_of_a_block(&[0; 15])]
    fn what_is_no_whole_number_of_blocks_is_refused(#[case] cryptogram: &[u8]) {
        assert_eq!(Channel::open([7; BLOCK]).decrypt(cryptogram), None);
    }
}
