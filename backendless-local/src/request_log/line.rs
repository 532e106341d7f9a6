//! A request as a line of JSON.

use serde_json::json;

use super::masking::{Masker, Secrets};
use super::{Entry, error_code};
use crate::text::changes_display;

/// Returns the line, without its end.
pub(super) fn line(entry: &Entry, secrets: &Secrets) -> String {
    let exchange = &entry.exchange;
    let line = json!({
        "time": entry.received,
        "method": exchange.method,
        "path": Masker::of(exchange, secrets).path_without_parameters(),
        "status": exchange.status,
        "code": error_code(exchange.status, &exchange.response.body),
        "milliseconds": entry.duration.as_secs_f64() * 1000.0,
    });
    escape(&line.to_string())
}

/// Escapes the characters of a JSON document that change how a terminal shows others. They occur in its strings only.
fn escape(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if !changes_display(c) {
            escaped.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            escaped.push_str(&format!("\\u{unit:04x}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;
    use std::time::Duration;

    use serde_json::Value;

    use super::*;
    use crate::request_log::{Exchange, Message};

    #[test]
    fn characters_that_a_terminal_interprets_are_escaped() {
        let path = "/a\u{9b}2K\u{7f}\u{85}\u{202e}\u{2028}\n\"ü\u{1f980}";
        let entry = Entry {
            id: 1,
            received: 0,
            duration: Duration::ZERO,
            exchange: Exchange {
                method: "GET".to_owned(),
                path: path.to_owned(),
                template: None,
                status: Some(200),
                fault: None,
                request: Message::default(),
                response: Message::default(),
            },
            summary: OnceLock::new(),
        };
        let line = line(&entry, &Secrets::new(Vec::new()));
        let expected = r#""/a\u009b2K\u007f\u0085\u202e\u2028\n\"ü🦀""#;
        assert!(line.contains(expected), "{line:?}");
        let value: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(value["path"], path);
    }
}
