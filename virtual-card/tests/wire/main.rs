//! The wires from outside, as the programs at their other ends see them: pcscd with vpcd, a program that speaks
//! lines of hex, a person at a shell. Whatever those send, the card stays there and forgets nothing.

#[cfg(unix)]
mod program;
mod reader;
mod served;
mod tcp;
mod vpcd;

/// The day of all personalisations.
const AS_OF: &str = "2026-11-22";
/// A hang becomes a failure.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

const SELECT_JPKI: &str = "00A4040C0AD392F000260100000001";
/// One try of three is gone after it.
const WRONG_AUTH_PIN: &str = "002000980430303030";
const QUERY_AUTH_PIN: &str = "00200098";
/// The answer to a query of a key while no application is selected.
const NO_SUCH_KEY: &str = "6A82";
const ATR: &str = "3BE000FF8131FE4514";

fn hex(text: &str) -> Vec<u8> {
    hex::decode(text).expect("hex")
}
