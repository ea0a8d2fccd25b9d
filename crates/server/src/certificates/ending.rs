//! When a warning is due.

use database::Timestamp;
use foundation::time;

/// Days before the end of a certificate at which its people are warned.
const DAYS: [i64; 3] = [1, 7, 30];
const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

/// Until when a certificate has to end to be looked at.
pub(super) fn horizon(now: Timestamp) -> Timestamp {
    time::after_minutes(now, DAYS[DAYS.len() - 1] * DAY)
}

/// The warning that is due for a certificate which ends then: the last of those whose time has come. None where it is not time yet,
/// or the certificate has ended.
pub(super) fn due(ends_at: Timestamp, now: Timestamp) -> Option<i64> {
    let has_ended = ends_at <= now;
    DAYS.into_iter().find(|days| ends_at <= time::after_minutes(now, days * DAY)).filter(|_| !has_ended)
}

/// Minutes that are left of it: of whole days, or on the last one of whole hours, an hour at least.
pub(super) fn minutes_left(ends_at: Timestamp, now: Timestamp) -> i64 {
    let minutes = time::seconds_until(ends_at, now) / 60;
    let unit = if minutes >= DAY { DAY } else { HOUR };
    (minutes / unit).max(1) * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_warning_whose_time_has_come_is_due() {
        let now = time::from_seconds(1_800_000_000);
        let after = |minutes| time::after_minutes(now, minutes);
        let cases = [
            (31 * DAY, None),
            (30 * DAY + 1, None),
            (30 * DAY, Some(30)),
            (8 * DAY, Some(30)),
            (7 * DAY, Some(7)),
            (DAY + 1, Some(7)),
            (DAY, Some(1)),
            (1, Some(1)),
            (0, None),
            (-DAY, None),
        ];
        for (minutes, days) in cases {
            assert_eq!(due(after(minutes), now), days, "{minutes}");
        }
    }

    #[test]
    fn what_is_left_is_told_in_whole_days_or_hours() {
        let now = time::from_seconds(1_800_000_000);
        for (left, told) in [(28 * DAY + 700, 28 * DAY), (DAY, DAY), (DAY - 1, 23 * HOUR), (61, HOUR), (1, HOUR)] {
            assert_eq!(minutes_left(time::after_minutes(now, left), now), told, "{left}");
        }
    }
}
