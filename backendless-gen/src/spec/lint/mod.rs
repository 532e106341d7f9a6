//! What in a specification would hurt users, and what the generator does about it.
//!
//! A check looks for one shape. `operations` and `schemas` hold the checks, this the list and the text.

mod operations;
mod schemas;

use std::fmt;

use crate::Error;
use crate::document::Document;
use crate::generate::read;
use crate::model::Model;
use crate::source::Source;

/// A shape that hurts.
struct Check {
    /// What is wrong with it.
    what: &'static str,
    /// What the generator makes of it.
    does: &'static str,
    find: fn(&Subject<'_>) -> Result<Vec<Finding>, Error>,
}

struct Subject<'s> {
    model: &'s Model,
    document: &'s Document,
}

/// In the order in which they are told: what loses data or sends it elsewhere first.
static CHECKS: [Check; 13] = [
    operations::COLLISION,
    operations::SLASHES,
    operations::METHOD,
    operations::NOT_REVIEWED,
    operations::SCHEME,
    operations::NO_ERROR,
    operations::ERROR_WITHOUT_SCHEMA,
    operations::NOTHING_BUT_WORDS,
    operations::NO_WORDS,
    schemas::NUMBER_WITHOUT_FORMAT,
    schemas::CLOSED_ENUM,
    schemas::NOTHING_REQUIRED,
    schemas::NOT_KEPT_TO,
];

/// One place where a check found something.
struct Finding {
    place: String,
    what: String,
}

/// What was found, check by check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    /// What is wrong, what is done about it, and where: `openapi.yaml:12:7: ..`.
    groups: Vec<(&'static str, &'static str, Vec<String>)>,
    checks: usize,
}

impl Findings {
    /// Looks at a specification.
    ///
    /// # Errors
    ///
    /// When it cannot be generated from.
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
                groups.push((check.what, check.does, places));
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
        for (what, does, places) in &self.groups {
            writeln!(f, "{what} ({})\n  generator: {does}", places.len())?;
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
