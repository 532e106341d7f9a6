//! The resident memory of this process, where the system tells it.

/// What the process held when this was made.
#[derive(Debug)]
pub struct Memory {
    start: Option<u64>,
}

impl Memory {
    /// What is held now; the peak counts from here.
    pub fn now() -> Self {
        // Where the peak cannot be forgotten, it is that of the whole process: more than it should be.
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        Self {
            start: status("VmRSS:"),
        }
    }

    /// By how many bytes the process was larger at its peak.
    pub fn growth(&self) -> Option<f64> {
        let growth = status("VmHWM:")?.saturating_sub(self.start?);
        Some(growth as f64)
    }
}

/// A figure of /proc/self/status, in bytes.
fn status(name: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}
