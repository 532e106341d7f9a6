//! Text of the document is never code: no doctest, no end of a comment, no character that hides code.

#![allow(
    clippy::unwrap_used,
    reason = "a test may unwrap: its panic is the failure report"
)]

use backendless_gen::testing::generate_leniently;
use backendless_gen::{GeneratedFile, Source};
use serde_json::{Value, json};
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, Lit, Meta};

const LOCK: &str = include_str!("../../Cargo.lock");

/// Texts that Markdown reads as code blocks, or that end a comment.
const TEXTS: [&str; 15] = [
    "```\nlet code = fails;\n```",
    "Text.\n\n```rust\ncode();\n```\n\nMore.",
    "~~~~\ncode();\n~~~~",
    "Text.\n\n    let code = fails;\n\nMore.",
    "Text.\n\n\tlet code = fails;\n",
    "- item\n\n      code();\n",
    "-     code();",
    "1.     code();",
    "> ```\n> code();\n> ```",
    ">     code();",
    "   ```\ncode();",
    "Text.\r\rfn code() {}\r    code();\r",
    "*/ fn code() {} /*",
    "<details><summary>JSON schema</summary>\n\n```json\n{}\n```\n</details>\n\n```\ncode();\n```",
    "\n```\ncode();",
];

/// A document with `text` everywhere where a text can be.
fn document(text: &str) -> Value {
    json!({
        "openapi": "3.0.1",
        "info": {"title": text, "version": "1", "description": text},
        "tags": [{"name": "A", "description": text}],
        "paths": {"/items/{id}": {"put": {
            "operationId": "putItem",
            "tags": [text],
            "summary": text,
            "description": text,
            "parameters": [
                {"name": "id", "in": "path", "required": true, "description": text, "schema": {"type": "string"}},
                {"name": "state", "in": "query", "schema": {"type": "string", "enum": [text], "default": text}}
            ],
            "requestBody": {"required": true, "description": text, "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/Item"}
            }}},
            "responses": {"200": {"description": text, "content": {"application/json": {"schema": {
                "oneOf": [{"type": "string", "description": text}, {"$ref": "#/components/schemas/Item"}]
            }}}}}
        }}},
        "components": {"schemas": {"Item": {
            "type": "object",
            "title": text,
            "description": text,
            "properties": {"name": {"type": "string", "description": text, "enum": [text]}}
        }}}
    })
}

fn generated(document: &Value) -> Vec<GeneratedFile> {
    generate_leniently(&Source::new("spec.yaml", document.to_string()), LOCK).unwrap()
}

/// The documentation that doctests are collected from.
#[derive(Default)]
struct Docs(Vec<String>);

impl<'ast> Visit<'ast> for Docs {
    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::NameValue(meta) = &attribute.meta
            && meta.path.is_ident("doc")
            && let Expr::Lit(value) = &meta.value
            && let Lit::Str(text) = &value.lit
        {
            self.0.push(text.value());
        }
        visit::visit_attribute(self, attribute);
    }
}

#[test]
fn no_text_of_the_document_is_a_code_block_of_a_doctest() {
    for text in TEXTS {
        for file in generated(&document(text)) {
            let mut docs = Docs::default();
            docs.visit_file(&syn::parse_file(&file.text).unwrap());
            let code = docs.0.iter().find(|line| {
                ["```", "~~~", "    ", "\t", "\r"]
                    .iter()
                    .any(|mark| line.contains(mark))
            });
            assert_eq!(code, None, "{}: {text:?}", file.name);
        }
    }
}

/// The text stays in the documentation, where no doctest reads it.
#[test]
fn a_guarded_text_is_still_documentation() {
    let files = generated(&document(TEXTS[1]));
    let text = &files[0].text;
    assert!(
        text.contains(r#"#[cfg_attr(not(doctest), doc = " ```rust")]"#),
        "{text}"
    );
}

#[test]
fn no_text_of_the_document_adds_an_item() {
    let plain = generated(&document("Text."));
    for text in TEXTS {
        for (file, plain) in generated(&document(text)).iter().zip(&plain) {
            let count = |text: &str| syn::parse_file(text).unwrap().items.len();
            assert_eq!(
                count(&file.text),
                count(&plain.text),
                "{}: {text:?}",
                file.name
            );
        }
    }
}

/// A file with a NUL is binary for git, which then shows no difference of it; escapes change what a terminal shows.
#[test]
fn no_control_character_of_the_document_is_in_the_code() {
    for control in ['\0', '\u{7}', '\u{1b}', '\u{7f}', '\u{9b}', '\u{2028}'] {
        for file in generated(&document(&format!("a {control}[2K b"))) {
            assert!(!file.text.contains(control), "{}: {control:?}", file.name);
        }
    }
}

#[test]
fn bidirectional_controls_are_rejected_in_every_text_and_key() {
    for control in ['\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}'] {
        let in_text = document(&format!("a{control}b"));
        let in_key = document("a")
            .to_string()
            .replace("\"name\":{", &format!("\"na{control}me\":{{"));
        for text in [in_text.to_string(), in_key] {
            let error = generate_leniently(&Source::new("spec.yaml", text), LOCK).unwrap_err();
            let error = error.to_string();
            let code = format!("U+{:04X}", u32::from(control));
            assert!(
                error.starts_with("spec.yaml:1:") && error.contains(&code),
                "{error}"
            );
        }
    }
}

#[test]
fn deep_nesting_is_rejected_with_its_place() {
    let nested = |depth: usize| -> [String; 3] {
        let block: String = (0..depth)
            .map(|level| format!("{}a:\n", " ".repeat(level + 2)))
            .collect();
        let flow = format!("{}1{}", "{a: ".repeat(depth), "}".repeat(depth));
        let schema = format!(
            "{}{{type: string}}{}",
            "{type: array, items: ".repeat(depth),
            "}".repeat(depth)
        );
        [
            format!("openapi: 3.0.1\nx-deep:\n{block}"),
            format!("openapi: 3.0.1\nx-deep: {flow}\n"),
            format!("openapi: 3.0.1\ncomponents: {{schemas: {{A: {schema}}}}}\n"),
        ]
    };
    for text in nested(200).into_iter().chain(nested(3000)) {
        let error = generate_leniently(&Source::new("spec.yaml", text), LOCK).unwrap_err();
        let error = error.to_string();
        assert!(error.starts_with("spec.yaml:"), "{error}");
    }
}
