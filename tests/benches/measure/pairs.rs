//! Alternates two contenders several times, so that the load of the machine affects both equally.

use crate::Result;

/// The figures of two contenders.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    pub sdk: f64,
    pub reference: f64,
}

/// Runs both contenders alternately, `turns` times each.
///
/// Returns the pair with the median ratio, whose figures come from consecutive runs.
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

/// The median of some values; an error if there is none.
pub fn median(mut values: Vec<f64>) -> Result<f64> {
    values.sort_by(f64::total_cmp);
    let median = values.get(values.len() / 2).copied();
    median.ok_or_else(|| "nothing was measured".into())
}

impl Pair {
    fn ratio(self) -> f64 {
        self.sdk / self.reference
    }
}
