//! An explanation as text.

use super::{Explained, ExplainedParameter, Explanation};
use crate::Error;
use crate::spec::text::listed;

impl Explanation {
    /// A table with a line per operation.
    pub fn table(&self) -> String {
        let head = ["operation", "request", "idempotency", "session", "methods"];
        let mut rows = vec![head.map(str::to_owned)];
        for one in &self.operations {
            rows.push([
                one.id.clone(),
                format!("{} {}", one.method, one.path),
                one.idempotency.clone(),
                one.session.to_owned(),
                listed(&one.methods),
            ]);
        }
        table(&rows, "")
    }

    /// The metadata of one operation.
    ///
    /// # Errors
    ///
    /// If there is no such operation. The message suggests similar names.
    pub fn operation(&self, id: &str) -> Result<String, Error> {
        Ok(self.find(id)?.text())
    }
}

impl Explained {
    fn text(&self) -> String {
        let summary = self.summary.as_deref().unwrap_or("no summary");
        let mut text = format!("{}: {summary}\n\n", self.id);
        let rows = [
            ("request", format!("{} {}", self.method, self.path)),
            ("origin", format!("{}, {}", self.origin, self.place)),
            ("service", self.service.clone()),
            ("auth", self.auth.clone()),
            ("session", self.session.to_owned()),
            (
                "idempotency",
                format!("{}: {}", self.idempotency, self.reason),
            ),
            ("body", self.body.clone()),
            ("response", self.response.clone()),
            ("function", self.raw()),
            ("methods", or_none(listed(&self.methods))),
        ];
        text.push_str(&table(
            &rows.map(|(name, value)| [name.to_owned(), value]),
            "",
        ));
        if !self.parameters.is_empty() {
            text.push_str("\nparameters\n");
            let rows: Vec<_> = self
                .parameters
                .iter()
                .map(ExplainedParameter::row)
                .collect();
            text.push_str(&table(&rows, "  "));
        }
        for note in &self.notes {
            text.push_str(&format!("\n{note}\n"));
        }
        if !self.rules.is_empty() {
            text.push_str("\nrules that changed it or a schema that it uses\n");
        }
        for rule in &self.rules {
            text.push_str(&format!("  {}: {}\n", rule.id, rule.why));
            for place in &rule.touched {
                text.push_str(&format!("    {place}\n"));
            }
        }
        text
    }

    fn raw(&self) -> String {
        match self.calls.is_empty() {
            true => format!("{}, not called", self.function),
            false => format!("{}, called in {}", self.function, listed(&self.calls)),
        }
    }
}

impl ExplainedParameter {
    fn row(&self) -> [String; 4] {
        let mut about: Vec<String> = Vec::new();
        if self.required {
            about.push("required".to_owned());
        }
        if self.multi_segment {
            about.push("may contain slashes (x-multi-segment)".to_owned());
        }
        if !self.reserved.is_empty() {
            about.push(format!("never {}", listed(&self.reserved)));
        }
        about.extend(self.about.clone());
        let about = about.join("; ");
        [
            self.place.clone(),
            self.name.clone(),
            self.kind.clone(),
            about,
        ]
    }
}

fn or_none(text: String) -> String {
    match text.is_empty() {
        true => "none".to_owned(),
        false => text,
    }
}

/// Columns of equal width, two spaces between them.
fn table<const N: usize>(rows: &[[String; N]], indent: &str) -> String {
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or_default()
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(widths);
        let cells: Vec<String> = cells
            .map(|(text, width)| format!("{text:width$}"))
            .collect();
        let line = format!("{indent}{}", cells.join("  "));
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
