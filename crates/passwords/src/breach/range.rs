//! The question to the public service, which is told no more than the first five of 40 digits of the hash (k-anonymity).

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// A password's question.
pub struct Range {
    digits: String,
}

/// How many digits the service is told.
const TOLD: usize = 5;

impl Range {
    /// The question for a password.
    pub fn of(password: &str) -> Self {
        let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
        Self { digits: digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect() }
    }

    /// What the service is asked for: `GET /range/` with this behind it.
    pub fn prefix(&self) -> &str {
        &self.digits[..TOLD]
    }

    /// How often the password was seen, by what the service answered: lines of the other 35 digits, a colon, and a number. It
    /// adds made-up ones that were seen 0 times, if it is asked to (`Add-Padding: true`).
    pub fn count_in(&self, answer: &str) -> u64 {
        let of = |line: &str| {
            let (digits, count) = line.trim().split_once(':')?;
            digits.eq_ignore_ascii_case(&self.digits[TOLD..]).then(|| count.trim().parse().ok()).flatten()
        };
        answer.lines().find_map(of).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_five_digits_and_finds_the_others() {
        let range = Range::of("password");
        assert_eq!(range.prefix(), "5BAA6");
        let answer = "0018A45C4D1DEF81644B54AB7F969B88D65:1\r\n1E4C9B93F3F0682250B6CF8331B7EE68FD8:10434004\r\n";
        assert_eq!(range.count_in(answer), 10_434_004);
        assert_eq!(range.count_in(&answer.to_lowercase()), 10_434_004);
        assert_eq!(range.count_in("1E4C9B93F3F0682250B6CF8331B7EE68FD8:0"), 0);
        for odd in ["", "\n:", "1E4C9B93F3F0682250B6CF8331B7EE68FD8", "1E4C9B93F3F0682250B6CF8331B7EE68FD8:many"] {
            assert_eq!(range.count_in(odd), 0, "{odd:?}");
        }
    }
}
