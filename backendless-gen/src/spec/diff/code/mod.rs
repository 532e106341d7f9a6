//! Compares the code that is generated from two specifications, so that the diff agrees with the compiler.
//!
//! `api` reads functions, types, constants and mocks. A difference in the code is a change of its own, unless a line about
//! the document already has the same subject. If that line has a weaker level, it gets the level of the code.
//!
//! An argument or a field that is removed or has another type is breaking. One that is added is additive if it is
//! optional: calls pass `None`, or omit it in a struct with `..Default::default()`.

mod api;

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Comparison, Level, Side, Subject, only};
use crate::Error;
use crate::document::At;
use crate::model::Operation;
use crate::variants;
use api::{Api, Entry, GENERICS, Part, RETURNS};

pub(super) fn compare(comparison: &mut Comparison<'_>) {
    let (old, new) = (comparison.old, comparison.new);
    let apis = (
        Api::of(&old.model, &old.document),
        Api::of(&new.model, &new.document),
    );
    let (before, after) = match apis {
        (Ok(before), Ok(after)) => (before, after),
        (before, after) => {
            for (side, api) in [(old, before), (new, after)] {
                if let Err(error) = api {
                    not_generated(comparison, side, &error);
                }
            }
            return;
        }
    };
    for operation in &new.model.operations {
        if let Some(earlier) = old.operation(&operation.id) {
            compare_operation(comparison, (earlier, &before), (operation, &after));
        }
    }
    compare_types(comparison, &before, &after);
}

/// Without code nothing is known about the calls, so that the change counts as breaking.
fn not_generated(comparison: &mut Comparison<'_>, side: &Side, error: &Error) {
    let at = side.document.root();
    let what = "no code can be generated from this specification".to_owned();
    let change = Change::new(Level::Breaking, what, &at);
    comparison.add(change.note(format!(
        "the generated code is not compared: {}",
        error.to_string().replace("\n  ", "; ")
    )));
}

fn compare_operation(
    comparison: &mut Comparison<'_>,
    (earlier, before): (&Operation, &Api),
    (operation, after): (&Operation, &Api),
) {
    let Some(at) = comparison.new.document.at(&operation.pointer) else {
        return;
    };
    let mut found = Found {
        comparison,
        at,
        operations: only(operation),
    };
    let name = &operation.function;
    if let (Some(old), Some(new)) = (before.functions.get(name), after.functions.get(name)) {
        found.function(&format!("`{name}`"), old, new);
    }
    found.variants((earlier, before), (operation, after));
    let constants = (
        before.constants.get(&earlier.constant()),
        after.constants.get(&operation.constant()),
    );
    if let (Some(old), Some(new)) = constants {
        found.constant(&operation.id, old, new);
    }
    for suffix in ["When", "Then"] {
        let owner = format!("{}{suffix}", operation.type_name());
        if let (Some(old), Some(new)) = (before.mocks.get(&owner), after.mocks.get(&owner)) {
            found.mock(&owner, old, new);
        }
    }
}

/// Compares the types that both sides have. One that only one side has is a difference where it is used.
fn compare_types(comparison: &mut Comparison<'_>, before: &Api, after: &Api) {
    let uses = [uses(comparison.old, before), uses(comparison.new, after)];
    for (name, old) in &before.types {
        let operations = uses.iter().filter_map(|uses| uses.get(name));
        let operations = operations.flatten().cloned().collect();
        let mut found = Found {
            at: comparison.new.document.root(),
            comparison,
            operations,
        };
        match after.types.get(name) {
            Some(new) => found.kind(name, old, new),
            None if found.operations.is_empty() && !old.kind.is_empty() => {
                let what = format!("the generated type `{name}` is removed");
                found.add(Level::Breaking, what, None);
            }
            None => {}
        }
    }
}

/// The operations that use each generated type.
fn uses(side: &Side, api: &Api) -> BTreeMap<String, BTreeSet<String>> {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for operation in &side.model.operations {
        let mut names = variant_functions(operation);
        names.insert(operation.function.clone());
        let functions = names.iter().filter_map(|name| api.functions.get(name));
        for name in functions.flat_map(|entry| reachable(api, &entry.uses)) {
            let operations = uses.entry(name.to_owned()).or_default();
            operations.insert(operation.id.clone());
        }
    }
    uses
}

/// The names of the functions for the other media types of a request.
fn variant_functions(operation: &Operation) -> BTreeSet<String> {
    let variants = variants::of(operation).into_iter();
    variants.map(|variant| variant.function).collect()
}

fn reachable<'a>(api: &'a Api, roots: &'a BTreeSet<String>) -> BTreeSet<&'a str> {
    let mut pending: Vec<&String> = roots.iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = pending.pop() {
        if let Some(entry) = api.types.get(name)
            && seen.insert(name.as_str())
        {
            pending.extend(&entry.uses);
        }
    }
    seen
}

/// Adds the differences of one operation or type.
struct Found<'c, 'd, 'a> {
    comparison: &'c mut Comparison<'d>,
    at: At<'a>,
    operations: BTreeSet<String>,
}

impl Found<'_, '_, '_> {
    /// Adds a difference, unless a line about the same subject is at least as severe.
    /// Compares the functions for the other media types of a request.
    fn variants(
        &mut self,
        (earlier, before): (&Operation, &Api),
        (operation, after): (&Operation, &Api),
    ) {
        let (old, new) = (variant_functions(earlier), variant_functions(operation));
        for name in old.union(&new) {
            let what = |verb: &str| format!("the function `{name}` for a media type is {verb}");
            match (before.functions.get(name), after.functions.get(name)) {
                (Some(old), Some(new)) => self.function(&format!("`{name}`"), old, new),
                (Some(_), None) => self.add(Level::Breaking, what("removed"), None),
                (None, Some(_)) => self.add(Level::Additive, what("new"), None),
                (None, None) => {}
            }
        }
    }

    fn add(&mut self, level: Level, what: String, subject: Option<Subject>) {
        let change = Change::new(level, what, &self.at).of(self.operations.clone());
        let Some(subject) = subject else {
            return self.comparison.add(change);
        };
        let mut about = self.comparison.found.iter_mut().filter(|line| {
            line.subjects.contains(&subject) && !line.operations.is_disjoint(&change.operations)
        });
        let mut weaker = None;
        for line in about.by_ref() {
            if line.level <= change.level {
                return;
            }
            weaker = weaker.or(Some(line));
        }
        match weaker {
            Some(line) => line.raise(change.level, &change.what),
            None => self.comparison.add(change.about([subject])),
        }
    }

    /// Adds a difference that is a consequence of others: only if no other one of the operations affects code.
    fn add_rest(&mut self, what: String) {
        let mut lines = self.comparison.found.iter();
        let is_known = lines.any(|line| {
            line.level <= Level::Behaviour && !line.operations.is_disjoint(&self.operations)
        });
        if !is_known {
            self.add(Level::Behaviour, what, None);
        }
    }

    fn function(&mut self, name: &str, old: &Entry, new: &Entry) {
        let mut same = true;
        for before in old.parts.iter().filter(|part| part.name != GENERICS) {
            match new.part(&before.name) {
                Some(after) if after == before => continue,
                Some(after) if before.name == RETURNS => {
                    let what =
                        format!("{name} returns `{}` now, was `{}`", after.kind, before.kind);
                    self.add(Level::Breaking, what, subject_of(before));
                }
                Some(after) => {
                    let what = format!(
                        "the argument `{}` of {name} is `{}` now, was `{}`",
                        before.name, after.kind, before.kind
                    );
                    self.add(Level::Breaking, what, subject_of(before));
                }
                None => {
                    let what = format!("{name} no longer has the argument `{}`", before.name);
                    self.add(Level::Breaking, what, subject_of(before));
                }
            }
            same = false;
        }
        for after in &new.parts {
            if old.part(&after.name).is_none() {
                let what = format!(
                    "{name} has the new argument `{}: {}`",
                    after.name, after.kind
                );
                self.add(level_of_new(after), what, subject_of(after));
                same = false;
            }
        }
        if order(old, new) != order(new, old) {
            let what = format!("the arguments of {name} have another order");
            self.add(Level::Breaking, what, None);
        } else if same && old.part(GENERICS) != new.part(GENERICS) {
            let what = format!("{name} has other type parameters");
            self.add(Level::Breaking, what, None);
        } else if same && old.rest != new.rest {
            self.add_rest(format!("{name} builds another request"));
        }
    }

    fn constant(&mut self, id: &str, old: &Entry, new: &Entry) {
        for before in &old.parts {
            let Some(after) = new.part(&before.name).filter(|after| *after != before) else {
                continue;
            };
            let subject = Subject::Constant(before.name.clone());
            let last = |kind: &str| kind.rsplit("::").next().unwrap_or_default().to_owned();
            let (level, what) = match before.name.as_str() {
                "path_parameters" => (
                    Level::Breaking,
                    format!("`{id}` encodes or rejects other values of its path parameters"),
                ),
                name => (
                    Level::Behaviour,
                    format!(
                        "the {} of `{id}` is {} now, was {}",
                        name.replace('_', " "),
                        last(&after.kind),
                        last(&before.kind)
                    ),
                ),
            };
            self.add(level, what, Some(subject));
        }
    }

    fn mock(&mut self, owner: &str, old: &BTreeMap<String, Entry>, new: &BTreeMap<String, Entry>) {
        for (name, before) in old {
            let (level, what) = match new.get(name) {
                None => (Level::Breaking, "is removed"),
                Some(after) if after.parts != before.parts => {
                    (Level::Breaking, "has another signature")
                }
                Some(after) if after.rest != before.rest => {
                    self.add_rest(format!(
                        "`{owner}::{name}` of the mock has another condition"
                    ));
                    continue;
                }
                Some(_) => continue,
            };
            let what = format!("`{owner}::{name}` of the mock {what}");
            self.add(level, what, subject_of_mock(name));
        }
        for name in new.keys().filter(|name| !old.contains_key(*name)) {
            let what = format!("`{owner}::{name}` of the mock is new");
            self.add(Level::Additive, what, subject_of_mock(name));
        }
    }

    fn kind(&mut self, name: &str, old: &Entry, new: &Entry) {
        let label = format!("the generated type `{name}`");
        if old.kind != new.kind {
            let what = format!("{label} is a {} now, was a {}", new.kind, old.kind);
            return self.add(Level::Breaking, what, None);
        }
        let mut same = true;
        for before in &old.parts {
            let subject = subject_of_part(old, before);
            match new.part(&before.name) {
                Some(after) if after == before => continue,
                Some(after) if after.kind == before.kind => {
                    let what = format!(
                        "`{}` of {label} is read or written differently",
                        before.name
                    );
                    self.add(Level::Behaviour, what, subject);
                }
                Some(after) => {
                    let (to, from) = (&after.kind, &before.kind);
                    let what = format!("`{}` of {label} is `{to}` now, was `{from}`", before.name);
                    self.add(Level::Breaking, what, subject);
                }
                None => {
                    let what = format!("`{}` of {label} is removed", before.name);
                    self.add(Level::Breaking, what, subject);
                }
            }
            same = false;
        }
        for after in &new.parts {
            if old.part(&after.name).is_none() {
                let what = format!("`{}` of {label} is new", after.name);
                let level = level_of_new(after);
                self.add(level, what, subject_of_part(new, after));
                same = false;
            }
        }
        let lost: Vec<&str> = old
            .derives
            .difference(&new.derives)
            .map(String::as_str)
            .collect();
        if same && !lost.is_empty() {
            let what = format!("{label} no longer implements {}", lost.join(", "));
            self.add(Level::Breaking, what, None);
        } else if old.rest != new.rest {
            self.add_rest(format!("{label} has other code"));
        }
    }
}

/// The level of a new argument, field or variant.
fn level_of_new(part: &Part) -> Level {
    match part.kind.starts_with("Option<") || part.attributes.contains("default") {
        true => Level::Additive,
        false => Level::Breaking,
    }
}

/// The names of the parts of `one` that `other` has too, in the order of `one`.
fn order<'e>(one: &'e Entry, other: &Entry) -> Vec<&'e str> {
    let names = one.parts.iter().map(|part| part.name.as_str());
    names.filter(|name| other.part(name).is_some()).collect()
}

/// The subject of an argument or a return type.
fn subject_of(part: &Part) -> Option<Subject> {
    Some(match part.name.as_str() {
        RETURNS => Subject::Response,
        "body" | "form" => Subject::Body,
        name => Subject::Parameter(name.to_owned()),
    })
}

fn subject_of_mock(method: &str) -> Option<Subject> {
    Some(match method {
        "ok" => Subject::Response,
        "body" => Subject::Body,
        name => Subject::Parameter(name.to_owned()),
    })
}

/// A field has a line of its own. Variants and contents of other types have no name in the document.
fn subject_of_part(entry: &Entry, part: &Part) -> Option<Subject> {
    (entry.kind == "struct").then(|| Subject::Property(part.property.clone()))
}
