//! What a client does when the other side fails: every fault against every operation, and what is
//! repeated after it.

mod calls;
mod figures;
mod matrix;
mod retries;
mod table;
mod waits;
