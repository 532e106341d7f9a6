//! The limit of open files and connections of a process.

#[cfg(unix)]
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::Result;

/// Raises the limit of this process to its maximum.
#[cfg(unix)]
pub fn raise_limit() -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    Ok(setrlimit(Resource::Nofile, raised)?)
}

/// The limit of this process.
#[cfg(unix)]
pub fn limit() -> u64 {
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

#[cfg(not(unix))]
pub fn raise_limit() -> Result<()> {
    Ok(())
}

/// Other systems have no such limit.
#[cfg(not(unix))]
pub fn limit() -> u64 {
    u64::MAX
}
