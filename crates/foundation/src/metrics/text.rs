//! The text format of Prometheus, version 0.0.4.

use super::number::Histogram;
use std::fmt::{Display, Write as _};

/// Numbers as they are written.
#[derive(Default)]
pub struct Text(String);

/// The samples of one metric.
pub struct Samples<'a> {
    text: &'a mut String,
    name: &'static str,
}

impl Text {
    /// A number that only grows; its name ends in `_total`.
    pub fn counter(&mut self, name: &'static str, help: &str) -> Samples<'_> {
        self.metric(name, "counter", help)
    }

    /// A number that goes up and down.
    pub fn gauge(&mut self, name: &'static str, help: &str) -> Samples<'_> {
        self.metric(name, "gauge", help)
    }

    /// How long things take; its name ends in `_seconds`.
    pub fn histogram(&mut self, name: &'static str, help: &str) -> Samples<'_> {
        self.metric(name, "histogram", help)
    }

    fn metric(&mut self, name: &'static str, kind: &str, help: &str) -> Samples<'_> {
        // Writing into a string does not fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
        Samples { text: &mut self.0, name }
    }

    /// All that was written.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl Samples<'_> {
    /// One number. A label without a value is left out, which is the same to Prometheus.
    pub fn of(&mut self, labels: &[(&str, &str)], value: impl Display) -> &mut Self {
        self.sample("", labels, None, value);
        self
    }

    /// One histogram.
    pub fn histogram(&mut self, labels: &[(&str, &str)], histogram: &Histogram) -> &mut Self {
        let mut count = 0;
        for (bound, within) in histogram.cumulated() {
            let bound = if bound.is_finite() { bound.to_string() } else { "+Inf".to_owned() };
            self.sample("_bucket", labels, Some(&bound), within);
            count = within;
        }
        self.sample("_sum", labels, None, histogram.sum());
        self.sample("_count", labels, None, count);
        self
    }

    fn sample(&mut self, suffix: &str, labels: &[(&str, &str)], bound: Option<&str>, value: impl Display) {
        let _ = write!(self.text, "{}{suffix}", self.name);
        let mut separator = '{';
        let all = labels.iter().copied().chain(bound.map(|bound| ("le", bound)));
        for (label, value) in all.filter(|(_, value)| !value.is_empty()) {
            let _ = write!(self.text, "{separator}{label}=\"{}\"", escaped(value));
            separator = ',';
        }
        let end = if separator == ',' { "}" } else { "" };
        let _ = writeln!(self.text, "{end} {value}");
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_written() {
        let mut text = Text::default();
        text.gauge("a", "Odd ones").of(&[], 1).of(&[("b", "x\"\\\ny"), ("c", ""), ("d", "1")], 0.25);
        let expected = "# HELP a Odd ones\n# TYPE a gauge\na 1\na{b=\"x\\\"\\\\\\ny\",d=\"1\"} 0.25\n";
        assert_eq!(text.into_string(), expected);
    }
}
