//! Questions of a maintainer about a specification.
//!
//! - [`Wrappers`] finds which handwritten methods call an operation.
//! - [`Explanation`] shows the metadata of an operation, with the reasons.
//! - [`Findings`] lists what in a specification causes problems for users.
//! - [`Diff`] compares two specifications in terms of the Rust API.
//! - [`Scaffold`] writes the handwritten parts of a new operation, with the open questions.
//! - [`Forecast`] shows the effects of a changed specification on a checkout.

mod diff;
mod explain;
mod forecast;
mod lint;
mod scaffold;
mod text;
mod wrappers;

pub use diff::{Bump, Change, Diff, Level, Retries};
pub use explain::Explanation;
pub use forecast::Forecast;
pub use lint::Findings;
pub use scaffold::Scaffold;
pub use wrappers::{Call, Wrappers};
