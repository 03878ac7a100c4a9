//! A virtual My Number card (個人番号カード): what the chip answers, byte for byte, in any state.

pub mod image;
pub mod pkcs1;
pub mod profile;
pub mod signer;
