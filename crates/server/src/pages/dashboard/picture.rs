//! Pictures of what was counted, drawn by the server. Beside each stands a table that says the same.

use super::super::phrases::{find, say};
use crate::statistics::{Active, Latency, Logins};
use database::Timestamp;
use foundation::time::{self, MINUTE};
use mail::Locale;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// The height of a picture, in units of its own; the page makes it as large as there is room.
const HEIGHT: f64 = 100.0;
/// The width of a column, and how much of it stays empty.
const COLUMN: f64 = 10.0;
const GAP: f64 = 2.0;

/// The time that a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Span {
    Day,
    Week,
    Month,
}

impl Span {
    const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Day, "day", "dashboard_project.span_day"),
        (Self::Week, "week", "dashboard_project.span_week"),
        (Self::Month, "month", "dashboard_project.span_month"),
    ];

    /// What the address of a page says; a day if it says nothing.
    pub(super) fn parse(word: &str) -> Self {
        Self::ALL.iter().find(|(_, known, _)| *known == word).map_or(Self::Day, |(span, ..)| *span)
    }

    /// The ways to another span, as tabs.
    pub(super) fn choices(self, here: &str) -> Value {
        let choice = |(span, word, phrase): &(Self, &str, &str)| json!({ "href": format!("{here}?span={word}"), "phrase": phrase, "current": *span == self });
        Self::ALL.iter().map(choice).collect()
    }

    fn column(self) -> i64 {
        match self {
            Span::Day => HOUR,
            Span::Week => 6 * HOUR,
            Span::Month => DAY,
        }
    }

    fn columns(self) -> i64 {
        match self {
            Span::Day => 24,
            Span::Week => 28,
            Span::Month => 30,
        }
    }

    /// When the first column begins.
    pub(super) fn since(self, now: Timestamp) -> Timestamp {
        Timestamp(now.0.div_euclid(self.column()) * self.column() - (self.columns() - 1) * self.column())
    }

    fn label(self, at: Timestamp) -> String {
        let text = time::to_text(at);
        match self {
            Span::Month => text[..10].to_owned(),
            Span::Day | Span::Week => format!("{} {}", &text[..10], &text[11..16]),
        }
    }
}

/// A picture, ready for the page.
#[derive(Debug, Serialize)]
pub(super) struct Picture {
    title: String,
    /// The same in a sentence, for those who hear the page.
    summary: String,
    width: f64,
    height: f64,
    /// What is drawn, each with its color.
    legend: Vec<Named>,
    bars: Vec<Bar>,
    lines: Vec<Line>,
    /// What stands at the left, from the top down.
    ticks: Vec<String>,
    /// What stands below, from the first to the last.
    labels: Vec<String>,
    rows: Vec<Row>,
    is_empty: bool,
}

#[derive(Debug, Serialize)]
struct Named {
    name: String,
    color: usize,
}

#[derive(Debug, Serialize)]
struct Bar {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    color: usize,
    title: String,
}

#[derive(Debug, Serialize)]
struct Line {
    points: String,
    color: usize,
}

#[derive(Debug, Serialize)]
struct Row {
    label: String,
    values: Vec<String>,
}

/// What logins are told apart by.
#[derive(Debug, Clone, Copy)]
pub(super) enum Told {
    Outcomes,
    Methods,
}

impl Told {
    fn of(self, login: &Logins) -> &String {
        match self {
            Told::Outcomes => &login.outcome,
            Told::Methods => &login.method,
        }
    }

    /// What one is called; by the word of the API where there is no other.
    fn called(self, locale: Locale, word: &str) -> String {
        let phrase = match self {
            Told::Outcomes => format!("dashboard_project.outcome_{word}"),
            Told::Methods => format!("dashboard_organization.method_{word}"),
        };
        find(locale, &phrase).map_or_else(|| word.replace('_', " "), str::to_owned)
    }

    fn title(self, locale: Locale) -> String {
        let phrase = match self {
            Told::Outcomes => "dashboard_project.picture_outcomes",
            Told::Methods => "dashboard_project.picture_methods",
        };
        say(locale, phrase, &[])
    }
}

/// Logins by what tells them apart, stacked.
pub(super) fn logins(locale: Locale, by: Told, counted: &[Logins], span: Span, now: Timestamp) -> Picture {
    let (since, column) = (span.since(now), span.column());
    let mut names: Vec<String> = counted.iter().map(|login| by.of(login).clone()).collect();
    names.sort_unstable();
    names.dedup();
    let columns = usize::try_from(span.columns()).unwrap_or_default();
    let mut counts = vec![vec![0_i64; names.len()]; columns];
    for login in counted {
        let place = usize::try_from((login.hour.0 - since.0).div_euclid(column)).ok();
        let name = names.binary_search(by.of(login)).ok();
        if let (Some(cells), Some(name)) = (place.and_then(|place| counts.get_mut(place)), name) {
            cells[name] += login.logins;
        }
    }
    let at = |place: usize| Timestamp(since.0 + column * place as i64);
    let labels: Vec<_> = (0..columns).map(|place| span.label(at(place))).collect();
    let names = names.iter().map(|name| by.called(locale, name)).collect();
    stacked(locale, by.title(locale), names, &labels, &counts)
}

/// How many members were active on each of thirty days.
pub(super) fn days(locale: Locale, active: &Active, now: Timestamp) -> Picture {
    let since = Span::Month.since(now);
    let known: BTreeMap<i64, u64> = active.by_day.iter().map(|(day, count)| (day.0, *count)).collect();
    let days: Vec<_> = (0..30).map(|place| since.0 + place * DAY).collect();
    let count = |day: &i64| i64::try_from(known.get(day).copied().unwrap_or_default()).unwrap_or(i64::MAX);
    let counts: Vec<_> = days.iter().map(|day| vec![count(day)]).collect();
    let labels: Vec<_> = days.iter().map(|day| Span::Month.label(Timestamp(*day))).collect();
    let (title, members) =
        (say(locale, "dashboard_project.picture_days", &[]), say(locale, "dashboard_project.picture_members", &[]));
    let mut picture = stacked(locale, title, vec![members], &labels, &counts);
    let on_any = say(locale, "dashboard_project.picture_active", &[("count", &active.on_any)]);
    picture.summary = format!("{} {on_any}", picture.summary);
    picture
}

fn nothing(locale: Locale) -> String {
    say(locale, "dashboard_project.picture_empty", &[])
}

fn stacked(locale: Locale, title: String, names: Vec<String>, labels: &[String], counts: &[Vec<i64>]) -> Picture {
    let highest = counts.iter().map(|cells| cells.iter().sum::<i64>()).max().unwrap_or_default();
    let top = rounded(highest as f64);
    let mut bars = Vec::new();
    for (place, cells) in counts.iter().enumerate() {
        let mut below = 0.0;
        for (color, count) in cells.iter().enumerate().filter(|(_, count)| **count > 0) {
            let height = *count as f64 / top * HEIGHT;
            below += height;
            bars.push(Bar {
                x: place as f64 * COLUMN + GAP / 2.0,
                y: to_tenths(HEIGHT - below),
                width: COLUMN - GAP,
                height: to_tenths(height),
                color,
                title: format!("{}, {}: {count}", labels[place], names[color]),
            });
        }
    }
    let sums: Vec<i64> = (0..names.len()).map(|name| counts.iter().map(|cells| cells[name]).sum()).collect();
    let told: Vec<_> = names.iter().zip(&sums).map(|(name, sum)| format!("{name}: {sum}")).collect();
    let said = counts.iter().enumerate().filter(|(_, cells)| cells.iter().any(|count| *count > 0));
    let row = |(place, cells): (usize, &Vec<i64>)| Row {
        label: labels[place].clone(),
        values: cells.iter().map(i64::to_string).collect(),
    };
    Picture {
        title,
        summary: if told.is_empty() { nothing(locale) } else { format!("{}.", told.join(", ")) },
        width: labels.len() as f64 * COLUMN,
        height: HEIGHT,
        legend: names.into_iter().enumerate().map(|(color, name)| Named { name, color }).collect(),
        bars,
        lines: Vec::new(),
        ticks: [top, top / 2.0, 0.0].map(shown).into(),
        labels: ends(labels),
        rows: said.map(row).collect(),
        is_empty: highest == 0,
    }
}

/// How long answers took: the time within which half of them came, and nineteen of twenty.
pub(super) fn latencies(locale: Locale, title: &str, counted: &[Latency], kind: &str, now: Timestamp) -> Picture {
    let since = Span::Day.since(now);
    let mut by_hour = BTreeMap::<i64, Vec<(f64, i64)>>::new();
    for latency in counted.iter().filter(|latency| latency.kind == kind && latency.hour >= since) {
        by_hour.entry(latency.hour.0).or_default().push((latency.within, latency.requests));
    }
    let hours: Vec<_> = (0..24).map(|place| since.0 + place * HOUR).collect();
    let labels: Vec<_> = hours.iter().map(|hour| Span::Day.label(Timestamp(*hour))).collect();
    let parts = [("dashboard_project.picture_half", 0.5), ("dashboard_project.picture_most", 0.95)];
    let values: Vec<[Option<f64>; 2]> = hours
        .iter()
        .map(|hour| parts.map(|(_, part)| by_hour.get(hour).and_then(|counts| quantile(counts, part))))
        .collect();
    let highest = values.iter().flatten().flatten().copied().filter(|value| value.is_finite()).fold(0.0, f64::max);
    let top = rounded(highest * 1000.0);
    // Each hour is a step, so that one hour alone is seen too.
    let step = |place: usize, seconds: f64| {
        let y = to_tenths(HEIGHT - (seconds * 1000.0 / top).min(1.0) * HEIGHT);
        let x = place as f64 * COLUMN;
        format!("{x},{y} {},{y}", x + COLUMN)
    };
    let line = |part: usize| {
        let steps = values.iter().enumerate().filter_map(|(place, value)| Some(step(place, value[part]?)));
        Line { points: steps.collect::<Vec<_>>().join(" "), color: part }
    };
    let milliseconds = |value: &Option<f64>| match value {
        None => String::new(),
        Some(value) if value.is_finite() => format!("{} ms", shown(value * 1000.0)),
        Some(_) => say(locale, "dashboard_project.picture_more", &[]),
    };
    let said = values.iter().enumerate().filter(|(_, value)| value[0].is_some());
    let rows: Vec<_> = said
        .map(|(place, value)| Row { label: labels[place].clone(), values: value.iter().map(milliseconds).collect() })
        .collect();
    let last = rows.last().map(|row| {
        say(locale, "dashboard_project.picture_last_hour", &[("half", &row.values[0]), ("most", &row.values[1])])
    });
    Picture {
        title: say(locale, title, &[]),
        summary: last.unwrap_or_else(|| nothing(locale)),
        width: 24.0 * COLUMN,
        height: HEIGHT,
        legend: parts
            .iter()
            .enumerate()
            .map(|(color, (name, _))| Named { name: say(locale, name, &[]), color })
            .collect(),
        bars: Vec::new(),
        lines: vec![line(0), line(1)],
        ticks: [top, top / 2.0, 0.0].map(|value| format!("{} ms", shown(value))).into(),
        labels: ends(&labels),
        is_empty: rows.is_empty(),
        rows,
    }
}

/// The bound within which such a part of the requests came.
fn quantile(counts: &[(f64, i64)], part: f64) -> Option<f64> {
    let mut counts = counts.to_vec();
    counts.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let all: i64 = counts.iter().map(|(_, count)| count).sum();
    let mut left = all as f64 * part;
    counts.into_iter().find_map(|(bound, count)| {
        left -= count as f64;
        (left <= 0.0).then_some(bound)
    })
}

/// The next number that is easy to read: 1, 2 or 5, and zeros.
fn rounded(highest: f64) -> f64 {
    let mut step = 1.0;
    while step < highest {
        step *= if (step.log10().fract() - 0.301).abs() < 0.01 { 2.5 } else { 2.0 };
    }
    step
}

fn shown(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

fn to_tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// The first, the one in the middle and the last.
fn ends(labels: &[String]) -> Vec<String> {
    [labels.first(), labels.get(labels.len() / 2), labels.last()].into_iter().flatten().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000_000);

    fn login(hours_ago: i64, outcome: &str, logins: i64) -> Logins {
        let hour = Timestamp(NOW.0.div_euclid(HOUR) * HOUR - hours_ago * HOUR);
        Logins { hour, method: "password".into(), outcome: outcome.into(), logins }
    }

    #[test]
    fn a_stack_is_as_high_as_there_were_logins() {
        let counted =
            [login(0, "refused", 2), login(0, "authenticated", 6), login(23, "refused", 1), login(24, "refused", 9)];
        let picture = logins(Locale::En, Told::Outcomes, &counted, Span::Day, NOW);
        // What is older than the first column is not drawn.
        assert_eq!(picture.bars.len(), 3);
        assert_eq!(picture.summary, "signed in: 6, refused: 3.");
        assert_eq!(picture.ticks, ["10", "5", "0"]);
        let [first, .., top] = &picture.bars[..] else { panic!() };
        assert_eq!((first.x, first.y, first.height), (1.0, 90.0, 10.0));
        assert_eq!((top.x, top.y, top.height), (231.0, 20.0, 20.0));
        assert_eq!(picture.rows.len(), 2);
    }

    #[test]
    fn nothing_is_a_picture_too() {
        let picture = logins(Locale::De, Told::Methods, &[], Span::Month, NOW);
        assert!(picture.is_empty && picture.bars.is_empty());
        assert_eq!(picture.summary, "In dieser Zeit wurde nichts gezählt.");
        assert!(latencies(Locale::En, "dashboard_project.picture_checks", &[], "checks", NOW).is_empty);
    }

    #[test]
    fn scales_end_at_numbers_that_are_easy_to_read() {
        let cases = [
            (0.0, 1.0),
            (1.0, 1.0),
            (2.0, 2.0),
            (3.0, 5.0),
            (6.0, 10.0),
            (11.0, 20.0),
            (21.0, 50.0),
            (51.0, 100.0),
            (4_100.0, 5_000.0),
        ];
        for (highest, top) in cases {
            assert_eq!(rounded(highest), top, "{highest}");
        }
    }

    #[test]
    fn a_quantile_is_the_bound_within_which_so_many_came() {
        let counts = [(0.002, 5), (0.001, 90), (f64::INFINITY, 5)];
        assert_eq!(quantile(&counts, 0.5), Some(0.001));
        assert_eq!(quantile(&counts, 0.95), Some(0.002));
        assert_eq!(quantile(&counts, 1.0), Some(f64::INFINITY));
        assert_eq!(quantile(&[], 0.5), None);
    }
}
