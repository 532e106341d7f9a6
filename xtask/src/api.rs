//! `cargo xtask api`: lists the public API of `backendless`, so that a review shows each change.
//!
//! The library `public-api` creates the listing from rustdoc's JSON. That output is unstable, so the
//! stable rustdoc runs with `RUSTC_BOOTSTRAP=1`.

use std::collections::{HashMap, HashSet};
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use public_api::PublicApi;
use similar::TextDiff;

use crate::show;

const LISTING: &str = "backendless/public-api.txt";

/// The version of rustdoc's JSON that `public-api` reads, and the release of Rust that writes it. Both
/// change together with the version of `public-api` in the workspace's manifest.
const FORMAT: (&str, &str) = ("57", "1.95");

/// Prefixes of the paths of other crates' types that the API may contain.
const ALLOWED: &[&str] = &[
    "bytes::bytes::Bytes",
    "chrono::datetime::DateTime",
    "chrono::naive::",
    "chrono::offset::",
    "futures_core::",
    "http::header::map::HeaderMap",
    "http::method::Method",
    "httpmock::api::",
    "schemars::",
    "serde_core::",
    "serde_json::map::Map",
    "serde_json::value::Value",
    "str::Row",
    "time::date::Date",
    "time::offset_date_time::OffsetDateTime",
    "time::primitive_date_time::PrimitiveDateTime",
    "tracing_core::",
    "tracing_subscriber::",
];

/// Types of other crates that only one item may contain: the start of its line, and the path of the type. The documentation
/// of the item excludes the type from the version promise.
const ALLOWED_IN: &[(&str, &str)] = &[(
    "pub fn backendless::ClientBuilder::http(",
    "reqwest::async_impl::client::ClientBuilder",
)];

/// Crates whose types the API may always contain.
const OWN_CRATES: &[&str] = &["alloc", "backendless", "core", "std"];

/// Modules that semver does not cover: the generated functions and the pages of the guide.
const EXCLUDED_MODULES: &[&str] = &["raw", "guide"];

/// Environment variable with the path of rustdoc, if this process runs in its place.
const AS_RUSTDOC: &str = "XTASK_AS_RUSTDOC";

/// Writes the listing, or compares it with the committed one if `check` is set.
pub(crate) fn run(root: &Path, check: bool) -> ExitCode {
    match write_or_compare(root, check) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs rustdoc with unstable options allowed, if this process was started in place of rustdoc.
///
/// `RUSTC_BOOTSTRAP` in the environment of cargo would do as well, but build scripts watch it: each run
/// would compile half of the dependencies again.
pub(crate) fn as_rustdoc() -> Option<ExitCode> {
    let rustdoc = env::var_os(AS_RUSTDOC)?;
    let status = Command::new(rustdoc)
        .args(env::args_os().skip(1))
        .env_remove(AS_RUSTDOC)
        .env("RUSTC_BOOTSTRAP", "1")
        .status();
    Some(match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: cannot start rustdoc: {error}");
            ExitCode::FAILURE
        }
    })
}

fn write_or_compare(root: &Path, check: bool) -> io::Result<()> {
    let listing = listing(&read(&rustdoc_json(root)?)?);
    let foreign = foreign_types(&listing);
    if !foreign.is_empty() {
        let lines = foreign.join("\n");
        return Err(io::Error::other(format!(
            "the public API contains types of other crates:\n{lines}"
        )));
    }
    let path = root.join(LISTING);
    if !check {
        return fs::write(path, listing);
    }
    let committed = fs::read_to_string(path)?;
    if committed == listing {
        show("the listing of the public API is up to date\n");
        return Ok(());
    }
    let diff = TextDiff::from_lines(committed.as_str(), listing.as_str());
    show(&diff.unified_diff().header(LISTING, "the code").to_string());
    Err(io::Error::other(format!(
        "{LISTING} is out of date; if the change is intended, run: cargo xtask api"
    )))
}

/// Runs rustdoc on `backendless` and returns the path of its JSON.
fn rustdoc_json(root: &Path) -> io::Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .current_dir(root)
        .args(["rustdoc", "--quiet", "--locked", "-p", "backendless"])
        .args(["--all-features", "--lib", "--"])
        .args(["-Z", "unstable-options", "--output-format", "json"])
        .env(
            AS_RUSTDOC,
            env::var_os("RUSTDOC").unwrap_or_else(|| "rustdoc".into()),
        )
        .env("RUSTDOC", env::current_exe()?)
        .status()?;
    if status.success() {
        let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
        Ok(root.join(target).join("doc/backendless.json"))
    } else {
        Err(io::Error::other("cargo rustdoc failed"))
    }
}

fn read(json: &Path) -> io::Result<PublicApi> {
    public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .include_function_parameter_names(true)
        .build()
        .map_err(|error| {
            let (format, rust) = FORMAT;
            io::Error::other(format!(
                "{}: {error}\nthe library public-api reads format {format} of rustdoc's JSON, which Rust {rust} writes; \
                 with another release, update public-api and `FORMAT` in xtask/src/api.rs, or run: cargo +{rust} xtask api",
                json.display()
            ))
        })
}

/// Returns one line per public item, grouped by module and type, without the modules in [`EXCLUDED_MODULES`].
fn listing(api: &PublicApi) -> String {
    let parents: HashMap<_, _> = api
        .items()
        .map(|item| (item.id(), item.parent_id()))
        .collect();
    let excluded: HashSet<_> = api
        .items()
        .filter(|item| {
            let text = item.to_string();
            let module = text.strip_prefix("pub mod ");
            let name = module.and_then(|path| path.split_once("::"));
            name.is_some_and(|(_, name)| EXCLUDED_MODULES.contains(&name))
        })
        .map(public_api::PublicItem::id)
        .collect();
    let mut text = String::from("# @generated by `cargo xtask api`: the public API.\n");
    for item in api.items() {
        let mut containers = std::iter::successors(Some(item.id()), |id| *parents.get(id)?);
        let line = item.to_string();
        // Derived together with `PartialEq`, and irrelevant to users.
        let internal = line.starts_with("impl core::marker::StructuralPartialEq for ");
        if !internal && !containers.any(|id| excluded.contains(&id)) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

/// Returns the lines that contain a type of another crate that is not in [`ALLOWED`].
fn foreign_types(listing: &str) -> Vec<&str> {
    let is_foreign = |line: &str, word: &str| {
        let Some((first, _)) = word.split_once("::") else {
            return false;
        };
        // `Self::Item` and `T::Item` do not start with a crate.
        let is_crate = first.starts_with(|c: char| c.is_ascii_lowercase());
        is_crate
            && !OWN_CRATES.contains(&first)
            && !ALLOWED.iter().any(|prefix| word.starts_with(prefix))
            && !ALLOWED_IN.contains(&(item(line), word))
    };
    let is_separator = |c: char| !(c.is_alphanumeric() || c == '_' || c == ':');
    listing
        .lines()
        .filter(|line| {
            let mut words = line.split(is_separator);
            words.any(|word| is_foreign(line, word))
        })
        .collect()
}

/// Returns the start of a line with a function, up to its parameters.
fn item(line: &str) -> &str {
    line.find('(').map_or(line, |index| &line[..=index])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the listing of the public API of a source file.
    fn listing_of(source: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shop.rs");
        fs::write(&file, source).unwrap();
        let status = Command::new("rustdoc")
            .env("RUSTC_BOOTSTRAP", "1")
            .args(["--edition=2024", "-Z", "unstable-options"])
            .args(["--output-format", "json", "--out-dir"])
            .args([folder.path(), &file])
            .status();
        assert!(status.unwrap().success());
        listing(&read(&folder.path().join("shop.json")).unwrap())
    }

    #[test]
    fn listing_has_types_methods_and_traits_but_no_internal_or_excluded_items() {
        let listing = listing_of(
            "#[derive(PartialEq)] pub struct Shop(u8);
             impl Shop { pub fn open(&self, day: u8) -> bool { self.hidden(day) } fn hidden(&self, day: u8) -> bool { day == self.0 } }
             pub mod raw { pub struct Generated; impl Generated { pub fn new() -> Self { Self } } }
             pub mod guide { pub mod page {} }
             pub mod rawhide { pub fn cut() {} }",
        );
        assert_eq!(
            listing,
            "# @generated by `cargo xtask api`: the public API.\n\
             pub mod shop\n\
             pub mod shop::rawhide\n\
             pub fn shop::rawhide::cut()\n\
             pub struct shop::Shop(_)\n\
             impl shop::Shop\n\
             pub fn shop::Shop::open(&self, day: u8) -> bool\n\
             impl core::cmp::PartialEq for shop::Shop\n\
             pub fn shop::Shop::eq(&self, other: &shop::Shop) -> bool\n"
        );
    }

    #[test]
    fn foreign_type_is_found_unless_it_is_allowed() {
        let listing = "pub fn backendless::Shop::open(&self) -> reqwest::async_impl::body::Body\n\
             impl core::clone::Clone for backendless::Shop\n\
             pub fn backendless::a() -> core::result::Result<serde_json::value::Value, serde_json::error::Error>\n\
             pub fn backendless::b<T: core::iter::Iterator>() -> serde_json::map::Map<alloc::string::String, T::Item>\n\
             pub fn backendless::c(self) -> <Self as futures_core::stream::Stream>::Item\n";
        assert_eq!(
            foreign_types(listing),
            [
                "pub fn backendless::Shop::open(&self) -> reqwest::async_impl::body::Body",
                "pub fn backendless::a() -> core::result::Result<serde_json::value::Value, serde_json::error::Error>",
            ]
        );
    }

    #[test]
    fn builder_of_reqwest_is_allowed_in_one_method() {
        let line = |method: &str, parameters: &str| {
            format!("pub fn backendless::ClientBuilder::{method}({parameters}) -> Self\n")
        };
        let builder = "f: impl FnOnce(reqwest::async_impl::client::ClientBuilder)";
        assert_eq!(foreign_types(&line("http", builder)), [""; 0]);
        for other in [
            line("https", builder),
            line("http", "proxy: reqwest::proxy::Proxy"),
        ] {
            assert_eq!(foreign_types(&other), [other.trim_end()]);
        }
    }

    #[test]
    fn another_format_is_reported_with_the_release_that_writes_the_right_one() {
        let folder = tempfile::tempdir().unwrap();
        let json = folder.path().join("a.json");
        fs::write(&json, "{\"format_version\":12}").unwrap();
        let error = read(&json).unwrap_err().to_string();
        assert!(error.contains("cargo +1.95 xtask api"), "{error}");
    }
}
