//! A rehearsal as text.

use std::fmt;

use super::{Broken, Forecast, Rehearsal, Verdict};

impl fmt::Display for Forecast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diff.text())?;
        writeln!(f)?;
        match &self.refusal {
            Some(error) => return writeln!(f, "generated    no: {error}"),
            None => writeln!(f, "generated    yes")?,
        }
        names(f, "no method", self.unwrapped.iter())?;
        names(f, "mock gained", self.mock_gained.iter())?;
        names(f, "mock lost", self.mock_lost.iter())
    }
}

fn names<'n>(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    names: impl Iterator<Item = &'n String>,
) -> fmt::Result {
    let names: Vec<&str> = names.map(String::as_str).collect();
    match names.is_empty() {
        true => writeln!(f, "{title:12} nothing"),
        false => writeln!(f, "{title:12} {}", names.join(", ")),
    }
}

impl fmt::Display for Rehearsal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.forecast)?;
        match &self.verdict {
            None => Ok(()),
            Some(Verdict::Client(broken)) => all(f, "compiles     no", broken),
            Some(Verdict::Tests(broken)) => all(f, "compiles     yes, but not its tests", broken),
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
                coverage: Some(said),
            }) => {
                writeln!(f, "compiles     yes\ncoverage     fails:\n{said}")
            }
        }
    }
}

fn all(f: &mut fmt::Formatter<'_>, title: &str, broken: &[Broken]) -> fmt::Result {
    writeln!(f, "{title}")?;
    for error in broken {
        let function = error.function.as_deref().unwrap_or("no function");
        writeln!(f, "  {} in {function}: {}", error.place, error.what)?;
        if !error.methods.is_empty() {
            let methods: Vec<&str> = error.methods.iter().map(String::as_str).collect();
            writeln!(f, "    breaks {}", methods.join(", "))?;
        }
    }
    Ok(())
}
