//! A length of time in words.

use serde::Deserialize;

/// The words for the units of time in one language, each as singular and plural.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Units {
    minute: [String; 2],
    hour: [String; 2],
    day: [String; 2],
}

#[cfg(test)]
impl Units {
    pub(crate) fn each(&self) -> [(&'static str, &[String; 2]); 3] {
        [("minute", &self.minute), ("hour", &self.hour), ("day", &self.day)]
    }
}

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

/// The length in the largest unit that states it exactly: 60 is "1 hour", 90 is "90 minutes".
pub(crate) fn in_words(minutes: i64, units: &Units) -> String {
    let minutes = minutes.max(1);
    let (count, [one, many]) = if minutes % DAY == 0 {
        (minutes / DAY, &units.day)
    } else if minutes % HOUR == 0 {
        (minutes / HOUR, &units.hour)
    } else {
        (minutes, &units.minute)
    };
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_exact_unit() {
        let pair = |name: &str| [name.to_owned(), format!("{name}s")];
        let units = Units { minute: pair("minute"), hour: pair("hour"), day: pair("day") };
        for (minutes, words) in [
            (0, "1 minute"),
            (1, "1 minute"),
            (15, "15 minutes"),
            (60, "1 hour"),
            (90, "90 minutes"),
            (120, "2 hours"),
            (1440, "1 day"),
            (10080, "7 days"),
        ] {
            assert_eq!(in_words(minutes, &units), words);
        }
    }
}
