//! JPKI EF 0006: a PKCS #11 `CK_TOKEN_INFO`, every number four bytes big-endian.

/// Flags: RNG, LOGIN_REQUIRED, USER_PIN_INITIALIZED, TOKEN_INITIALIZED.
const FLAGS: u32 = 0x0000_040D;
/// The value for sessions and memory that PKCS #11 calls unavailable.
const UNAVAILABLE: u32 = 0xFFFF_FFFF;

/// The 160 bytes; the serial number is that of the card after a zero.
pub(super) fn token_information(card_serial: &str) -> Vec<u8> {
    let serial = format!("{card_serial:0>16}");
    let sessions = [1, 0, 1, 0];
    let pin_lengths = [16, 6];
    let memory = [UNAVAILABLE; 4];
    let numbers = [FLAGS].into_iter().chain(sessions).chain(pin_lengths).chain(memory);
    let mut file = Vec::with_capacity(160);
    file.extend(format!("{:<32}", "JPKIAPICCTOKEN2").bytes());
    file.extend(format!("{:0>32}", "1").bytes()); // manufacturer
    file.extend(format!("{:<16}", "E16R01NJ").bytes()); // model
    file.extend(serial.bytes());
    file.extend(numbers.flat_map(u32::to_be_bytes));
    file.extend(b"03"); // hardware version, as text
    file.extend(b"01"); // firmware version
    file.extend([b'9'; 16]); // no clock
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_stands_at_its_offset() {
        let file = token_information("400000099000017");
        assert_eq!(file.len(), 160);
        assert_eq!(&file[..32], b"JPKIAPICCTOKEN2                 ");
        assert_eq!(&file[32..64], b"00000000000000000000000000000001");
        assert_eq!(&file[64..80], b"E16R01NJ        ");
        assert_eq!(&file[80..96], b"0400000099000017");
        assert_eq!(file[96..100], [0x00, 0x00, 0x04, 0x0D]);
        assert_eq!(file[116..124], [0, 0, 0, 16, 0, 0, 0, 6]);
        assert_eq!(file[124..140], [0xFF; 16]);
        assert_eq!(&file[140..], b"03019999999999999999");
    }
}
