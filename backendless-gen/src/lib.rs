//! Generates the bindings of the `backendless` crate from `openapi.yaml` and `overlays/`.
//!
//! The stages, in the order of [`generate`]:
//!
//! 1. `document` parses the text and records the place of each value; `overlay` applies the overlays.
//! 2. `normalize` converts OpenAPI 3.1, references and missing names to one form; `validate` rejects what cannot be
//!    generated, with its place and what would be valid; `inline` writes shared parts out where they are used.
//! 3. `model` reads the operations, their `parameters` and `bodies`, with the metadata of `extensions` and `live`.
//! 4. `variants` adds an operation for each other media type of a request; `rules` rewrite the document into what progenitor
//!    can express.
//! 5. `bindings` runs progenitor; `functions` replaces its client by request builders, `types` changes the schema
//!    types, and `docs` wraps the doc comments.
//! 6. `review` lists the operations whose idempotency is not reviewed; `operations` and `mock` generate the operation
//!    table, with its `reserved` values, and the mocks.
//! 7. `render` formats the files, and `files` writes them or shows what differs.
//!
//! [`spec`] compares, explains and checks specifications. [`Source`] is a specification: a document and its overlays.
//!
//! ```no_run
//! # fn main() -> Result<(), backendless_gen::Error> {
//! let workspace = backendless_gen::Workspace::at("path/to/checkout");
//! let output = workspace.output()?;
//! for file in workspace.write(&output)? {
//!     println!("{file}");
//! }
//! # Ok(())
//! # }
//! ```

mod bindings;
mod bodies;
mod docs;
mod document;
mod error;
mod extensions;
mod files;
mod functions;
mod generate;
mod inline;
mod live;
mod mock;
mod model;
mod names;
mod normalize;
mod operations;
mod overlay;
mod parameters;
mod render;
mod reserved;
mod review;
mod rules;
mod source;
pub mod spec;
mod stack;
mod template;
#[doc(hidden)]
pub mod testing;
mod types;
mod validate;
mod variants;

pub use error::Error;
pub use files::{Change, Drift, Workspace, Written};
pub use generate::{GeneratedFile, Output, generate, merged};
pub use overlay::Overlay;
pub use source::{OVERLAYS, SPECIFICATION, Source, is_overlay, overlays};
pub use stack::with_large_stack;
