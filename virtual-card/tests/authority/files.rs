//! `virtual-card authority`: files for other programs, and lines to try with them.

use crate::openssl::Folder;
use crate::{CARDS, Verdict, card, root};
use jpki_virtual_card::authority::Purpose;
use rstest::rstest;
use std::path::Path;
use std::process::{Command, Output};

fn program(folder: &Path, arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_virtual-card"));
    program.current_dir(folder).arg("authority").args(arguments).output().expect("the program starts")
}

fn shell(folder: &Path, line: &str) -> Output {
    Command::new("sh").arg("-c").arg(line).current_dir(folder).output().expect("a shell")
}

/// What it wrote about a card, into the folder `out`.
fn write(folder: &Folder, card: &str) -> String {
    let output = program(folder.path(), &["--card", card, "--as-of", "2026-11-22", "--out", "out"]);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("words")
}

#[test]
fn the_lines_that_it_prints_say_what_the_card_demands() {
    let folder = Folder::new();
    for (name, verdicts) in CARDS {
        let words = write(&folder, name);
        for (purpose, verdict) in Purpose::ALL.into_iter().zip(verdicts) {
            let ending = format!(" {purpose}.pem");
            let line = words.lines().find(|line| line.contains("openssl verify") && line.ends_with(&ending));
            let expected = match verdict {
                Verdict::Good => "OK",
                Verdict::Expired => "error 10 at 0 depth lookup: certificate has expired",
                Verdict::Revoked { .. } => "error 23 at 0 depth lookup: certificate revoked",
                Verdict::Absent => {
                    assert!(line.is_none(), "{words}");
                    assert!(words.contains(&format!("The card has no {purpose} certificate.")), "{words}");
                    continue;
                }
            };
            let output = shell(&folder.path().join("out"), line.expect("a line"));
            let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            assert!(said.contains(expected), "{name} {purpose}: {said}");
        }
    }
}

#[rstest]
#[case::standard("standard")]
#[case::filler_behind_the_certificates("iso-strict")]
fn the_files_hold_what_the_card_holds(#[case] name: &str) {
    let folder = Folder::new();
    write(&folder, name);
    for purpose in Purpose::ALL {
        let file = |name: String| std::fs::read(folder.path().join("out").join(name)).expect("a file");
        assert_eq!(Some(file(format!("{purpose}.der"))), card::read(name, purpose));
        assert_eq!(file(format!("{purpose}-ca.der")), root(purpose));
        for structure in [format!("{purpose}.pem"), format!("{purpose}-ca.pem"), format!("{purpose}-crl.pem")]
        {
            let (_, der) = der::pem::decode_vec(&file(structure.clone())).expect("PEM");
            assert_eq!(der, file(structure.replace(".pem", ".der")));
        }
    }
}

#[test]
fn the_same_day_gives_the_same_files_and_the_same_words() {
    let [first, second] = [Folder::new(), Folder::new()];
    assert_eq!(write(&first, "suspended"), write(&second, "suspended"));
    let list = |folder: &Folder| std::fs::read(folder.path().join("out/auth-crl.der")).expect("a list");
    assert_eq!(list(&first), list(&second));
}

#[test]
fn the_words_about_a_card_whose_certificates_are_revoked() {
    insta::assert_snapshot!(write(&Folder::new(), "revoked"));
}

#[rstest]
#[case::no_such_card(&["--card", "golden", "--out", "out"], 2, "no card is called \"golden\"")]
#[case::no_list_of_that_day(
    &["--as-of", "1969-12-31", "--card", "not-a-my-number-card", "--out", "out"],
    2,
    "no list or answer can name 1969-12-31T03:00:00Z"
)]
#[case::no_folder(&["--out", "taken/out"], 1, "cannot write taken/out")]
#[case::nowhere(&[], 2, "--out <DIR>")]
fn what_cannot_be_written_is_refused_in_words(
    #[case] arguments: &[&str],
    #[case] code: i32,
    #[case] words: &str,
) {
    let folder = Folder::new();
    folder.put("taken", b"a file");
    let output = program(folder.path(), arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(said.contains(words), "{said}");
}

#[test]
fn a_folder_with_a_space_in_its_name_is_quoted() {
    let folder = Folder::new();
    let output = program(folder.path(), &["--out", "it's here"]);
    assert!(output.status.success(), "{output:?}");
    let words = String::from_utf8(output.stdout).expect("words");
    let line = words.lines().find(|line| line.trim().starts_with("cd ")).expect("a line");
    assert!(shell(folder.path(), &format!("{line} && ls auth.pem")).status.success());
}
