//! A card file is read strictly: what is wrong, and where, in which of the files that make up a card.

use jpki_virtual_card::personalise::embedded_source;
use jpki_virtual_card::profile::{CardProfile, KeepsOrClears, LoadError, Problem, Source};
use rstest::rstest;

const HEAD: &str = "format = 1\nname = \"mine\"\ntitle = \"a test\"\nextends = \"standard\"\n";

fn load(text: &str) -> Result<CardProfile, LoadError> {
    CardProfile::load_file(Source { file: "cards/mine.toml", text })
}

/// The message for a file that extends the standard card and has these lines from line 5 on.
fn mistake(lines: &str) -> String {
    load(&format!("{HEAD}{lines}")).expect_err("a mistake").to_string()
}

#[test]
fn an_extending_file_changes_what_it_names_and_nothing_else() {
    let mine = load(&format!("{HEAD}[keys]\nauth-pin.tries_left = 2\n[knobs]\nwarm_reset = \"keeps\"\n"));
    let mine = mine.expect("a card");
    let standard = CardProfile::load_file(embedded_source("standard").expect("a file")).expect("a card");
    assert_eq!(mine.keys["auth-pin"].tries_left, Some(2));
    assert_eq!(mine.keys["auth-pin"].value, standard.keys["auth-pin"].value);
    assert_eq!(mine.keys["sign-pin"].tries_left, None);
    assert_eq!(mine.knobs.warm_reset, KeepsOrClears::Keeps);
    assert_eq!(mine.knobs.blocked_verify, standard.knobs.blocked_verify);
    assert_eq!((mine.atr, mine.applications), (standard.atr, standard.applications));
}

#[test]
fn without_takes_a_table_away_that_the_other_card_has() {
    let mine = load(&format!("{HEAD}without = [\"sign_certificate\", \"keys.sign-pin\"]\n")).expect("a card");
    assert!(mine.sign_certificate.is_none() && mine.auth_certificate.is_some());
    assert!(!mine.keys.contains_key("sign-pin"));
}

#[test]
fn a_card_of_a_stranger_needs_no_holder_and_no_values() {
    let text = "format = 1\nname = \"mine\"\ntitle = \"a test\"\natr = \"3B00\"\napplications = [\"jpki\"]\n\
                [keys]\nauth-pin = { value_from = \"AUTH_PIN\", tries = 3 }\n";
    let mine = load(text).expect("a card");
    assert_eq!(mine.keys["auth-pin"].value_from.as_deref(), Some("AUTH_PIN"));
    assert_eq!(mine.keys["auth-pin"].value, None);
}

#[test]
fn a_value_in_the_environment_takes_the_place_of_the_other_cards_value() {
    let mine = load(&format!("{HEAD}[keys]\nauth-pin.value_from = \"AUTH_PIN\"\n")).expect("a card");
    let pin = &mine.keys["auth-pin"];
    assert_eq!((pin.value_from.as_deref(), pin.value.as_deref(), pin.tries), (Some("AUTH_PIN"), None, 3));
}

#[rstest]
#[case::no_toml("[keys\n", "cards/mine.toml:5:6: unclosed table, expected `]`")]
#[case::unknown_word(
    "[knobs]\nwarm = true\n",
    "cards/mine.toml:6:1: unknown field `warm`, expected one of `same_application_select`, `warm_reset`, \
     `failed_verify`, `blocked_verify`, `read_past_end`, `short_read`, `certificate_filler`, `filler_byte`, \
     `long_lengths`, `fci`, `interindustry_sign`, `wrong_length_verify`, `empty_verify_with_le`, \
     `first_command_fails`, `terminal_certificate`, `secure_messaging`"
)]
#[case::unknown_choice(
    "[knobs]\nwarm_reset = \"maybe\"\n",
    "cards/mine.toml:6:14: unknown variant `maybe`, expected `keeps` or `clears`"
)]
#[case::unknown_status_word(
    "[knobs]\nshort_read = \"6283\"\n",
    "cards/mine.toml:6:14: expected 9000 or 6282"
)]
#[case::unknown_key("[keys]\nauth = { tries = 3 }\n", "cards/mine.toml:6:1: unknown key \"auth\"")]
#[case::missing_word(
    "[keys]\nlicence-pin = { value = \"1234\" }\n",
    "cards/mine.toml:6:15: missing field `tries`"
)]
#[case::more_tries_left_than_tries(
    "[keys]\nauth-pin.tries_left = 4\n",
    "cards/mine.toml:6:23: 4 tries left of 3"
)]
#[case::too_many_tries("[keys]\nauth-pin.tries = 16\n", "cards/mine.toml:6:18: expected at most 15")]
#[case::two_values(
    "[keys]\nauth-pin = { value = \"0000\", value_from = \"PIN\", tries = 3 }\n",
    "cards/mine.toml:6:43: both value and value_from"
)]
#[case::number_b_of_another_holder(
    "[keys]\ntext-number-b.value = \"00000000000000\"\n",
    "cards/mine.toml:6:23: the value does not follow from the holder's data (leave it out and it will)"
)]
#[case::unknown_application(
    "applications = [\"jpki\", \"bank\"]\n",
    "cards/mine.toml:5:25: unknown application \"bank\""
)]
#[case::short_aid(
    "foreign_applications = [\"A0000000\"]\n",
    "cards/mine.toml:5:25: expected hex of 5 to 16 bytes"
)]
#[case::atr("atr = \"E000\"\n", "cards/mine.toml:5:7: expected hex of 2 to 33 bytes, the first 3B or 3F")]
#[case::short_number("[holder]\nnumber = \"12345678901\"\n", "cards/mine.toml:6:10: expected 12 digits")]
#[case::expires_before_it_is_issued(
    "[holder]\ncard_expires = \"2025-06-01\"\n",
    "cards/mine.toml:6:16: expected a day after the card was issued"
)]
#[case::serial_of_five_bytes(
    "[auth_certificate]\nserial = \"0102030405\"\n",
    "cards/mine.toml:6:10: expected hex of one to four bytes, not zero"
)]
#[case::no_day(
    "[auth_certificate]\nexpires = \"soon\"\n",
    "cards/mine.toml:6:11: \"soon\" is neither YYYY-MM-DD nor +days or -days nor fifth-birthday"
)]
#[case::no_moment(
    "[auth_certificate]\nstatus = \"revoked\"\nsince = \"-2T24:01\"\n",
    "cards/mine.toml:7:9: \"24:01\" is no time of day, HH:MM:SS"
)]
#[case::good_since_a_moment(
    "[auth_certificate]\nsince = \"-2\"\n",
    "cards/mine.toml:6:9: expected no moment: the status is good"
)]
#[case::reason_of_a_suspension(
    "[sign_certificate]\nstatus = \"suspended\"\nreason = \"superseded\"\n",
    "cards/mine.toml:7:10: expected no reason: it is not revoked"
)]
#[case::unknown_reason(
    "[sign_certificate]\nstatus = \"revoked\"\nreason = \"lost\"\n",
    "cards/mine.toml:7:10: unknown variant `lost`, expected one of `unspecified`, `key-compromise`, \
     `affiliation-changed`, `superseded`, `cessation-of-operation`, `privilege-withdrawn`"
)]
#[case::nothing_to_leave_out(
    "without = [\"licence\"]\n",
    "cards/mine.toml:5:12: there is no \"licence\" to leave out"
)]
#[case::columns_are_characters(
    "[holder]\nname = \"見本\" 太郎\n",
    "cards/mine.toml:6:13: unexpected key or value, expected newline, `#`"
)]
fn a_mistake_is_found_at_its_place(#[case] lines: &str, #[case] message: &str) {
    assert_eq!(mistake(lines), message);
}

#[test]
fn a_mistake_in_the_other_file_is_found_there() {
    let base = "format = 1\nname = \"base\"\ntitle = \"a test\"\natr = \"3B00\"\napplications = [\"bank\"]\n";
    let mine = HEAD.replace("standard", "base");
    let find = |name: &str| (name == "base").then_some(Source { file: "cards/base.toml", text: base });
    let error =
        CardProfile::load(Source { file: "cards/mine.toml", text: &mine }, find).expect_err("a mistake");
    assert_eq!((error.file.as_str(), error.line, error.column), ("cards/base.toml", 5, 17));
    assert_eq!(&base[error.span], "\"bank\"");
    assert_eq!(error.problem, Problem::UnknownApplication("bank".into()));
}

#[rstest]
#[case::itself("extends = \"mine\"", "cards/mine.toml:4:11: \"mine\" extends itself")]
#[case::nobody("extends = \"nobody\"", "cards/mine.toml:4:11: there is no card \"nobody\" to extend")]
#[case::no_name("extends = 1", "cards/mine.toml:4:11: expected the name of a card")]
fn a_card_extends_a_card_that_is_there_and_not_itself(#[case] line: &str, #[case] message: &str) {
    let text = HEAD.replace("extends = \"standard\"", line);
    let source = Source { file: "cards/mine.toml", text: &text };
    let error = CardProfile::load(source, |name| (name == "mine").then_some(source)).expect_err("a mistake");
    assert_eq!(error.to_string(), message);
}

#[rstest]
#[case::format(
    "format = 1\n",
    "cards/mine.toml:1:1: \"format\" is missing; it does not come from the card that this one extends"
)]
#[case::title(
    "title = \"a test\"\n",
    "cards/mine.toml:1:1: \"title\" is missing; it does not come from the card that this one extends"
)]
fn the_head_stands_in_every_file(#[case] line: &str, #[case] message: &str) {
    assert_eq!(load(&HEAD.replace(line, "")).expect_err("a mistake").to_string(), message);
}

#[rstest]
#[case::version("format = 1", "format = 2", "cards/mine.toml:1:10: expected 1, the only version there is")]
#[case::name("\"mine\"", "\"yours\"", "cards/mine.toml:2:8: expected the file's name without its ending")]
fn the_head_says_the_version_and_the_file_s_name(
    #[case] from: &str,
    #[case] to: &str,
    #[case] message: &str,
) {
    assert_eq!(load(&HEAD.replace(from, to)).expect_err("a mistake").to_string(), message);
}

#[rstest]
#[case::pin_as_a_number("[keys]\nauth-pin.value = 4711\n")]
#[case::pin_with_a_fraction("[keys]\nauth-pin.value = 4711.5\n")]
#[case::pin_too_long("[keys]\nauth-pin.value = \"47114711471147114711\"\n")]
#[case::number_as_a_number("[holder]\nnumber = 471147114711\n")]
#[case::number_too_short("[holder]\nnumber = \"4711\"\n")]
#[case::number_a_that_contradicts("[keys]\ntext-number-a.value = \"471147114711\"\n")]
fn no_message_shows_a_value(#[case] lines: &str) {
    let error = load(&format!("{HEAD}{lines}")).expect_err("a mistake");
    assert!(!format!("{error} {error:?}").contains("4711"), "{error:?}");
}

#[test]
fn debug_output_of_a_card_shows_no_value_and_no_holder() {
    let card = CardProfile::load_file(embedded_source("standard").expect("a file")).expect("a card");
    let shown = format!("{card:?}");
    for secret in ["1234", "ABC123", "見本", "試験町", "9876", "1990-04-01"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn the_schema_lets_an_extending_file_leave_out_everything_but_its_head() {
    let schema = schemars::schema_for!(CardProfile);
    let schema = schema.as_value();
    let required: Vec<_> =
        schema["required"].as_array().expect("a list").iter().map(|word| word.as_str()).collect();
    assert_eq!(required, [Some("format"), Some("name"), Some("title")]);
    for table in ["Holder", "KeyProfile", "CertificateProfile"] {
        let table = &schema["$defs"][table];
        assert!(table["properties"].is_object() && table["required"].is_null(), "{table}");
    }
}
