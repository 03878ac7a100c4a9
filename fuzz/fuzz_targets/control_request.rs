//! Bytes read as a request on the control socket.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| jpki_fuzz_properties::control_request(bytes));
