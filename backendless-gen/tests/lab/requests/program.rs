//! Programs that call the generated functions and send the requests.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use backendless_gen::GeneratedFile;
use quote::ToTokens;
use serde_json::Value;

use super::expected::{Values, text};
use super::functions::{Function, Passing, Role};
use super::original::Operation;
use crate::crates::{sdk, write_sources};

/// The content type that the caller chooses where the document permits several.
pub(crate) const CHOSEN: &str = "image/png";

/// One call of a generated function.
pub(crate) struct Call {
    pub(crate) function: String,
    /// The statements of a function that returns the request.
    statements: String,
}

impl Call {
    pub(crate) fn new(function: &Function, operation: &Operation, values: &Values) -> Self {
        let has_body = !operation.bodies.is_empty();
        let mut statements = String::new();
        let mut arguments = Vec::new();
        let roles = function.roles(operation, has_body);
        for (index, (role, (_, kind))) in roles.iter().zip(&function.arguments).enumerate() {
            let value = match role {
                Role::Parameter(parameter) => values.parameters[*parameter].clone(),
                Role::Body => values.body.as_ref().map(|(_, value)| value.clone()),
                Role::ContentType => Some(Value::String(CHOSEN.to_owned())),
            };
            let passing = Passing::of(kind);
            let declaration = declared(&passing, value.as_ref());
            let _ = writeln!(statements, "    let a{index} = {declaration};");
            arguments.push(passed(&passing, &format!("a{index}")));
        }
        let generics = vec!["Value"; function.generics];
        let generics = match generics.is_empty() {
            true => String::new(),
            false => format!("::<{}>", generics.join(", ")),
        };
        let _ = writeln!(
            statements,
            "    Ok(Sent::of(raw::{}{generics}({}).map_err(|_| \"the function failed\".to_owned())?))",
            function.name,
            arguments.join(", ")
        );
        Self {
            function: function.name.clone(),
            statements,
        }
    }
}

/// The expression of a local variable.
fn declared(passing: &Passing, value: Option<&Value>) -> String {
    let json = value.map(|value| format!("{:?}", value.to_string()));
    let json = json.unwrap_or_default();
    match (passing, value) {
        (Passing::Optional(inner), None) => match &**inner {
            Passing::Value(kind) | Passing::Reference(kind) => {
                format!("None::<{}>", kind.to_token_stream())
            }
            Passing::Text => "None::<String>".to_owned(),
            _ => "None".to_owned(),
        },
        (Passing::Optional(inner), value) => format!("Some({})", declared(inner, value)),
        (Passing::Form, _) => "Multipart".to_owned(),
        // An optional value whose argument is required.
        (_, None) => "return Err(\"the argument is required\".to_owned())".to_owned(),
        (Passing::Text, Some(value)) => format!("{:?}.to_owned()", text(value)),
        (Passing::Bytes, Some(value)) => format!("bytes::Bytes::from({:?})", text(value)),
        (Passing::Value(kind) | Passing::Reference(kind), _) => {
            format!("value::<{}>({json})?", kind.to_token_stream())
        }
    }
}

fn passed(passing: &Passing, name: &str) -> String {
    match passing {
        Passing::Text | Passing::Reference(_) => format!("&{name}"),
        Passing::Optional(inner) => match &**inner {
            Passing::Text => format!("{name}.as_deref()"),
            Passing::Reference(_) => format!("{name}.as_ref()"),
            _ => name.to_owned(),
        },
        _ => name.to_owned(),
    }
}

/// Writes the crate of a document: the generated code as a library, and the calls as a program.
pub(crate) fn write(folder: &Path, name: &str, files: &[GeneratedFile], calls: &[&Call]) {
    let source = folder.join("src");
    write_sources(&source, files, "");
    let library = sdk()
        .replace("pub mod mock;\n", "")
        .replace("    pub(crate) mod mock;\n", "")
        .replace(
            "#![deny(warnings, ",
            "#![allow(warnings)]\n#![deny(unused_mut, ",
        );
    fs::write(source.join("lib.rs"), library).unwrap();
    let mut program = include_str!("program/main.rs").replace("NAME", name);
    let names: Vec<String> = (0..calls.len())
        .map(|index| format!("call_{index}"))
        .collect();
    let _ = writeln!(
        program,
        "\nconst CALLS: &[fn() -> Result<Sent, String>] = &[{}];",
        names.join(", ")
    );
    for (name, call) in names.iter().zip(calls) {
        let statements = &call.statements;
        let _ = write!(
            program,
            "\nfn {name}() -> Result<Sent, String> {{\n{statements}}}\n"
        );
    }
    fs::write(source.join("main.rs"), program).unwrap();
    let manifest = include_str!("program/member.toml").replace("NAME", name);
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
}
