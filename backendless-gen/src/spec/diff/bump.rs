//! The version that a set of changes requires.

use serde::Serialize;

use super::Level;
use crate::Error;

/// The version that a set of changes requires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bump {
    /// The current version of the crate.
    pub from: String,
    /// The version to release, or none if nothing differs.
    pub to: Option<String>,
    /// The reason.
    pub why: String,
}

impl Bump {
    /// The step of semantic versioning by cargo's rules: below 1.0.0 a breaking change increments the minor number.
    pub(super) fn of(version: &str, worst: Option<Level>) -> Result<Self, Error> {
        let numbers: Vec<u64> = version
            .split('.')
            .filter_map(|part| part.parse().ok())
            .collect();
        let [major, minor, patch] = numbers[..] else {
            return Err(Error::new(format!(
                "`{version}` is not a version\n  help: three numbers, as in 0.1.0"
            )));
        };
        let (to, why) = match (worst, major) {
            (None, _) => (None, "nothing differs".to_owned()),
            (Some(Level::Breaking), 0) => (
                Some(format!("0.{}.0", minor + 1)),
                format!("breaking: a minor step, because {version} begins with 0"),
            ),
            (Some(Level::Breaking), _) => (
                Some(format!("{}.0.0", major + 1)),
                "breaking: a major step".to_owned(),
            ),
            (Some(level @ (Level::Behaviour | Level::Additive)), 1..) => (
                Some(format!("{major}.{}.0", minor + 1)),
                format!("{level}: a minor step"),
            ),
            (Some(level), _) => (
                Some(format!("{major}.{minor}.{}", patch + 1)),
                format!("{level} at most: a patch step"),
            ),
        };
        Ok(Self {
            from: version.to_owned(),
            to,
            why,
        })
    }
}
