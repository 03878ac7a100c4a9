//! Bytes read as BER-TLV.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| jpki_fuzz_properties::ber_tlv(bytes));
