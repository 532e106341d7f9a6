//! The resident memory of this process, if the system reports it.

/// The memory at the start of a measurement.
#[derive(Debug)]
pub struct Memory {
    start: Option<u64>,
}

impl Memory {
    /// Starts a measurement.
    pub fn now() -> Self {
        // If the peak cannot be reset, it is that of the process so far, and the growth is overestimated.
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        Self {
            start: status("VmRSS:"),
        }
    }

    /// The growth from the start to the peak, in bytes.
    pub fn growth(&self) -> Option<f64> {
        let growth = status("VmHWM:")?.saturating_sub(self.start?);
        Some(growth as f64)
    }
}

/// A value of /proc/self/status, in bytes.
fn status(name: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}
