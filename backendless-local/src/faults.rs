//! Fault injection: the kinds of faults, their rates, and how many of each were injected.
//! `http::fault_injection` applies them to requests.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fastrand::Rng;

use crate::error::Error;

/// A fault that can be injected into a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The connection is reset before the operation is executed.
    ResetBefore,
    /// The operation is executed, and the connection is reset instead of a response.
    ResetAfter,
    /// The operation is executed, and the response ends in the middle of its body. For a response
    /// without a body this is [`ResetAfter`](Fault::ResetAfter).
    CutOff,
    /// Status 503 with an HTML page, as from a gateway. The operation is not executed.
    Unavailable,
    /// Status 429 with code 999. The operation is not executed.
    RateLimited,
    /// The operation is executed after this delay.
    Delay(Duration),
}

impl Fault {
    /// One fault of each kind.
    pub(crate) const EACH: [Fault; 6] = [
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::CutOff,
        Fault::Unavailable,
        Fault::RateLimited,
        Fault::Delay(Duration::from_millis(50)),
    ];
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::ResetBefore => "reset before",
            Fault::ResetAfter => "reset after",
            Fault::CutOff => "response cut off",
            Fault::Unavailable => "503",
            Fault::RateLimited => "429",
            Fault::Delay(by) => return write!(f, "delay of {by:?}"),
        })
    }
}

/// Faults to inject and their rates, to test a service against failures of the network and of
/// Backendless.
///
/// At most one fault is injected into a request. The choice depends on the seed and on the order of
/// the requests, so sequential requests get the same faults in each run.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use backendless_local::{Fault, Faults, Server};
///
/// // Every operation is executed, but no response arrives.
/// let faults = Faults::seeded(7).with(Fault::ResetAfter, 1.0);
/// let server = Server::builder().faults(faults).start().await?;
/// let (app_id, key) = (server.app_id(), server.api_key());
/// let url = format!("{}/{app_id}/{key}/counters/visits/increment/get", server.url());
///
/// assert!(reqwest::Client::new().put(&url).send().await.is_err());
/// assert_eq!(server.faults(), [(Fault::ResetAfter, 1)]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "pass it to `Builder::faults`"]
pub struct Faults {
    seed: u64,
    rates: Vec<(Fault, f64)>,
}

impl Faults {
    /// Creates a set without faults. The seed decides which requests get faults.
    pub fn seeded(seed: u64) -> Faults {
        let rates = Vec::new();
        Faults { seed, rates }
    }

    /// Adds a fault with its rate, the fraction of requests that get it: 0.01 is one in a hundred.
    /// The sum of all rates is at most 1.
    pub fn with(mut self, fault: Fault, rate: f64) -> Faults {
        self.rates.push((fault, rate));
        self
    }

    /// Adds all kinds of faults, each with the same rate. `rate` is their sum; the delay is 50 ms.
    pub fn with_each(self, rate: f64) -> Faults {
        let share = rate / Fault::EACH.len() as f64;
        let each = Fault::EACH.into_iter();
        each.fold(self, |faults, fault| faults.with(fault, share))
    }
}

/// Chooses the fault of each request and counts the chosen faults.
#[derive(Debug)]
pub(crate) struct FaultInjector {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    random: Rng,
    rates: Vec<(Fault, f64)>,
    /// Number of injected faults, by index of the rates.
    counts: Vec<u64>,
}

impl FaultInjector {
    pub(crate) fn new(faults: Faults) -> Result<FaultInjector, Error> {
        check_rates(&faults.rates)?;
        let state = State {
            random: Rng::with_seed(faults.seed),
            counts: vec![0; faults.rates.len()],
            rates: faults.rates,
        };
        Ok(FaultInjector {
            state: Mutex::new(state),
        })
    }

    /// Chooses the fault of the next request.
    pub(crate) fn next(&self) -> Option<Fault> {
        let mut state = self.state();
        let State {
            random,
            rates,
            counts,
        } = &mut *state;
        if rates.is_empty() {
            return None;
        }
        let mut number = random.f64();
        for (at, &(fault, rate)) in rates.iter().enumerate() {
            if number < rate {
                counts[at] += 1;
                return Some(fault);
            }
            number -= rate;
        }
        None
    }

    /// Sets the rate of a fault for the following requests; 0 switches it off.
    pub(crate) fn set_rate(&self, fault: Fault, rate: f64) -> Result<(), Error> {
        let mut state = self.state();
        let mut rates = state.rates.clone();
        // A fault may have been added several times.
        let mut found = false;
        for (_, existing) in rates.iter_mut().filter(|(other, _)| *other == fault) {
            *existing = if found { 0.0 } else { rate };
            found = true;
        }
        if !found {
            rates.push((fault, rate));
        }
        check_rates(&rates)?;
        state.counts.resize(rates.len(), 0);
        state.rates = rates;
        Ok(())
    }

    /// Returns the rate of each fault.
    pub(crate) fn rates(&self) -> Vec<(Fault, f64)> {
        self.state().rates.clone()
    }

    /// Returns how many of each fault were injected.
    pub(crate) fn counts(&self) -> Vec<(Fault, u64)> {
        let state = self.state();
        let faults = state.rates.iter().map(|(fault, _)| *fault);
        faults.zip(state.counts.iter().copied()).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check_rates(rates: &[(Fault, f64)]) -> Result<(), Error> {
    let is_rate = |(_, rate): &(Fault, f64)| (0.0..=1.0).contains(rate);
    let sum: f64 = rates.iter().map(|(_, rate)| rate).sum();
    // The sum of six times 1/6 exceeds 1 by a rounding error.
    if !rates.iter().all(is_rate) || sum > 1.0 + 1e-9 {
        return Err(Error::new(
            "invalid rates of faults: each rate and the sum of all must be from 0 to 1",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(faults: Faults, times: usize) -> Vec<Option<Fault>> {
        let injector = FaultInjector::new(faults).unwrap();
        (0..times).map(|_| injector.next()).collect()
    }

    #[test]
    fn seed_decides_which_requests_get_faults() {
        let faults = |seed| Faults::seeded(seed).with_each(0.5);
        assert_eq!(chosen(faults(1), 200), chosen(faults(1), 200));
        assert_ne!(chosen(faults(1), 200), chosen(faults(2), 200));
    }

    #[test]
    fn fault_is_injected_at_its_rate() {
        let faults = Faults::seeded(3)
            .with(Fault::ResetBefore, 0.25)
            .with(Fault::CutOff, 0.5);
        let chosen = chosen(faults, 10_000);
        let count = |fault| chosen.iter().filter(|chosen| **chosen == fault).count();
        for (fault, expected) in [
            (Some(Fault::ResetBefore), 2_500),
            (Some(Fault::CutOff), 5_000),
            (None, 2_500),
        ] {
            assert!(count(fault).abs_diff(expected) < 250, "{fault:?}");
        }
    }

    #[test]
    fn rates_outside_zero_to_one_are_rejected() {
        let is_rejected = |rates: &[f64]| {
            let faults = rates.iter().fold(Faults::seeded(0), |faults, rate| {
                faults.with(Fault::Unavailable, *rate)
            });
            FaultInjector::new(faults).is_err()
        };
        for rates in [&[-0.1][..], &[1.1], &[f64::NAN], &[0.6, 0.6]] {
            assert!(is_rejected(rates), "{rates:?}");
        }
        assert!(!is_rejected(&[0.0, 1.0]));
        assert!(FaultInjector::new(Faults::seeded(0).with_each(1.0)).is_ok());
    }

    #[test]
    fn a_rate_can_be_changed_and_the_counts_remain() {
        let injector = FaultInjector::new(Faults::seeded(0).with(Fault::CutOff, 1.0)).unwrap();
        assert_eq!(injector.next(), Some(Fault::CutOff));
        assert!(injector.set_rate(Fault::Unavailable, 0.5).is_err());
        injector.set_rate(Fault::CutOff, 0.0).unwrap();
        assert_eq!(injector.next(), None);
        injector.set_rate(Fault::Unavailable, 1.0).unwrap();
        assert_eq!(injector.next(), Some(Fault::Unavailable));
        assert_eq!(
            injector.counts(),
            [(Fault::CutOff, 1), (Fault::Unavailable, 1)]
        );
    }
}
