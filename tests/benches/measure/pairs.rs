//! Turns: each contender after the other, several times, so that what else the machine does hits
//! both alike.

use crate::Result;

/// The medians of what two contenders took.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    pub sdk: f64,
    pub reference: f64,
}

/// Lets both take this many turns, one after the other.
///
/// The pair is that whose ratio is the median: its two figures were taken one right after the other.
pub fn measure(
    turns: usize,
    mut sdk: impl FnMut() -> Result<f64>,
    mut reference: impl FnMut() -> Result<f64>,
) -> Result<Pair> {
    let mut pairs = Vec::with_capacity(turns);
    for _ in 0..turns {
        pairs.push(Pair {
            sdk: sdk()?,
            reference: reference()?,
        });
    }
    pairs.sort_by(|a, b| a.ratio().total_cmp(&b.ratio()));
    let median = pairs.get(turns / 2).copied();
    median.ok_or_else(|| "no turn was taken".into())
}

impl Pair {
    fn ratio(self) -> f64 {
        self.sdk / self.reference
    }
}
