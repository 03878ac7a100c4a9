//! Bytes read as a session with the card.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| jpki_fuzz_properties::card_session(bytes));
