//! A rehearsal as text.

use std::fmt;

use super::Rehearsal;
use super::compile::{Broken, Verdict};

impl fmt::Display for Rehearsal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.forecast)?;
        match &self.verdict {
            None => Ok(()),
            Some(Verdict::Client(broken)) => errors(f, "compiles     no", broken),
            Some(Verdict::Tests(broken)) => {
                errors(f, "compiles     yes, but not its tests", broken)
            }
            Some(Verdict::Compiles { coverage: None }) => {
                writeln!(f, "compiles     yes\ncoverage     passes")
            }
            Some(Verdict::Compiles { coverage: Some(_) })
                if !self.forecast.unwrapped.is_empty() =>
            {
                let missing = self.forecast.unwrapped.len();
                writeln!(
                    f,
                    "compiles     yes\ncoverage     fails: operations without a method: {missing}"
                )
            }
            Some(Verdict::Compiles {
                coverage: Some(output),
            }) => {
                writeln!(f, "compiles     yes\ncoverage     fails:\n{output}")
            }
        }
    }
}

fn errors(f: &mut fmt::Formatter<'_>, title: &str, broken: &[Broken]) -> fmt::Result {
    writeln!(f, "{title}")?;
    for error in broken {
        let function = error.function.as_deref().unwrap_or("no function");
        writeln!(f, "  {} in {function}: {}", error.place, error.message)?;
        if !error.methods.is_empty() {
            let methods: Vec<&str> = error.methods.iter().map(String::as_str).collect();
            writeln!(f, "    affects {}", methods.join(", "))?;
        }
    }
    Ok(())
}
