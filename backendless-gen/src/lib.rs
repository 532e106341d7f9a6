//! Generates the bindings of the `backendless` crate from `openapi.yaml`.
//!
//! The way through:
//!
//! 1. `document` reads the text and remembers where everything stands; `validate` refuses what cannot be generated,
//!    with its place and what would be valid; `inline` writes shared parts out where they are used.
//! 2. `model` reads the operations, and `facts` adds what a specification cannot say.
//! 3. `rules` rewrite the specification into what progenitor can express.
//! 4. `bindings` runs progenitor; `functions` replaces its client by request builders, `types` changes the schema
//!    types, and `docs` wraps the doc comments.
//! 5. `operations` and `mock` write the operation table, with its `reserved` values, and the mocks.
//! 6. `render` makes text of it all, and `files` puts it in place or shows what differs.
//!
//! Beside that way, [`spec`] answers questions about a specification, and [`rehearsal`] tries a changed one.
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
mod docs;
mod document;
mod error;
mod facts;
mod files;
mod functions;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod golden;
mod inline;
mod live;
mod mock;
mod model;
mod names;
mod operations;
pub mod rehearsal;
mod render;
mod reserved;
mod rules;
pub mod spec;
mod template;
mod types;
mod validate;

pub use error::Error;
pub use files::{Change, Drift, Workspace, Written};

use document::Document;
use model::Model;
use render::Header;
use rules::Applied;

/// Everything that is made of one specification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The files.
    pub files: Vec<GeneratedFile>,
    /// What the rules did on the way: a line per rule, and below it one per place.
    pub report: String,
}

/// The text of one generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Its name in the folder of generated files.
    pub name: &'static str,
    /// What it holds.
    pub text: String,
}

/// Makes all generated files in memory. `name` is what messages call the specification.
///
/// # Errors
///
/// When the specification cannot be generated from; the message names the place and what would be valid there.
pub fn generate(name: &str, specification: &str, lock: &str) -> Result<Output, Error> {
    let header = Header::new(specification, lock)?;
    let (model, document) = read(name, specification)?;
    let (raw, applied) = raw(&model, &document)?;
    rules::check(&applied)?;
    facts::check(&model)?;
    let operations = operations::generate(&model)?;
    let mock = mock::generate(&model)?;
    let files = [
        ("raw.rs", RAW, raw),
        ("operations.rs", OPERATIONS, operations),
        ("mock.rs", MOCK, mock),
    ];
    let files = files.map(|(name, about, file)| GeneratedFile {
        name,
        text: render::file(&header, about, &file),
    });
    Ok(Output {
        files: files.into(),
        report: rules::report(&applied),
    })
}

/// Reads and validates a specification.
fn read(name: &str, specification: &str) -> Result<(Model, Document), Error> {
    let document = Document::parse(name, specification)?;
    validate::document(&document)?;
    let document = inline::inline(&document)?;
    let model = Model::read(&document)?;
    validate::model(&document, &model)?;
    Ok((model, document))
}

/// The request builders, and what the rules changed for them.
fn raw(model: &Model, document: &Document) -> Result<(syn::File, Applied), Error> {
    let mut lowered = document.clone();
    let applied = rules::apply(model, &mut lowered)?;
    let mut file = bindings::generate(model, &lowered)?;
    functions::apply(model, &lowered, &mut file)?;
    types::apply(&lowered, &mut file);
    docs::apply(&mut file);
    Ok((file, applied))
}

const RAW: &str = "Request builders: one function per operation, which does no I/O.";
const OPERATIONS: &str = "The operations of the API, one constant each.";
const MOCK: &str =
    "Typed mocks: per operation a request matcher (`..When`) and a response (`..Then`).";
