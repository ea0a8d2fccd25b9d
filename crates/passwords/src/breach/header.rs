//! The first 64 bytes of a filter file.

use aws_lc_rs::digest::{SHA256, digest};

pub(super) const LENGTH: usize = 64;
pub(super) const MAGIC: &[u8; 8] = b"GHBREACH";
const VERSION: u32 = 1;
/// How long the checksum of all that follows is.
pub(super) const CHECKSUM: usize = 16;

/// What a filter is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// How many bits of a hash choose the bucket.
    pub(super) prefix_bits: u32,
    /// How many bits after them are kept.
    pub(super) suffix_bits: u32,
    /// Of the code.
    pub(super) parameter: u32,
    /// How many hashes there are.
    pub(super) hashes: u64,
    /// How long the file is.
    pub(super) length: u64,
    /// How often a password had to be seen.
    pub(super) at_least: u32,
    pub(super) checksum: [u8; CHECKSUM],
}

/// Why a file is no filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// It is something else.
    #[error("it is no breach filter")]
    Magic,
    /// It is of another version of this program.
    #[error("it is a breach filter of version {0}, and this program reads version {VERSION}: build it anew")]
    Version(u32),
    /// Its beginning is damaged.
    #[error("its beginning is damaged: build it anew")]
    Header,
}

impl Header {
    /// Where the buckets begin.
    pub(super) fn body(&self) -> u64 {
        LENGTH as u64 + ((1 << self.prefix_bits) + 1) * 8
    }

    /// The bucket of a hash, and the bits of it that are kept there.
    pub(super) fn split(&self, hash: u64) -> (u64, u64) {
        let both = hash >> (64 - self.prefix_bits - self.suffix_bits);
        (both >> self.suffix_bits, both & ((1 << self.suffix_bits) - 1))
    }

    pub(super) fn write(&self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12] = self.prefix_bits as u8;
        bytes[13] = self.suffix_bits as u8;
        bytes[14] = self.parameter as u8;
        bytes[16..24].copy_from_slice(&self.hashes.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.length.to_le_bytes());
        bytes[32..36].copy_from_slice(&self.at_least.to_le_bytes());
        bytes[40..56].copy_from_slice(&self.checksum);
        let own = own_checksum(&bytes);
        bytes[56..].copy_from_slice(&own);
        bytes
    }

    pub(super) fn read(bytes: &[u8; LENGTH]) -> Result<Self, Malformed> {
        let four = |at: usize| bytes.iter().skip(at).take(4).rev().fold(0, |value, byte| value << 8 | u32::from(*byte));
        let eight = |at: usize| u64::from(four(at + 4)) << 32 | u64::from(four(at));
        if !bytes.starts_with(MAGIC) {
            return Err(Malformed::Magic);
        }
        if four(8) != VERSION {
            return Err(Malformed::Version(four(8)));
        }
        let mut checksum = [0; CHECKSUM];
        checksum.copy_from_slice(&bytes[40..56]);
        let header = Self {
            prefix_bits: bytes[12].into(),
            suffix_bits: bytes[13].into(),
            parameter: bytes[14].into(),
            hashes: eight(16),
            length: eight(24),
            at_least: four(32),
            checksum,
        };
        let sound = header.prefix_bits <= 40
            && (1..=32).contains(&header.suffix_bits)
            && header.parameter <= header.suffix_bits
            && header.length >= header.body();
        if sound && bytes[56..] == own_checksum(bytes) { Ok(header) } else { Err(Malformed::Header) }
    }
}

fn own_checksum(bytes: &[u8; LENGTH]) -> [u8; 8] {
    let mut checksum = [0; 8];
    checksum.copy_from_slice(&digest(&SHA256, &bytes[..56]).as_ref()[..8]);
    checksum
}
