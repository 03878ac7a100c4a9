//! The control socket: whoever may use it moves the card, changes it and disturbs it while programs talk to it.
//!
//! A line a request, in words: `tries auth-pin 1`. The reply is any number of lines, then `ok`, or
//! `error REASON` alone. Only the user who started the server may connect.
//!
//! | noun | file |
//! | --- | --- |
//! | the verbs, for people | [`VERBS`] in `verb` |
//! | what can be asked | `request` |
//! | why a line is no request | `request_error` |
//! | what a request does | `carry_out` |
//! | the socket | `listener` |
//! | whoever answers on it | `server` |
//! | lines that end in time | `lines` |
//! | whoever asks | `client` |

mod carry_out;
mod client;
mod lines;
mod listener;
mod request;
mod request_error;
mod server;
mod verb;

pub use carry_out::carry_out;
pub use client::{Client, ClientError};
pub use listener::ListenError;
pub use request::{Certificates, Request};
pub use request_error::RequestError;
pub use server::{Limits, Server};
pub use verb::{VERBS, Verb};
