//! What a maintainer is told when the specification changes as the service is likely to change it.
//!
//! Each `tests/specs/<what>.patch` of the workspace is a change of `openapi.yaml`, and `<what>.txt` beside it what
//! `cargo xtask rehearse` says of it before it compiles anything. `cargo xtask rehearse --all` compiles them too. `BLESS=1` writes the texts anew; read the diff before committing it.

#![allow(
    clippy::unwrap_used,
    reason = "a test may unwrap: its panic is the failure report"
)]

use std::fs;
use std::path::Path;

use backendless_gen::rehearsal::{Forecast, patches};
use backendless_gen::spec::Source;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

#[test]
fn each_change_is_told_as_expected() {
    let mut wrong = Vec::new();
    for patch in patches(&root().join("tests/specs")).unwrap() {
        let new = Source::find(root(), patch.to_str().unwrap()).unwrap();
        let forecast = Forecast::of(root(), &new).unwrap();
        assert_eq!(forecast.refusal, None, "{}", patch.display());
        let text = without_lines(&forecast.to_string());
        let expected = patch.with_extension("txt");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&expected, &text).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != text {
            wrong.push(format!("{}:\n{text}", expected.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The text with `:12:7` and `:12` cut off: an edit elsewhere in the file is no other answer.
fn without_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(colon) = rest.find(':') {
        let (before, after) = rest.split_at(colon + 1);
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        out.push_str(if digits == 0 {
            before
        } else {
            &before[..colon]
        });
        rest = &after[digits..];
    }
    out + rest
}

/// The rows and rules of the generator hold for the specification of today; what no longer fits is told, not passed over.
#[test]
fn what_nothing_can_be_generated_from_is_told_with_the_reason() {
    let old = fs::read_to_string(root().join("openapi.yaml")).unwrap();
    let text = old.replace("operationId: pollMessages", "operationId: receiveMessages");
    let forecast = Forecast::of(root(), &Source::new("new.yaml", text)).unwrap();
    let told = forecast.to_string();
    assert!(told.contains("`pollMessages` (GET "), "{told}");
    assert!(told.contains(" is called `receiveMessages`"), "{told}");
    assert!(
        told.contains("\ngenerated    no: the row `pollMessages` of "),
        "{told}"
    );
}
