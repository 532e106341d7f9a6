//! Instructions, counted by valgrind's callgrind. They differ by less than one percent between runs,
//! whatever the load of the machine.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Options;
use crate::Result;
use crate::process::run_contender_under;

/// The numbers of calls of two runs. Their difference excludes the startup, which is in both.
const FEW: usize = 200;
const MANY: usize = 1_200;

/// Whether valgrind is installed.
pub fn is_installed() -> bool {
    let version = Command::new("valgrind")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    version.is_ok_and(|status| status.success())
}

/// The instructions of one warm execution of `task` by `who`.
pub fn instructions(options: &Options, who: &str, task: &str, url: &str) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let count = |times: usize| -> Result<u64> {
        let file = folder
            .path()
            .join(format!("callgrind.{task}.{who}.{times}"));
        let times = times.to_string();
        run_contender_under(
            wrapper(&file),
            &[who, task, "--url", url, "--count", &times],
        )?;
        let total = total(&std::fs::read_to_string(&file)?)?;
        if let Some(kept) = &options.profile {
            std::fs::create_dir_all(kept)?;
            std::fs::copy(&file, kept.join(file.file_name().unwrap_or_default()))?;
        }
        Ok(total)
    };
    let more = count(MANY)?.saturating_sub(count(FEW)?);
    Ok(more as f64 / (MANY - FEW) as f64)
}

/// The instructions of one repetition of `program`, which receives the number of repetitions and then `arguments`.
/// `few` and `many` are the numbers of two runs.
pub fn instructions_of_program(
    program: &Path,
    few: usize,
    many: usize,
    arguments: &[&str],
) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let count = |times: usize| -> Result<u64> {
        let file = folder.path().join(format!("callgrind.{times}"));
        let wrapper = wrapper(&file);
        let output = Command::new(&wrapper[0])
            .args(&wrapper[1..])
            .arg(program)
            .arg(times.to_string())
            .args(arguments)
            .output()?;
        if !output.status.success() {
            let problem = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{}: {}\n{problem}", program.display(), output.status).into());
        }
        total(&std::fs::read_to_string(&file)?)
    };
    let more = count(many)?.saturating_sub(count(few)?);
    Ok(more as f64 / (many - few) as f64)
}

fn wrapper(file: &Path) -> Vec<OsString> {
    let mut output = OsString::from("--callgrind-out-file=");
    output.push(file);
    vec![
        "valgrind".into(),
        "--tool=callgrind".into(),
        "--quiet".into(),
        output,
    ]
}

/// The instructions of a run, from callgrind's output.
fn total(text: &str) -> Result<u64> {
    let line = text.lines().find_map(|line| {
        line.strip_prefix("totals:")
            .or(line.strip_prefix("summary:"))
    });
    Ok(line.ok_or("callgrind reported no total")?.trim().parse()?)
}
