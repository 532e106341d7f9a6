//! A diff as text, as Markdown for a pull request, and as JSON.

use std::fmt;

use super::{Bump, Change, Diff, Level};
use crate::Error;
use crate::spec::text::listed;
use crate::spec::wrappers::Call;

const LEVELS: [Level; 4] = [
    Level::Breaking,
    Level::Behaviour,
    Level::Additive,
    Level::Textual,
];

impl Diff {
    /// A line per change, and below it its consequences and the methods that it affects.
    pub fn text(&self) -> String {
        let mut text = format!("{} -> {}\n\n", self.old, self.new);
        for change in &self.changes {
            let place = &change.place;
            text.push_str(&format!("{:9} {}  ({place})\n", change.level, change.what));
            for line in change.details() {
                text.push_str(&format!("          {line}\n"));
            }
        }
        if !self.changes.is_empty() {
            text.push('\n');
        }
        if !self.retries.is_empty() {
            text.push_str("retries after a lost response, of each new or changed operation\n");
        }
        for one in &self.retries {
            let line = format!("`{}` ({}) is {}", one.operation, one.request, one.line());
            text.push_str(&format!("          {line}\n"));
        }
        if !self.retries.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("{}\n{}\n", self.counts(), self.bump));
        text
    }

    /// A list per level, for a pull request.
    pub fn markdown(&self) -> String {
        let mut text = format!("### `{}` → `{}`\n\n", self.old, self.new);
        for level in LEVELS {
            let changes: Vec<&Change> = self.at(level).collect();
            if changes.is_empty() {
                continue;
            }
            let title = level.to_string();
            let (first, rest) = title.split_at(1);
            text.push_str(&format!("**{}{rest}**\n\n", first.to_uppercase()));
            for change in changes {
                text.push_str(&format!("- {}\n", change.what));
                for line in change.details() {
                    text.push_str(&format!("  - {line}\n"));
                }
            }
            text.push('\n');
        }
        if !self.retries.is_empty() {
            text.push_str("**Retries after a lost response**\n\n");
            for one in &self.retries {
                text.push_str(&format!(
                    "- `{}` ({}): {}\n",
                    one.operation,
                    one.request,
                    one.line()
                ));
            }
            text.push('\n');
        }
        text.push_str(&format!("{}; {}\n", self.counts(), self.bump));
        text
    }

    /// The diff as JSON, for programs.
    ///
    /// # Errors
    ///
    /// Never, because JSON can represent all of it.
    pub fn json(&self) -> Result<String, Error> {
        let text = serde_json::to_string_pretty(self);
        text.map(|text| text + "\n")
            .map_err(|error| Error::new(format!("cannot serialize the diff: {error}")))
    }

    fn at(&self, level: Level) -> impl Iterator<Item = &Change> {
        self.changes
            .iter()
            .filter(move |change| change.level == level)
    }

    fn counts(&self) -> String {
        let counts = LEVELS.map(|level| format!("{} {level}", self.at(level).count()));
        counts.join(", ")
    }
}

impl Change {
    fn details(&self) -> Vec<String> {
        let notes = self.note.iter().flat_map(|note| note.lines());
        let mut lines: Vec<String> = notes.map(str::to_owned).collect();
        if !self.methods.is_empty() {
            let (methods, calls) = (listed(&self.methods), listed(&self.calls));
            lines.push(format!("affects {methods}; called in {calls}"));
        } else if !self.operations.iter().all(|id| self.what.contains(id)) {
            lines.push(format!(
                "affects no method; operations: {}",
                listed(&self.operations)
            ));
        }
        lines
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Breaking => "breaking",
            Self::Behaviour => "behaviour",
            Self::Additive => "additive",
            Self::Textual => "textual",
        })
    }
}

impl fmt::Display for Bump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.to {
            Some(to) => write!(f, "next version {to} after {} ({})", self.from, self.why),
            None => write!(f, "no new version after {} ({})", self.from, self.why),
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}
