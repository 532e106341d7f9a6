//! What a maintainer asks of a specification, beside code made of it.
//!
//! - [`Source`] is a specification to ask about: a file, or what a revision of git holds.
//! - [`Wrappers`] finds which handwritten methods call an operation.
//! - [`Explanation`] tells all that is known of an operation, and why.
//! - [`Findings`] are what in a specification would hurt users.
//! - [`Diff`] tells two specifications apart, in terms of the Rust API.

mod diff;
mod explain;
mod lint;
mod source;
mod words;
mod wrappers;

pub use diff::{Bump, Change, Diff, Level};
pub use explain::Explanation;
pub use lint::Findings;
pub use source::find;

pub use wrappers::{Call, Wrappers};

pub(crate) use wrappers::named;

use words::{kind, listed};
