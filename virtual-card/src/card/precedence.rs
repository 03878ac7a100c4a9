//! The order of refusals, when several would apply: the first of this table answers.
//!
//! | rank | what is checked | refusals |
//! | --- | --- | --- |
//! | 1 | class: channel, chaining, secure messaging | `6881` `6884` `6882` `69FC` `6987` `6E00` |
//! | 2 | instruction, in this class | `6D00` |
//! | 3 | length fields: the APDU itself, and the Lc and Le that the instruction takes in any of its forms | `6700` |
//! | 4 | P1 and P2, then the length of data that this P1 asks for | `6A86` `6A81` `6700` |
//! | 5 | selection and structure: a current file, the file that P1 or P2 names, its kind | `6986` `6A82` `6981` |
//! | 6 | existence of what is named within: record, data object, default key | `6A83` `6A88` |
//! | 7 | security status, then the conditions of use | `6982` `6984` `6983` `6985` |
//! | 8 | range and content of the data | `6B00` `6700` `6A80` `6985` |
//!
//! Only one point of it was ever measured on a card: SET SESSION KEY looks at the PIN (rank 7) before it
//! decrypts (rank 8). The rest is our choice, the same for every command, so that it can be relied on.
//! A file that the card does not have cannot be of the wrong kind, so `6A82` comes before `6981`.

#[cfg(test)]
mod tests {
    use crate::card::testing::*;
    use rstest::rstest;

    #[rstest]
    #[case::class_before_instruction("10CB0000", "6884")]
    #[case::class_before_length("01B00000 05 AA", "6881")]
    #[case::instruction_before_length("00CB0000 05 AA", "6D00")]
    #[case::instruction_before_parameters("80B0FFFF", "6D00")]
    #[case::length_before_parameters("00200100 11 3132333435363738393031323334353637", "6700")]
    #[case::length_before_selection("00B00000", "6700")]
    #[case::parameters_before_selection("00200180 04 31323334", "6A86")]
    #[case::parameters_before_existence("802A069D 01 AA 00", "6A86")]
    #[case::selection_before_security("802A0080 01 AA 00", "6986")]
    #[case::existence_of_the_file_before_security("0024019D 04 31323334", "6A82")]
    #[case::structure_before_security("00240197 04 31323334", "6981")]
    #[case::default_key_before_range("802A0400 01 AA 00", "6A88")]
    #[case::security_before_range("00B081FF 00", "6982")]
    #[case::security_before_content("00240198 03 313233", "6982")]
    #[case::security_before_conditions("80320098 04 31323334", "6982")]
    #[case::security_before_the_form_of_the_data("802A0497 01 AA 00", "6982")]
    fn the_first_reason_of_the_table_answers(#[case] command: &str, #[case] answer: &str) {
        Conversation::new().expect(&[(SELECT_JPKI, "9000"), (command, answer)]);
    }

    #[rstest]
    #[case::record_number_behind_the_mode("00B2090D 00", "6A81")]
    #[case::structure_before_the_record_number("00B209E4 00", "6981")]
    #[case::conditions_before_content("0024019C 03 313233", "6985")]
    fn the_first_reason_answers_in_the_common_application(#[case] command: &str, #[case] answer: &str) {
        Conversation::new().expect(&[
            (SELECT_COMMON, "9000"),
            ("0020009C 04 31323334", "9000"),
            (command, answer),
        ]);
    }
}
