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
