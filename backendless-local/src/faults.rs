//! Faults on purpose: which there are, how often each strikes, and how often each has struck. What
//! they do to a request stands in `http::fault`.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fastrand::Rng;

use crate::error::Error;

/// What may happen to a request on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The connection is reset. Nothing was done.
    ResetBefore,
    /// What was asked for is done, and the connection is reset in the place of the answer.
    ResetAfter,
    /// What was asked for is done, and the answer breaks off in the middle of its body. An answer
    /// without a body is lost as by [`ResetAfter`](Fault::ResetAfter).
    CutOff,
    /// Status 503 with a page of HTML, as a gateway answers. Nothing was done.
    Unavailable,
    /// Status 429 with code 999. Nothing was done.
    RateLimited,
    /// It is done this much later.
    Delay(Duration),
}

impl Fault {
    /// One of every kind.
    const EACH: [Fault; 6] = [
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
            Fault::CutOff => "answer cut off",
            Fault::Unavailable => "503",
            Fault::RateLimited => "429",
            Fault::Delay(by) => return write!(f, "delay of {by:?}"),
        })
    }
}

/// How often each fault strikes: what a service that calls Backendless has to live with, for its
/// tests.
///
/// Each request is struck by one fault or none. Which requests are struck depends on the seed and
/// on the order in which they come, so that a caller who sends them one after the other meets the
/// same faults each time.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use backendless_local::{Fault, Faults, Server};
///
/// // Every answer is lost; what was asked for is done all the same.
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
#[must_use = "faults strike in the server that is built with them"]
pub struct Faults {
    seed: u64,
    rates: Vec<(Fault, f64)>,
}

impl Faults {
    /// No faults yet. Another seed strikes other requests.
    pub fn seeded(seed: u64) -> Faults {
        let rates = Vec::new();
        Faults { seed, rates }
    }

    /// This fault strikes this share of the requests: 0.01 is one in a hundred. The shares of all
    /// faults add up to 1 at most.
    pub fn with(mut self, fault: Fault, rate: f64) -> Faults {
        self.rates.push((fault, rate));
        self
    }

    /// A fault of any kind strikes this share of the requests, each kind as often as the others; a
    /// delay is one of 50 ms.
    pub fn with_each(self, rate: f64) -> Faults {
        let share = rate / Fault::EACH.len() as f64;
        let each = Fault::EACH.into_iter();
        each.fold(self, |faults, fault| faults.with(fault, share))
    }
}

/// Says of each request whether a fault strikes it, and keeps count.
#[derive(Debug)]
pub(crate) struct Dice {
    rates: Vec<(Fault, f64)>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    random: Rng,
    /// How often each of the rates' faults struck.
    struck: Vec<u64>,
}

impl Dice {
    pub(crate) fn new(faults: Faults) -> Result<Dice, Error> {
        let share = |(_, rate): &(Fault, f64)| (0.0..=1.0).contains(rate);
        let sum: f64 = faults.rates.iter().map(|(_, rate)| rate).sum();
        // Shares such as 1/6 add up to 1 but for the last bit.
        if !faults.rates.iter().all(share) || sum > 1.0 + 1e-9 {
            return Err(Error::new(
                "the rate of a fault is from 0 to 1, and so is their sum",
            ));
        }
        let state = State {
            random: Rng::with_seed(faults.seed),
            struck: vec![0; faults.rates.len()],
        };
        Ok(Dice {
            rates: faults.rates,
            state: Mutex::new(state),
        })
    }

    /// The fault that strikes the next request.
    pub(crate) fn throw(&self) -> Option<Fault> {
        let mut state = self.state();
        let mut left = state.random.f64();
        for (at, &(fault, rate)) in self.rates.iter().enumerate() {
            if left < rate {
                state.struck[at] += 1;
                return Some(fault);
            }
            left -= rate;
        }
        None
    }

    pub(crate) fn struck(&self) -> Vec<(Fault, u64)> {
        let faults = self.rates.iter().map(|(fault, _)| *fault);
        faults.zip(self.state().struck.iter().copied()).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thrown(faults: Faults, times: usize) -> Vec<Option<Fault>> {
        let dice = Dice::new(faults).unwrap();
        (0..times).map(|_| dice.throw()).collect()
    }

    #[test]
    fn the_seed_decides_which_requests_are_struck() {
        let faults = |seed| Faults::seeded(seed).with_each(0.5);
        assert_eq!(thrown(faults(1), 200), thrown(faults(1), 200));
        assert_ne!(thrown(faults(1), 200), thrown(faults(2), 200));
    }

    #[test]
    fn a_fault_strikes_its_share() {
        let faults = Faults::seeded(3)
            .with(Fault::ResetBefore, 0.25)
            .with(Fault::CutOff, 0.5);
        let thrown = thrown(faults, 10_000);
        let share = |fault| thrown.iter().filter(|thrown| **thrown == fault).count();
        for (fault, expected) in [
            (Some(Fault::ResetBefore), 2_500),
            (Some(Fault::CutOff), 5_000),
            (None, 2_500),
        ] {
            assert!(share(fault).abs_diff(expected) < 250, "{fault:?}");
        }
    }

    #[test]
    fn rates_that_are_no_shares_are_refused() {
        let refused = |rates: &[f64]| {
            let faults = rates.iter().fold(Faults::seeded(0), |faults, rate| {
                faults.with(Fault::Unavailable, *rate)
            });
            Dice::new(faults).is_err()
        };
        for rates in [&[-0.1][..], &[1.1], &[f64::NAN], &[0.6, 0.6]] {
            assert!(refused(rates), "{rates:?}");
        }
        assert!(!refused(&[0.0, 1.0]));
        assert!(Dice::new(Faults::seeded(0).with_each(1.0)).is_ok());
    }
}
