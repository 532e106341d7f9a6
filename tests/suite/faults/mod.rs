//! What a client does when a server or a connection fails: every operation against every fault, and
//! which calls are retried.

mod calls;
mod check;
mod fault;
mod figures;
mod matrix;
mod rate_limit;
mod responder;
mod retries;
mod token_store;
mod waits;
