//! Problems of a specification for users, and what the generator does about them.
//!
//! Each check looks for one shape. `operations` and `schemas` contain the checks, this module the list and the output.

mod operations;
mod schemas;

use std::fmt;

use crate::Error;
use crate::document::Document;
use crate::generate::read;
use crate::model::Model;
use crate::source::Source;

/// A shape that causes problems.
struct Check {
    /// The problem.
    problem: &'static str,
    /// What the generator does about it.
    action: &'static str,
    find: fn(&Subject<'_>) -> Result<Vec<Finding>, Error>,
}

struct Subject<'s> {
    model: &'s Model,
    document: &'s Document,
}

/// In the order of the output: what loses data or sends it elsewhere first.
static CHECKS: [Check; 14] = [
    operations::COLLISION,
    operations::NORMALIZED,
    operations::SLASHES,
    operations::METHOD,
    operations::NOT_REVIEWED,
    operations::SCHEME,
    operations::NO_ERROR,
    operations::ERROR_WITHOUT_SCHEMA,
    operations::NO_CONTENT,
    operations::NO_DESCRIPTION,
    schemas::NUMBER_WITHOUT_FORMAT,
    schemas::CLOSED_ENUM,
    schemas::NOTHING_REQUIRED,
    schemas::NOT_CONFORMING,
];

/// One place where a check found something.
struct Finding {
    place: String,
    what: String,
}

/// The findings of all checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    /// The problem, the action of the generator, and the places: `openapi.yaml:12:7: ..`.
    groups: Vec<(&'static str, &'static str, Vec<String>)>,
    checks: usize,
}

impl Findings {
    /// Checks a specification.
    ///
    /// # Errors
    ///
    /// If it is invalid.
    pub fn of(source: &Source) -> Result<Self, Error> {
        let (model, document) = read(source)?;
        let subject = Subject {
            model: &model,
            document: &document,
        };
        let mut groups = Vec::new();
        for check in &CHECKS {
            let found = (check.find)(&subject)?.into_iter();
            let places: Vec<String> = found
                .map(|finding| format!("{}: {}", finding.place, finding.what))
                .collect();
            if !places.is_empty() {
                groups.push((check.problem, check.action, places));
            }
        }
        Ok(Self {
            groups,
            checks: CHECKS.len(),
        })
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (problem, action, places) in &self.groups {
            writeln!(f, "{problem} ({})\n  generator: {action}", places.len())?;
            for place in places {
                writeln!(f, "  {place}")?;
            }
            writeln!(f)?;
        }
        let found: usize = self.groups.iter().map(|(.., places)| places.len()).sum();
        writeln!(
            f,
            "{found} findings of {} of {} checks",
            self.groups.len(),
            self.checks
        )
    }
}
