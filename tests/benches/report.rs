//! Measurements and their goals.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The header of the table of printed [`Measurement`]s.
pub const HEAD: &str = "name | sdk | reference | ratio | goal | for comparison";

/// How far a measurement may miss its goal before the short mode fails.
const TOLERANCE: f64 = 1.2;

/// A figure of the client, its reference and its goal.
#[derive(Debug, Deserialize, Serialize)]
pub struct Measurement {
    pub name: String,
    pub unit: Unit,
    pub sdk: f64,
    /// The figure of plain reqwest. Without it the goal applies to `sdk` instead of the ratio.
    pub reference: Option<f64>,
    pub ratio: Option<f64>,
    pub goal: Goal,
    pub is_met: bool,
    /// Whether the figure is the same in every run, so that a check can rely on it.
    pub is_stable: bool,
    /// Other contenders with their figures.
    pub beside: Vec<(String, f64)>,
}

/// The unit of a figure.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Instructions,
    /// Simulated events of the processor.
    Events,
    Microseconds,
    Seconds,
    PerSecond,
    Mebibytes,
    MebibytesPerSecond,
    Kibibytes,
    Crates,
}

/// The bound of the ratio, or of the figure without a reference.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

impl Measurement {
    /// A figure with a reference, and a goal for their ratio.
    pub fn ratio(name: &str, unit: Unit, sdk: f64, reference: f64, goal: Goal) -> Self {
        Self {
            reference: Some(reference),
            ratio: Some(sdk / reference),
            is_met: goal.distance(sdk / reference) <= 1.0,
            ..Self::figure(name, unit, sdk, goal)
        }
    }

    /// A figure without a reference, and its goal.
    pub fn figure(name: &str, unit: Unit, sdk: f64, goal: Goal) -> Self {
        Self {
            name: name.to_owned(),
            unit,
            sdk,
            reference: None,
            ratio: None,
            goal,
            is_met: goal.distance(sdk) <= 1.0,
            is_stable: false,
            beside: Vec::new(),
        }
    }

    /// Marks the figure as the same in every run.
    pub fn stable(mut self) -> Self {
        self.is_stable = true;
        self
    }

    /// Adds the figure of another contender.
    pub fn beside(mut self, who: &str, figure: f64) -> Self {
        self.beside.push((who.to_owned(), figure));
        self
    }

    /// The ratio to the goal: at most 1 if the goal is met.
    pub fn distance(&self) -> f64 {
        self.goal.distance(self.ratio.unwrap_or(self.sdk))
    }

    /// Whether the figure is stable and misses its goal by more than the tolerance.
    pub fn is_much_worse(&self) -> bool {
        self.is_stable && self.distance() > TOLERANCE
    }
}

impl Goal {
    fn distance(self, value: f64) -> f64 {
        match self {
            Self::AtMost(bound) => value / bound,
            Self::AtLeast(bound) => bound / value,
        }
    }
}

impl fmt::Display for Measurement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |value: f64| self.unit.text(value);
        let reference = self.reference.map_or("-".to_owned(), text);
        let ratio = self
            .ratio
            .map_or("-".to_owned(), |ratio| format!("{ratio:.3}"));
        let met = if self.is_met { "met" } else { "not met" };
        write!(
            f,
            "{} | {} | {reference} | {ratio} | {}: {met} |",
            self.name,
            text(self.sdk),
            self.goal_text(),
        )?;
        for (who, figure) in &self.beside {
            write!(f, " {who} {}", text(*figure))?;
        }
        Ok(())
    }
}

impl Measurement {
    /// The goal as text, with the unit if it applies to the figure itself.
    pub fn goal_text(&self) -> String {
        let bound = |bound: f64| match self.ratio {
            Some(_) => format!("{bound:.2}"),
            None => self.unit.text(bound),
        };
        match self.goal {
            Goal::AtMost(max) => format!("at most {}", bound(max)),
            Goal::AtLeast(min) => format!("at least {}", bound(min)),
        }
    }
}

impl Measurement {
    /// The value that the goal applies to: the ratio, or the figure without a reference.
    pub fn value_text(&self) -> String {
        match self.ratio {
            Some(ratio) => format!("{ratio:.3}"),
            None => self.unit.text(self.sdk),
        }
    }
}

impl Unit {
    fn text(self, value: f64) -> String {
        match self {
            Self::Instructions | Self::Events => format!("{value:.0}"),
            Self::Microseconds => format!("{value:.1} us"),
            Self::Seconds => format!("{value:.2} s"),
            Self::PerSecond => format!("{value:.0}/s"),
            Self::Mebibytes => format!("{value:.1} MiB"),
            Self::MebibytesPerSecond => format!("{value:.0} MiB/s"),
            Self::Kibibytes => format!("{value:.1} KiB"),
            Self::Crates => format!("{value:.0} crates"),
        }
    }
}
