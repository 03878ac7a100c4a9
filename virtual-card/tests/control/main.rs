//! The control socket, as its clients use it: what every verb does to the card, what is refused and in which words,
//! and that no client is in another one's way.

mod clients;
mod keeping;
mod program;
mod refusals;
mod server;
mod slot;
mod verbs;
