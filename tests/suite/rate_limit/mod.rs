//! The maximum number of requests per minute of a client.

mod clock;
mod deadlines;
mod local_server;
mod server;
mod window;
