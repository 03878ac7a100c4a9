//! Bytes that a reader or a program sends over a wire.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| jpki_fuzz_properties::wire_session(bytes));
