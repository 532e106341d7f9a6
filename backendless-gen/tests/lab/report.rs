//! Report on the documents: a table, then the distinct reasons of rejections.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use backendless_gen::Error;

/// The result of one document.
pub(crate) struct Outcome {
    pub(crate) name: String,
    /// The number of operations.
    pub(crate) operations: usize,
    /// Why the complete document is rejected; `None` if it is accepted.
    pub(crate) whole: Option<String>,
    /// The operations that are rejected alone.
    pub(crate) rejections: Vec<Rejection>,
}

/// One operation that is rejected.
pub(crate) struct Rejection {
    /// The JSON pointer of the operation.
    operation: String,
    /// The problem, with `…` in place of the names in it.
    reason: String,
    /// The complete text of the error.
    text: String,
}

impl Outcome {
    /// The result of a document that cannot be parsed.
    pub(crate) fn unreadable(name: String, error: &Error) -> Self {
        Self {
            name,
            operations: 0,
            whole: Some(error.to_string()),
            rejections: Vec::new(),
        }
    }

    fn accepted(&self) -> usize {
        self.operations - self.rejections.len()
    }
}

impl Rejection {
    pub(crate) fn new(operation: &str, error: &Error) -> Self {
        let text = error.to_string();
        Self {
            operation: operation.to_owned(),
            reason: reason(&text),
            text,
        }
    }
}

/// The problem in the text of an error, without its place, its remedy and the names in it.
fn reason(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    // `name.yaml:12:7: /paths/~1a/get: problem`
    let problem = match first.split_once(": /") {
        Some((_, rest)) => rest.split_once(": ").map_or(rest, |(_, problem)| problem),
        None => first.split_once(": ").map_or(first, |(_, problem)| problem),
    };
    let mut names = problem.split('`');
    let mut reason = names.next().unwrap_or_default().to_owned();
    for (index, part) in names.enumerate() {
        match index % 2 {
            0 => reason.push('…'),
            _ => reason.push_str(part),
        }
    }
    reason.chars().take(160).collect()
}

/// One line of the table.
pub(crate) fn line(outcome: &Outcome) -> String {
    let whole = match &outcome.whole {
        None => "accepted".to_owned(),
        Some(text) => text.lines().next().unwrap_or_default().replace('|', "\\|"),
    };
    let Outcome {
        name, operations, ..
    } = outcome;
    format!(
        "| {name} | {operations} | {} | {whole} |",
        outcome.accepted()
    )
}

/// The complete report, as Markdown.
pub(crate) fn text(outcomes: &[Outcome]) -> String {
    let mut text = "\n| document | operations | accepted alone | complete document |\n".to_owned();
    text.push_str("| --- | ---: | ---: | --- |\n");
    for outcome in outcomes {
        let _ = writeln!(text, "{}", line(outcome));
    }
    let sum = |count: fn(&Outcome) -> usize| outcomes.iter().map(count).sum::<usize>();
    let of_complete = |outcome: &Outcome| match outcome.whole {
        None => outcome.operations,
        Some(_) => 0,
    };
    let _ = writeln!(
        text,
        "| total | {} | {} | {} operations of accepted documents |\n",
        sum(|outcome| outcome.operations),
        sum(Outcome::accepted),
        sum(of_complete)
    );
    for (reason, places) in reasons(outcomes) {
        let _ = writeln!(text, "{} x {reason}", places.len());
        for (document, rejection) in places.iter().take(2) {
            let _ = writeln!(
                text,
                "    {document} {}\n      {}",
                rejection.operation,
                rejection.text.replace('\n', "\n      ")
            );
        }
    }
    text
}

/// The distinct reasons with the rejections that have them, the most frequent ones first.
fn reasons(outcomes: &[Outcome]) -> Vec<(&str, Vec<(&str, &Rejection)>)> {
    let mut reasons: BTreeMap<&str, Vec<(&str, &Rejection)>> = BTreeMap::new();
    for outcome in outcomes {
        for rejection in &outcome.rejections {
            let places = reasons.entry(&rejection.reason).or_default();
            places.push((&outcome.name, rejection));
        }
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, places)| std::cmp::Reverse(places.len()));
    reasons
}
