//! One session: AES-128 in CBC mode, and the number of each secured command, from which it has its IV.

use aes::Aes128;
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{
    BlockCipherEncrypt as _, BlockModeDecrypt as _, BlockModeEncrypt as _, KeyInit as _, KeyIvInit as _,
};
use std::fmt;

/// Bytes of a block, and of the key.
const BLOCK: usize = 16;

/// First byte of ISO/IEC 7816-4 padding; zeros follow it.
const PAD: u8 = 0x80;

/// A session as the terminal keeps it, from WIRE-SM-002 and WIRE-SM-003.
pub(crate) struct Channel {
    key: [u8; BLOCK],
    /// Number of the next secured command.
    next: u128,
}

impl Channel {
    /// The session whose key is the first half of this seed; its first secured command has number 1.
    pub(crate) fn open(seed: &[u8; 2 * BLOCK]) -> Self {
        let (key, _) = seed.split_at(BLOCK);
        let mut channel = Self { key: [0; BLOCK], next: 1 };
        channel.key.copy_from_slice(key);
        channel
    }

    /// The number of a secured command that is being sent, whatever becomes of it.
    pub(crate) fn step(&mut self) -> u128 {
        let number = self.next;
        self.next += 1;
        number
    }

    /// The cryptogram of these bytes with padding, under the command of this number.
    pub(crate) fn encrypt(&self, number: u128, plain: &[u8]) -> Vec<u8> {
        self.encrypt_blocks(number, &padded(plain))
    }

    /// The cryptogram of as many bytes in which nobody finds any padding.
    pub(crate) fn encrypt_without_padding(&self, number: u128, plain: &[u8]) -> Vec<u8> {
        let mut bytes = padded(plain);
        bytes[plain.len()..].fill(0xFF);
        self.encrypt_blocks(number, &bytes)
    }

    /// The cryptogram under a later number than the right one: the first under which whoever takes it for
    /// the right one finds no padding. Of one block in 256 the wrong IV makes a well-padded one by chance.
    pub(crate) fn encrypt_out_of_step(&self, number: u128, plain: &[u8]) -> Vec<u8> {
        let mut wrong = number + 1;
        loop {
            let cryptogram = self.encrypt(wrong, plain);
            // Only the first block of several depends on the IV.
            if cryptogram.len() > BLOCK || self.decrypt(number, &cryptogram).is_none() {
                return cryptogram;
            }
            wrong += 1;
        }
    }

    /// What a cryptogram says without its padding; `None` when it is no whole number of blocks, or its last
    /// one does not end in padding.
    pub(crate) fn decrypt(&self, number: u128, cryptogram: &[u8]) -> Option<Vec<u8>> {
        let mut bytes = cryptogram.to_vec();
        let cipher = cbc::Decryptor::<Aes128>::new(&self.key.into(), &self.iv(number).into());
        cipher.decrypt_padded::<NoPadding>(&mut bytes).ok()?;
        let end = bytes.iter().rposition(|&byte| byte != 0)?;
        let in_the_last_block = end + BLOCK >= bytes.len();
        if bytes[end] != PAD || !in_the_last_block {
            return None;
        }
        bytes.truncate(end);
        Some(bytes)
    }

    fn encrypt_blocks(&self, number: u128, blocks: &[u8]) -> Vec<u8> {
        let mut bytes = blocks.to_vec();
        let cipher = cbc::Encryptor::<Aes128>::new(&self.key.into(), &self.iv(number).into());
        // Whole blocks are never refused.
        cipher
            .encrypt_padded::<NoPadding>(&mut bytes, blocks.len())
            .map_or_else(|_| Vec::new(), <[u8]>::to_vec)
    }

    /// The number as one block, encrypted; the same for a command and its answer.
    fn iv(&self, number: u128) -> [u8; BLOCK] {
        let mut block = number.to_be_bytes().into();
        Aes128::new(&self.key.into()).encrypt_block(&mut block);
        block.into()
    }
}

impl fmt::Debug for Channel {
    /// Never shows the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Channel(next command {}, key masked)", self.next)
    }
}

/// With `80` and zeros up to a whole number of blocks; what fills its blocks grows by one.
fn padded(plain: &[u8]) -> Vec<u8> {
    let mut bytes = plain.to_vec();
    bytes.push(PAD);
    bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    /// The key `00 01 … 0F`; the other half of the seed is not looked at.
    fn channel() -> Channel {
        let seed: Vec<u8> = (0..16).chain([0xEE; 16]).collect();
        Channel::open(seed.as_slice().try_into().expect("32 bytes"))
    }

    fn block(hex: &str) -> Vec<u8> {
        hex::decode(hex).expect("hex")
    }

    // Computed step by step with the command-line program of OpenSSL: the number in ECB mode, and with that as
    // the IV the padded bytes in CBC mode.
    #[rstest]
    #[case::the_first_iv(1, "7346139595C0B41E497BBDE365F42D0A")]
    #[case::the_second_iv(2, "49D68753999BA68CE3897A686081B09D")]
    #[case::a_number_of_two_bytes(256, "1337D5314CE3DE09EFB09D44A44830F5")]
    fn the_vector_is_the_encrypted_number(#[case] number: u128, #[case] iv: &str) {
        assert_eq!(hex::encode_upper(channel().iv(number)), iv);
    }

    #[rstest]
    #[case::a_file(1, "0001", "C102E0ACB67AABA0E85BDFD63B3FB5B2")]
    #[case::the_same_file_later(2, "0001", "46D4CAAC313B21DA35E3FE7C435C3150")]
    #[case::four_digits(256, "31323334", "56D75D41A56CCA4DE8381BB4F016CC88")]
    #[case::fifteen_bytes_fill_a_block(
        1,
        "000000000000000000000000000000",
        "8F8BB2F4B28D71417BE797ED50E2527C"
    )]
    #[case::sixteen_bytes_take_two(
        2,
        "41414141414141414141414141414141",
        "C277D6CFEA7B761C76A270FAB758F151B20406B442D4113E576D64285A047164"
    )]
    fn cryptograms_are_those_that_another_program_computes(
        #[case] number: u128,
        #[case] plain: &str,
        #[case] cryptogram: &str,
    ) {
        assert_eq!(hex::encode_upper(channel().encrypt(number, &block(plain))), cryptogram);
        assert_eq!(channel().decrypt(number, &block(cryptogram)), Some(block(plain)));
    }

    #[rstest]
    #[case::only_zeros("00000000000000000000000000000000")]
    #[case::no_padding("41414141414141414141414141414141")]
    #[case::another_end("41414141414141414141414141418001")]
    #[case::more_than_a_block_of_padding("4180000000000000000000000000000000000000000000000000000000000000")]
    fn data_without_padding_in_its_last_block_is_refused(#[case] bytes: &str) {
        let cryptogram = channel().encrypt_blocks(1, &block(bytes));
        assert_eq!(channel().decrypt(1, &cryptogram), None);
    }

    #[rstest]
    #[case::nothing("")]
    #[case::part_of_a_block("C102E0ACB67AABA0E85BDFD63B3FB5")]
    fn what_is_no_whole_number_of_blocks_is_refused(#[case] cryptogram: &str) {
        assert_eq!(channel().decrypt(1, &block(cryptogram)), None);
    }

    #[test]
    fn numbers_start_at_one_and_advance_by_one() {
        let mut channel = channel();
        assert_eq!([channel.step(), channel.step(), channel.step()], [1, 2, 3]);
    }

    #[test]
    fn the_debug_form_shows_no_key() {
        assert_eq!(format!("{:?}", channel()), "Channel(next command 1, key masked)");
    }

    proptest! {
        #[test]
        fn what_is_encrypted_decrypts_under_the_same_number(plain: Vec<u8>, number: u128) {
            let cryptogram = channel().encrypt(number, &plain);
            prop_assert_eq!(cryptogram.len(), (plain.len() / BLOCK + 1) * BLOCK);
            prop_assert_eq!(channel().decrypt(number, &cryptogram), Some(plain));
        }

        #[test]
        fn what_is_encrypted_out_of_step_or_without_padding_is_never_taken(
            seed: [u8; 32],
            number in 1..1000u128,
            plain in proptest::collection::vec(any::<u8>(), 0..16),
        ) {
            let channel = Channel::open(&seed);
            prop_assert_eq!(channel.decrypt(number, &channel.encrypt_out_of_step(number, &plain)), None);
            prop_assert_eq!(channel.decrypt(number, &channel.encrypt_without_padding(number, &plain)), None);
        }
    }
}
