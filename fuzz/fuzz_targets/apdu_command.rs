//! Bytes read as a command APDU.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| jpki_fuzz_properties::apdu_command(bytes));
