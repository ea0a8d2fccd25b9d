//! Codes that a person gets by message and types: six digits.

use crate::error::Result;
use crate::keys::random;

/// How many digits.
pub const DIGITS: usize = 6;
/// How many codes there are.
const CODES: u64 = 10_u64.pow(DIGITS as u32);

/// A new code, each as likely as another.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn draw() -> Result<String> {
    loop {
        let random = u64::from_be_bytes(random()?);
        // What is left over beyond whole rounds of codes would make some likelier.
        if random < u64::MAX - u64::MAX % CODES {
            return Ok(format!("{:0DIGITS$}", random % CODES));
        }
    }
}

/// Whether a text has the form of a code.
pub fn fits(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}
