//! The guard of cards in a reader, against cards that miscount on purpose: no key is ever locked.

mod bench;
mod crooked;
mod forecast;
mod planner;
mod played;
mod removed;
