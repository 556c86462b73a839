//! Charts as plain SVG, drawn by the server; the same numbers stand in a table under each.

use maud::{Markup, html};

const WIDTH: i64 = 420;
const HEIGHT: i64 = 180;
const LEFT: i64 = 32;
/// Half of the last group's name stands out.
const RIGHT: i64 = 12;
const TOP: i64 = 10;
const BOTTOM: i64 = 24;

/// Bars side by side, in groups along the time.
pub(super) struct Columns<'a> {
    /// What it shows.
    pub(super) title: &'a str,
    /// The name and the colour's class of each bar of a group.
    pub(super) series: &'a [(&'a str, &'a str)],
    /// Each group's name and numbers.
    pub(super) groups: Vec<(String, Vec<i64>)>,
}

/// Draws the columns with a legend.
pub(super) fn columns(chart: &Columns<'_>) -> Markup {
    let most = chart.groups.iter().flat_map(|(_, numbers)| numbers);
    let top = scale(most.copied().max().unwrap_or(0));
    let plot = HEIGHT - TOP - BOTTOM;
    let count = i64::try_from(chart.groups.len()).unwrap_or(1).max(1);
    let bars = i64::try_from(chart.series.len()).unwrap_or(1).max(1);
    // Tenths of a unit, so that narrow bars don't jump.
    let group = (WIDTH - LEFT - RIGHT) * 10 / count;
    let bar = (group * 8 / 10 / bars).max(1);
    let tall = |number: i64| number * plot * 10 / top;
    html! {
        ul.legend aria-hidden="true" {
            @for (name, class) in chart.series { li { span class=(format!("swatch {class}")) {} (name) } }
        }
        svg.chart viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(chart.title) {
            @for line in [0, top / 2, top] {
                @let y = tenths(HEIGHT * 10 - BOTTOM * 10 - tall(line));
                line.grid x1=(LEFT) x2=(WIDTH - RIGHT) y1=(y) y2=(y) {}
                text.axis x=(LEFT - 6) y=(y) text-anchor="end" dominant-baseline="middle" { (line) }
            }
            @for (place, (name, numbers)) in (0_i64..).zip(&chart.groups) {
                @for (index, (number, (series, class))) in (0_i64..).zip(numbers.iter().zip(chart.series)) {
                    rect class=(class) x=(tenths(LEFT * 10 + place * group + group / 10 + index * bar))
                        y=(tenths(HEIGHT * 10 - BOTTOM * 10 - tall(*number)))
                        width=(tenths(bar * 9 / 10)) height=(tenths(tall(*number))) rx="1" {
                        title { (name) ", " (series) ": " (number) }
                    }
                }
                @if place % 3 == (count - 1) % 3 {
                    text.axis x=(tenths(LEFT * 10 + place * group + group / 2)) y=(HEIGHT - 6) text-anchor="middle" { (name) }
                }
            }
        }
    }
}

/// One bar a line, longest first.
pub(super) fn bars(title: &str, rows: &[(&str, i64)]) -> Markup {
    let top = rows
        .iter()
        .map(|(_, number)| *number)
        .max()
        .unwrap_or(0)
        .max(1);
    let height = i64::try_from(rows.len()).unwrap_or(0) * 30 + 4;
    html! {
        svg.chart viewBox=(format!("0 0 {WIDTH} {height}")) role="img" aria-label=(title) {
            @for (place, (name, number)) in (0_i64..).zip(rows) {
                @let y = place * 30 + 4;
                text.label x="0" y=(y + 15) { (name) }
                rect.created x="120" y=(y) width=(tenths((WIDTH - 170) * 10 * number / top)) height="22" rx="3" {
                    title { (name) ": " (number) }
                }
                text.label x=(tenths(1280 + (WIDTH - 170) * 10 * number / top)) y=(y + 15) { (number) }
            }
        }
    }
}

/// The first round number that holds all bars; even, so that half of it is whole.
fn scale(most: i64) -> i64 {
    let mut unit = 1;
    loop {
        for step in [2, 4, 6, 10] {
            if most <= step * unit {
                return step * unit;
            }
        }
        unit *= 10;
    }
}

fn tenths(number: i64) -> String {
    format!("{}.{}", number / 10, (number % 10).abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round_and_hold_everything() {
        for (most, top) in [
            (0, 2),
            (2, 2),
            (3, 4),
            (7, 10),
            (11, 20),
            (61, 100),
            (4321, 6000),
        ] {
            assert_eq!(scale(most), top);
        }
    }

    #[test]
    fn an_empty_chart_is_drawn_too() {
        let chart = Columns {
            title: "T",
            series: &[("a", "created")],
            groups: Vec::new(),
        };
        assert!(columns(&chart).into_string().contains("<svg"));
        assert!(bars("T", &[]).into_string().contains("<svg"));
    }
}
