//! Requests on the control socket: whatever is read is written back, and no value of a key is ever shown.

use jpki_virtual_card::control::{Request, RequestError};

/// Reads the bytes as a request. What parses is written as a line that parses to the same; what logs show of it is
/// that line but for the value of `unlock`; and an error about `unlock` repeats nothing of what was written.
///
/// # Panics
/// When one of these does not hold.
pub fn control_request(bytes: &[u8]) {
    let Ok(line) = str::from_utf8(bytes) else { return };
    match line.parse::<Request>() {
        Ok(request) => survives(&request),
        Err(error) => {
            let silent = matches!(
                error,
                RequestError::ControlCharacter | RequestError::Usage(_) | RequestError::NotHex
            );
            assert!(
                silent || line.split_whitespace().next() != Some("unlock"),
                "{error} repeats what it read"
            );
            assert!(!error.to_string().contains(char::is_control), "{error:?} is more than a line");
        }
    }
}

fn survives(request: &Request) {
    let line = request.line();
    assert!(!line.contains(char::is_control), "{request:?} is more than a line");
    assert_eq!(line.parse().as_ref(), Ok(request));
    match request {
        Request::Unlock { key, .. } => {
            assert_eq!(request.to_string(), format!("unlock {key} ····"));
            assert_eq!(format!("{request:?}"), format!("Unlock {{ key: {key:?}, value: ···· }}"));
        }
        _ => assert_eq!(request.to_string(), line),
    }
}
