//! The forecasts of changes that the service is likely to make.
//!
//! Each `tests/specs/<name>.patch` of the workspace changes `openapi.yaml`, and the overlays where they no longer apply.
//! `<name>.txt` beside it is the forecast. `cargo xtask rehearse --all` compiles the changes as well. `BLESS=1` updates the
//! texts; review the diff before you commit it.

use std::fs;
use std::path::Path;

use backendless_gen::Source;
use backendless_gen::spec::Forecast;

use super::patches;
use crate::source::find;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

#[test]
fn each_change_has_the_expected_forecast() {
    let mut wrong = Vec::new();
    for patch in patches(&root().join("tests/specs")).unwrap() {
        let new = find(root(), patch.to_str().unwrap()).unwrap();
        let forecast = Forecast::of(root(), &new).unwrap();
        assert_eq!(forecast.rejection, None, "{}", patch.display());
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

/// Removes `:12:7` and `:12` from the text, which change with every edit of the file.
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

/// The overlays apply to the document of today. A forecast reports an action that no longer does.
#[test]
fn the_forecast_of_a_rejected_specification_has_the_differences_and_the_reason() {
    let old = Source::working_copy(root()).unwrap();
    let text = old
        .text
        .replace("operationId: pollMessages", "operationId: receiveMessages");
    let new = Source::new("new.yaml", text).with_overlays(old.overlays);
    let forecast = Forecast::of(root(), &new).unwrap().to_string();
    assert!(forecast.contains("`pollMessages` (GET "), "{forecast}");
    assert!(
        forecast.contains(" is renamed to `receiveMessages`"),
        "{forecast}"
    );
    assert!(
        forecast.contains("\ngenerates    no: overlays/document.yaml:")
            && forecast.contains("/target: the target of this action matches nothing"),
        "{forecast}"
    );
}

/// The arguments of a responder stay the same if JSON is decoded to another type. Tests with the mock fail all the same.
#[test]
fn a_responder_whose_response_has_another_type_is_a_change_of_the_mock() {
    let old = Source::working_copy(root()).unwrap();
    let (before, after) = old.text.split_once("operationId: countObjects").unwrap();
    let after = after.replacen("type: integer", "type: string", 1);
    let text = format!("{before}operationId: countObjects{after}");
    let new = Source::new("new.yaml", text).with_overlays(old.overlays);
    let forecast = Forecast::of(root(), &new).unwrap();
    assert_eq!(forecast.mock_lost, [""; 0]);
    assert_eq!(forecast.mock_changed, ["CountObjectsThen::ok"]);
    assert!(
        forecast
            .to_string()
            .contains("\nmock changes CountObjectsThen::ok\n")
    );
}
