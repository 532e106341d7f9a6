//! How many files and connections a process may have open.

#[cfg(unix)]
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::Result;

/// Raises the limit of this process as far as it may.
#[cfg(unix)]
pub fn raise_limit() -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    Ok(setrlimit(Resource::Nofile, raised)?)
}

/// How many this process may open.
#[cfg(unix)]
pub fn limit() -> u64 {
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

#[cfg(not(unix))]
pub fn raise_limit() -> Result<()> {
    Ok(())
}

/// There is no limit that a process could tell.
#[cfg(not(unix))]
pub fn limit() -> u64 {
    u64::MAX
}
