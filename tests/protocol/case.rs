//! The files of the corpus.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// The folder of the corpus.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("protocol")
}

/// A case, and where it is from.
pub(crate) struct Case {
    /// File, operation and name.
    pub(crate) title: String,
    /// Whether it was written by hand.
    pub(crate) is_handwritten: bool,
    pub(crate) value: Value,
}

impl Case {
    pub(crate) fn operation(&self) -> &str {
        self.value["operation"].as_str().unwrap_or_default()
    }

    /// The fault of the server, or `gzip`, which needs a socket as well: responses from memory are not decoded.
    pub(crate) fn fault(&self) -> Option<&str> {
        let response = &self.value["responses"][0];
        match response["gzip"] == true {
            true => Some("gzip"),
            false => response["fault"].as_str(),
        }
    }
}

/// The cases written by hand, in the order of the files.
pub(crate) fn handwritten() -> Vec<Case> {
    cases_of("cases", true)
}

/// The cases that were expanded from templates.
pub(crate) fn expanded() -> Vec<Case> {
    cases_of("expanded", false)
}

pub(crate) fn all() -> Vec<Case> {
    handwritten().into_iter().chain(expanded()).collect()
}

fn cases_of(name: &str, is_handwritten: bool) -> Vec<Case> {
    let mut cases = Vec::new();
    for (file, value) in files(name) {
        for value in value.as_array().into_iter().flatten() {
            let (operation, case) = (&value["operation"], &value["name"]);
            cases.push(Case {
                title: format!("{name}/{file}: {operation} {case}"),
                is_handwritten,
                value: written_out(value),
            });
        }
    }
    cases
}

/// The JSON files of a folder of the corpus, with their names.
pub(crate) fn files(name: &str) -> Vec<(String, Value)> {
    let entries = fs::read_dir(folder().join(name)).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    });
    paths.sort();
    let read = |path: PathBuf| {
        let file = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let value = read(&path);
        (file, value)
    };
    paths.into_iter().map(read).collect()
}

pub(crate) fn read(path: &Path) -> Value {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The value with `$repeat` and `$concat` replaced by the texts that they describe.
pub(crate) fn written_out(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            if let (Some(repeat), 1) = (fields.get("$repeat"), fields.len()) {
                let times = repeat["times"].as_u64().unwrap_or_default();
                let text = repeat["text"].as_str().unwrap_or_default();
                return json!(text.repeat(usize::try_from(times).unwrap_or_default()));
            }
            if let (Some(Value::Array(parts)), 1) = (fields.get("$concat"), fields.len()) {
                let parts = parts.iter().map(written_out);
                let texts = parts.map(|part| part.as_str().unwrap_or_default().to_owned());
                return json!(texts.collect::<String>());
            }
            let fields = fields.iter();
            fields
                .map(|(name, value)| (name.clone(), written_out(value)))
                .collect()
        }
        Value::Array(items) => items.iter().map(written_out).collect(),
        other => other.clone(),
    }
}
