//! Passwords: how they are hashed, whose foreign hashes are understood, how strong they are, which of them are known.
//!
//! Pure: no clock, no network, and no file but that of a breach filter. What is slow here takes as long as it takes and as
//! much memory as it says; whoever calls bounds both.
//!
//! # What is hashed
//! A rule that can never be changed, because no hash can be made again without its password (threat T-43):
//!
//! * A password has 1 to [`MAX_BYTES`] bytes of UTF-8 and no null character. All else is allowed. It is never cut off.
//! * We hash what RFC 8265 (`OpaqueString`) makes of it: every space of Unicode becomes the ASCII space, then normalization
//!   form C. So the same characters, typed on another keyboard or another system, are the same password; capitals,
//!   compatibility forms (`ﬁ`, full-width letters) and spaces at the ends all count. Characters that the RFC disallows are
//!   kept: which they are changes with the version of Unicode.
//! * Hashes that other programs made are verified over the bytes as they were typed, because that is what those hashed.
//!   Once one was verified, the password is hashed by the rule above.

mod argon;
pub mod breach;
pub mod foreign;
mod hash;
mod prepared;
pub mod strength;

pub use argon::Parameters;
pub use hash::{HashError, PasswordHash, Unreadable, hash};
pub use prepared::{MAX_BYTES, Unusable, check};
