//! The codes of authenticator apps: RFC 6238 with SHA-1, six digits and steps of 30 seconds, which is what every app does,
//! whatever else it is told.

use aws_lc_rs::hmac;
use database::Timestamp;
use foundation::keys::equal;

/// Microseconds that a code lasts.
const STEP: i64 = 30_000_000;
/// Steps before and after the present one whose codes are accepted too: clocks differ, and people type slowly.
const DRIFT: i64 = 1;

/// Six digits that somebody typed.
pub(super) struct Code([u8; 6]);

impl Code {
    /// Reads one. Apps show it in two groups, and people type what they see.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b' ').collect();
        let digits: [u8; 6] = digits.try_into().ok()?;
        digits.iter().all(u8::is_ascii_digit).then_some(Self(digits))
    }
}

/// What is said of a code.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is the code of this step, which is newer than any that was accepted.
    Right(i64),
    /// It was right once: a code of its step, or of a later one, was accepted before (threat T-42).
    Used,
    Wrong,
}

/// Judges a code. Every step is computed and compared, so that the time it takes tells nothing.
pub(super) fn check(secret: &[u8], code: &Code, now: Timestamp, last_step: i64) -> Verdict {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let present = now.0.div_euclid(STEP);
    let mut matching = None;
    for step in present - DRIFT..=present + DRIFT {
        if equal(&code_of(&key, step), &code.0) {
            matching = Some(step);
        }
    }
    match matching {
        Some(step) if step > last_step => Verdict::Right(step),
        Some(_) => Verdict::Used,
        None => Verdict::Wrong,
    }
}

/// The code of a step (RFC 4226, section 5.3).
fn code_of(key: &hmac::Key, step: i64) -> [u8; 6] {
    let tag = hmac::sign(key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag.last().copied().unwrap_or_default() & 0xf);
    let four = tag.get(offset..).and_then(|rest| rest.first_chunk::<4>()).copied().unwrap_or_default();
    let mut number = u32::from_be_bytes(four) & 0x7fff_ffff;
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use foundation::time::from_seconds;

    const SECRET: &[u8] = b"12345678901234567890";
    const NEVER: i64 = -1;

    fn verdict(code: &str, seconds: i64, last_step: i64) -> Verdict {
        check(SECRET, &Code::parse(code).unwrap(), from_seconds(seconds), last_step)
    }

    /// RFC 6238, appendix B: the last six of its eight digits.
    #[test]
    fn agrees_with_the_standard() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(verdict(code, seconds, NEVER), Verdict::Right(seconds / 30), "{seconds}");
        }
    }

    /// T-42: a minute and a half at most, whichever way the clocks differ.
    #[test]
    fn t42_drift_is_bounded() {
        let (first, last) = (1_234_567_890 / 30 * 30 - 30, 1_234_567_890 / 30 * 30 + 59);
        for (seconds, right) in [(first - 1, false), (first, true), (last, true), (last + 1, false)] {
            assert_eq!(verdict("005924", seconds, NEVER) != Verdict::Wrong, right, "{seconds}");
        }
    }

    #[test]
    fn t42_no_code_is_accepted_twice() {
        let step = 1_234_567_890 / 30;
        assert_eq!(verdict("005924", 1_234_567_890, step - 1), Verdict::Right(step));
        assert_eq!(verdict("005924", 1_234_567_890, step), Verdict::Used);
        // Nor one from before the last, as after the clock was set back.
        assert_eq!(verdict("005924", 1_234_567_890, step + 5), Verdict::Used);
        assert_eq!(verdict("005925", 1_234_567_890, step), Verdict::Wrong);
    }

    #[test]
    fn codes_are_six_digits() {
        assert!(["005924", "005 924", " 005924 "].iter().all(|text| Code::parse(text).is_some()));
        for text in ["", "00592", "0059244", "00592x", "٠٠٥٩٢٤", "005-924", "+05924"] {
            assert!(Code::parse(text).is_none(), "{text:?}");
        }
    }
}
