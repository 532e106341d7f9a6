//! What a maintainer asks of a specification, beside code made of it.
//!
//! - [`Source`] is a specification to ask about: a file, or what a revision of git holds.
//! - [`Wrappers`] finds which handwritten methods call an operation.
//! - [`Diff`] tells two specifications apart, in terms of the Rust API.

mod diff;
mod source;
mod wrappers;

pub use diff::{Bump, Change, Diff, Level};
pub use source::Source;
pub use wrappers::{Call, Wrappers};
