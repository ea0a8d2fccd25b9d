//! `xs:dateTime` as SAML uses it (core, section 1.3.3), and seconds since 1970.

const DAY: i64 = 86_400;

/// Reads `2026-11-28T12:34:56Z`, with any fraction of a second, which is cut off. Only UTC, written as `Z`: the standard
/// wants it, and a time in another zone is read differently by different programs.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let (date, time) = text.trim_matches([' ', '\t', '\n', '\r']).strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = fields(date, '-', [4, 2, 2])?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [hour, minute, second] = fields(time, ':', [2, 2, 2])?;
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    at(year, month, day, hour, minute, second)
}

/// The moment of a date and a time of the proleptic Gregorian calendar, if there is such.
pub(crate) fn at(year: i64, month: i64, day: i64, hour: i64, minute: i64, second: i64) -> Option<i64> {
    let is_time = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    if !is_time
        || !(1..=9999).contains(&year)
        || !(1..=12).contains(&month)
        || !(1..=length(year, month)).contains(&day)
    {
        return None;
    }
    Some(days(year, month, day) * DAY + hour * 3600 + minute * 60 + second)
}

/// Writes seconds since 1970 as `2026-11-28T12:34:56Z`. Years beyond four digits are written as the last that has them.
pub(crate) fn format(seconds: i64) -> String {
    let [year, month, day, hour, minute, second] = parts(seconds);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month, day, hour, minute and second of a moment between the years 1 and 9999; the nearest of those of any other.
pub(crate) fn parts(seconds: i64) -> [i64; 6] {
    let (first, last) = (days(1, 1, 1) * DAY, days(10_000, 1, 1) * DAY - 1);
    let seconds = seconds.clamp(first, last);
    let (number, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    // The inverse of `days`, in eras of 400 years that begin in March.
    let shifted = number + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    [year, month, day, rest / 3600, rest / 60 % 60, rest % 60]
}

/// Days from 1970-01-01, in eras of 400 years that begin in March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - 719_468
}

fn length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Three numbers of so many digits each.
fn fields(text: &str, separator: char, digits: [usize; 3]) -> Option<[i64; 3]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; 3];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part =
            parts.next().filter(|part| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn t15_what_is_a_time_and_what_is_none() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2026-11-28T12:34:56Z", Some(1_795_869_296)),
            ("2026-11-28T12:34:56.789Z", Some(1_795_869_296)),
            ("2026-11-28T12:34:56.123456789012345678901234567890Z", Some(1_795_869_296)),
            ("\n 2026-11-28T12:34:56Z ", Some(1_795_869_296)),
            ("2024-02-29T23:59:59Z", Some(1_709_251_199)),
            ("2000-02-29T00:00:00Z", Some(951_782_400)),
            ("1969-12-31T23:59:59Z", Some(-1)),
            ("9999-12-31T23:59:59Z", Some(253_402_300_799)),
            ("0001-01-01T00:00:00Z", Some(-62_135_596_800)),
            // No such moment.
            ("2026-02-29T00:00:00Z", None),
            ("1900-02-29T00:00:00Z", None),
            ("2026-04-31T00:00:00Z", None),
            ("2026-13-01T00:00:00Z", None),
            ("2026-00-10T00:00:00Z", None),
            ("2026-01-00T00:00:00Z", None),
            ("2026-01-01T24:00:00Z", None),
            ("2026-01-01T23:60:00Z", None),
            ("2016-12-31T23:59:60Z", None),
            ("0000-01-01T00:00:00Z", None),
            // No UTC, or no time.
            ("2026-11-28T12:34:56", None),
            ("2026-11-28T12:34:56+00:00", None),
            ("2026-11-28T12:34:56+02:00", None),
            ("2026-11-28T12:34:56z", None),
            ("2026-11-28 12:34:56Z", None),
            ("2026-11-28T12:34Z", None),
            ("2026-11-28Z", None),
            ("2026-11-28T12:34:56.Z", None),
            ("2026-11-28T12:34:56.1.2Z", None),
            ("2026-11-28T12:34:56,5Z", None),
            ("-2026-11-28T12:34:56Z", None),
            ("12026-11-28T12:34:56Z", None),
            ("+026-11-28T12:34:56Z", None),
            ("2026-11-28T12:34:5６Z", None),
            ("20261128T123456Z", None),
            ("", None),
            ("Z", None),
            ("TZ", None),
        ] {
            assert_eq!(parse(text), seconds, "{text:?}");
        }
    }

    #[test]
    fn times_that_no_year_has_are_written_as_the_nearest() {
        assert_eq!(format(i64::MAX), "9999-12-31T23:59:59Z");
        assert_eq!(format(i64::MIN), "0001-01-01T00:00:00Z");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(seconds in -62_135_596_800i64..=253_402_300_799) {
            prop_assert_eq!(parse(&format(seconds)), Some(seconds));
        }
    }
}
