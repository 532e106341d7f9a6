//! The measurements as a bar chart of their distance to the goal, with colours for light and for dark pages.

use std::fmt::Write;

use crate::report::Measurement;

const WIDTH: f64 = 1_040.0;
const LABELS: f64 = 430.0;
/// The length of a bar that exactly meets its goal.
const AT_GOAL: f64 = 300.0;
/// The maximum length of a bar, in goals.
const MAX_LENGTH: f64 = 1.5;
const ROW: f64 = 26.0;
const TOP: f64 = 44.0;

/// A viewer that prefers dark pages gets light texts on a dark background.
const STYLE: &str = "<style>\n\
    .page { fill: #ffffff }\n\
    text { fill: #1f2328 }\n\
    line { stroke: #1f2328 }\n\
    .met { fill: #4c9f70 }\n\
    .missed { fill: #d1603d }\n\
    @media (prefers-color-scheme: dark) {\n\
    .page { fill: #0d1117 }\n\
    text { fill: #e6edf3 }\n\
    line { stroke: #e6edf3 }\n\
    .met { fill: #3f8f63 }\n\
    .missed { fill: #c8603f }\n\
    }\n\
    </style>\n";

/// Draws an SVG with a bar for each measurement. One line marks all goals; a bar that does not cross it
/// meets its goal.
pub fn draw(measurements: &[Measurement]) -> String {
    let height = TOP + ROW * measurements.len() as f64 + 12.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n\
         {STYLE}<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n"
    );
    for (index, measurement) in measurements.iter().enumerate() {
        bar(&mut svg, TOP + ROW * index as f64, measurement);
    }
    let goal = LABELS + AT_GOAL;
    let _ = write!(
        svg,
        "<line x1=\"{goal}\" y1=\"30\" x2=\"{goal}\" y2=\"{}\" \
         stroke-dasharray=\"4 3\"/>\n\
         <text x=\"{goal}\" y=\"22\" text-anchor=\"middle\">goal</text>\n</svg>\n",
        height - 8.0,
    );
    svg
}

fn bar(svg: &mut String, y: f64, measurement: &Measurement) {
    let length = measurement.distance().clamp(0.0, MAX_LENGTH) * AT_GOAL;
    let class = if measurement.is_met { "met" } else { "missed" };
    let (middle, label) = (y + 14.0, LABELS - 10.0);
    // The text starts after the bar and after the line of the goals.
    let text = LABELS + length.max(AT_GOAL) + 8.0;
    let _ = write!(
        svg,
        "<text x=\"{label}\" y=\"{middle}\" text-anchor=\"end\">{}</text>\n\
         <rect x=\"{LABELS}\" y=\"{y}\" width=\"{length:.1}\" height=\"18\" class=\"{class}\"/>\n\
         <text x=\"{text:.1}\" y=\"{middle}\">{} ({})</text>\n",
        measurement.name,
        measurement.value_text(),
        measurement.goal_text(),
    );
}
