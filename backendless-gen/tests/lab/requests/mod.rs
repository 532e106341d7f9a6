//! Requests of sampled operations, received by a server and compared with the document.
//!
//! The values and the expected requests come from the document as it is published: this module uses nothing of the
//! generator but its output. Each sampled operation is called for each of its media types, with all parameters and
//! properties and with the required ones only.

mod compare;
mod expected;
mod flat;
mod functions;
mod original;
mod program;
mod recording;
mod sample;
mod scalars;
mod valid;
mod values;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::crates::{fresh_workspace, read, target, try_cargo, write_workspace_manifest};
use backendless_gen::Source;
use backendless_gen::testing::Slices;
use expected::{Request, Values, text};
use functions::{Function, functions};
use original::{Operation, Original, essence};
use program::{CHOSEN, Call};
use recording::Recording;
use values::{Mode, Place, Synthesizer};

/// The start of this part of the report.
pub(crate) const TITLE: &str = "\nRequests of sampled operations\n";

/// The sample of one document with its calls.
struct Sample {
    name: String,
    operations: Vec<Operation>,
    /// Sampled operations that the generator rejects, with the reason.
    rejected: Vec<String>,
    ambiguous: usize,
    /// Media types of requests for which there is no function.
    unsent: Vec<String>,
    calls: Vec<Planned>,
}

struct Planned {
    call: Call,
    /// Its index in the sample.
    operation: usize,
    mode: Mode,
    expected: Request,
}

/// Compares the requests of `count` operations of all documents. Returns the report and the differences.
pub(crate) fn run(documents: &[PathBuf], count: usize, seed: u64) -> (String, Vec<String>) {
    let workspace = fresh_workspace("lab-requests");
    let lock = read("Cargo.lock");
    let mut samples = Vec::new();
    for (index, path) in documents.iter().enumerate() {
        let share = count / documents.len() + usize::from(index < count % documents.len());
        samples.push(plan(path, &workspace, &lock, share, seed));
    }
    let members: Vec<String> = samples.iter().map(|sample| member(&sample.name)).collect();
    let members: Vec<&str> = members.iter().map(String::as_str).collect();
    write_workspace_manifest(&workspace, &members);
    let found = samples.iter().zip(members).map(|(sample, member)| {
        match try_cargo(&workspace, &["build", "--package", member]) {
            Ok(()) => compared(sample, member),
            Err(output) => Vec::from([(sample.calls.len(), format!("does not compile: {output}"))]),
        }
    });
    let found: Vec<_> = found.collect();
    report(&samples, &found)
}

/// The table, the media types without a function and the differences; then the differences alone.
fn report(samples: &[Sample], found: &[Vec<(usize, String)>]) -> (String, Vec<String>) {
    let mut report =
        format!("{TITLE}\n| document | operations sampled | requests | equal | differences |\n");
    report.push_str("| --- | ---: | ---: | ---: | ---: |\n");
    let mut differences = Vec::new();
    let (mut operations, mut requests, mut equal) = (0, 0, 0);
    for (sample, found) in samples.iter().zip(found) {
        let different: usize = found.iter().map(|(count, _)| count).sum();
        let (sampled, sent) = (sample.operations.len(), sample.calls.len());
        let _ = writeln!(
            report,
            "| {} | {sampled} | {sent} | {} | {different} |",
            sample.name,
            sent - different
        );
        operations += sampled;
        requests += sent;
        equal += sent - different;
        let texts = found
            .iter()
            .map(|(_, text)| format!("{}: {text}", sample.name));
        differences.extend(texts.chain(sample.rejected.iter().cloned()));
    }
    let ambiguous: usize = samples.iter().map(|sample| sample.ambiguous).sum();
    let _ = writeln!(
        report,
        "| total | {operations} | {requests} | {equal} | {} |\n\n{ambiguous} values belong to several members of a union, \
         whichever is chosen.\n",
        requests - equal
    );
    let unsent = samples.iter().flat_map(|sample| {
        let name = &sample.name;
        let unsent = sample.unsent.iter();
        unsent.map(move |unsent| format!("no function: {name} {unsent}"))
    });
    for line in unsent.chain(differences.iter().cloned()) {
        let _ = writeln!(report, "- {line}");
    }
    (report, differences)
}

/// The name of the crate of a document.
fn member(name: &str) -> String {
    let name = name.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    format!("lab_{name}")
}

/// Samples a document, and writes the program with the calls.
fn plan(path: &Path, workspace: &Path, lock: &str, count: usize, seed: u64) -> Sample {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let text = fs::read_to_string(path).unwrap();
    let document = Original::parse(&name, &text);
    let all = document.operations();
    let chosen = sample::sample(&document, &all, count, seed);
    let slices = Slices::parse(&Source::new(&name, text), lock).unwrap();
    let pointers = slices.operations();
    let mut operations: Vec<Option<Operation>> = all.into_iter().map(Some).collect();
    let mut sample = Sample {
        name: name.clone(),
        operations: Vec::new(),
        rejected: Vec::new(),
        ambiguous: 0,
        unsent: Vec::new(),
        calls: Vec::new(),
    };
    let mut indices = Vec::new();
    for operation in chosen
        .into_iter()
        .filter_map(|index| operations[index].take())
    {
        let index = pointers.iter().position(|one| *one == operation.pointer);
        let index = index.unwrap_or_else(|| panic!("{name}: no {}", operation.pointer));
        match slices.generate(&[index]) {
            Ok(_) => {
                indices.push(index);
                sample.operations.push(operation);
            }
            Err(error) => sample.rejected.push(error.to_string()),
        }
    }
    let files = slices.generate(&indices).unwrap();
    let raw = files.iter().find(|file| file.name == "raw.rs").unwrap();
    let functions = functions(&raw.text);
    for index in 0..sample.operations.len() {
        add_calls(&document, &mut sample, index, &functions, seed);
    }
    let member = member(&name);
    let calls: Vec<&Call> = sample.calls.iter().map(|planned| &planned.call).collect();
    program::write(&workspace.join(&member), &member, &files, &calls);
    sample
}

/// Adds the calls of an operation: for each function, with all and with the required parts.
fn add_calls(
    document: &Original,
    sample: &mut Sample,
    index: usize,
    functions: &[Function],
    seed: u64,
) {
    let operation = &sample.operations[index];
    let is_own = |one: &&Function| one.method == operation.method && one.path == operation.path;
    let own: Vec<&Function> = functions.iter().filter(is_own).collect();
    assert!(!own.is_empty(), "{}: no function", operation.pointer);
    let others: Vec<&String> = own
        .iter()
        .filter_map(|one| one.media_type.as_ref())
        .collect();
    let called = |name: &&String| {
        others.iter().any(|other| other == name) || first(operation, &others) == Some(*name)
    };
    let unsent = operation.bodies.keys().filter(|name| !called(name));
    let unsent = unsent.map(|name| format!("{}: {name}", operation.pointer));
    sample.unsent.extend(unsent);
    for function in &own {
        let media_type = match &function.media_type {
            Some(media_type) => Some(media_type),
            None => first(operation, &others),
        };
        for mode in modes(media_type) {
            let ambiguous = Cell::new(0);
            let synthesizer = Synthesizer {
                document,
                mode,
                place: Place::Elsewhere,
                seed,
                ambiguous: &ambiguous,
            };
            let values = values(&synthesizer, operation, media_type, function);
            let mut expected = expected::request(document, operation, &values);
            if let Some(chosen) = expected.headers.get_mut("content-type") {
                *chosen = chosen.replace("image/*", CHOSEN).replace("*/*", CHOSEN);
            }
            sample.calls.push(Planned {
                call: Call::new(function, operation, &values),
                operation: index,
                mode,
                expected,
            });
            sample.ambiguous += ambiguous.get();
        }
    }
}

/// Without a body, parameters are all or only the required ones.
fn modes(media_type: Option<&String>) -> Vec<Mode> {
    match media_type {
        Some(_) => Vec::from([Mode::All, Mode::Empty, Mode::Required]),
        None => Vec::from([Mode::All, Mode::Required]),
    }
}

/// The media type of the first function: JSON if the operation has it, otherwise the first that can be sent.
fn first<'o>(operation: &'o Operation, others: &[&String]) -> Option<&'o String> {
    let rest = operation
        .bodies
        .keys()
        .filter(|name| !others.contains(name));
    let mut rest: Vec<&String> = rest
        .filter(|name| essence(name) != "application/xml")
        .collect();
    rest.sort_by_key(|name| essence(name) != "application/json");
    rest.into_iter().find(|name| name.contains('/'))
}

fn values(
    synthesizer: &Synthesizer<'_>,
    operation: &Operation,
    media_type: Option<&String>,
    function: &Function,
) -> Values {
    let is_all = synthesizer.mode != Mode::Required;
    let parameters = operation.parameters.iter().map(|parameter| {
        let place = match parameter.place.as_str() {
            "header" => Place::Header,
            _ => Place::Elsewhere,
        };
        let mode = Mode::All;
        let synthesizer = Synthesizer {
            place,
            mode,
            ..*synthesizer
        };
        let is_given = is_all || parameter.required;
        is_given.then(|| {
            let value = synthesizer.value(&parameter.name, &parameter.schema);
            value
                .unwrap_or_else(|| panic!("{}: no value for {}", operation.pointer, parameter.name))
        })
    });
    let body = media_type.filter(|_| is_all || operation.body_is_required);
    let body = body.map(|media_type| {
        let schema = &operation.bodies[media_type]["schema"];
        let value = synthesizer.value("body", schema);
        let value = value.unwrap_or_else(|| panic!("{}: no body", operation.pointer));
        let value = match essence(media_type).starts_with("text/") {
            true => Value::String(text(&value)),
            false => value,
        };
        (media_type.clone(), value)
    });
    let mut values = Values {
        parameters: parameters.collect(),
        body,
    };
    function.give_texts(operation, &mut values);
    values
}

/// Runs the program of a document. Returns the numbers of different requests with their differences.
fn compared(sample: &Sample, member: &str) -> Vec<(usize, String)> {
    let recording = Recording::start();
    let program = target().join("debug").join(member);
    let output = Command::new(program)
        .arg(&recording.address)
        .output()
        .unwrap();
    let received = recording.finish();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{member}: {errors}");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let failures: BTreeMap<usize, &str> = text
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(call, problem)| (call.parse().unwrap(), problem))
        .collect();
    let mut found = Vec::new();
    for (index, planned) in sample.calls.iter().enumerate() {
        let operation = &sample.operations[planned.operation];
        let problems = match (failures.get(&index), received.get(&index)) {
            (Some(problem), _) => Vec::from([(*problem).to_owned()]),
            (None, Some(received)) => compare::differences(operation, &planned.expected, received),
            (None, None) => Vec::from(["no request was received".to_owned()]),
        };
        if !problems.is_empty() {
            let (function, mode) = (&planned.call.function, planned.mode);
            found.push((
                1,
                format!("{function} ({mode:?}): {}", problems.join("\n    ")),
            ));
        }
    }
    found
}
