//! Which passwords are known from breaches: from a list that is compiled in, from a filter file, or from a service that is
//! told the beginning of a hash.
//!
//! # The filter file
//! It is made of the public corpus of SHA-1 hashes ([`build()`]) and is read where it is, two short reads a question, so it may
//! be larger than memory. It says "known" of every password in the corpus and, by mistake, of a small part of all others.
//!
//! Hashes are spread evenly, so those that begin with the same bits are few and much the same number. Such a *bucket* of a
//! hundred or two is written as the distances between the bits that follow, in a code of Golomb and Rice, which is near the fewest
//! bits that can say it. All numbers are little-endian:
//!
//! | bytes | |
//! |---|---|
//! | 0 | `GHBREACH` |
//! | 8 | version, 1, in four bytes |
//! | 12 | how many bits choose the bucket (p), how many follow (q), the parameter of the code (r), a zero |
//! | 16 | how many hashes there are |
//! | 24 | how long the file is |
//! | 32 | how often a password had to be seen to be taken, in four bytes, and four zeros |
//! | 40 | the first 16 bytes of the SHA-256 of all that follows the header |
//! | 56 | the first 8 bytes of the SHA-256 of the header until here |
//! | 64 | where each of the 2^p buckets begins, from the end of this table on, and where the last one ends: 8 bytes each |
//! | … | the buckets: how many hashes in two bytes, then their distances, the first from 0. A distance is its quotient by 2^r as that many ones and a zero, then the remainder in r bits, the lowest bit first. Buckets begin with a byte |

mod bits;
mod build;
mod common;
mod filter;
mod header;
mod range;

#[cfg(test)]
mod tests;

pub use build::{BITS, BuildError, Options, Summary, build};
pub use common::is_common;
pub use filter::{Filter, FilterError};
pub use header::Malformed;
pub use range::Range;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// The first 64 bits of the hash of the corpus: SHA-1 of the password as it was typed.
fn hash(password: &str) -> u64 {
    let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    digest.as_ref().iter().take(8).fold(0, |value, byte| value << 8 | u64::from(*byte))
}
