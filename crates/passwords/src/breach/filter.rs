//! Asking a filter file.

use super::bits::Reader;
use super::hash;
use super::header::{CHECKSUM, Header, LENGTH, Malformed};
use aws_lc_rs::digest::{Context, SHA256};
use std::fs::File;
use std::io::{Error, ErrorKind};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

/// How long a bucket may be, in bytes: far more than any can be.
const MAX_BUCKET: u64 = 1 << 20;
/// How much is read at once for the checksum.
const CHUNK: usize = 1 << 20;

/// A filter file that is open. Reading it does not change it, so threads may share it.
#[derive(Debug)]
pub struct Filter {
    file: File,
    header: Header,
    path: PathBuf,
}

/// What is wrong with a filter file.
#[derive(Debug, thiserror::Error)]
pub enum FilterError {
    /// It cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: Error,
    },
    /// It is no filter, or not whole.
    #[error("{}: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl Filter {
    /// Opens a file and checks its beginning and its length.
    ///
    /// # Errors
    /// If it cannot be read, is no filter, or was cut off.
    pub fn open(path: &Path) -> Result<Self, FilterError> {
        let read = |source| FilterError::Read { path: path.to_owned(), source };
        let malformed = |reason| FilterError::Malformed { path: path.to_owned(), reason };
        let file = File::open(path).map_err(read)?;
        let length = file.metadata().map_err(read)?.len();
        let mut bytes = [0; LENGTH];
        if length < LENGTH as u64 {
            return Err(malformed(Malformed::Magic.to_string()));
        }
        file.read_exact_at(&mut bytes, 0).map_err(read)?;
        let header = Header::read(&bytes).map_err(|reason| malformed(reason.to_string()))?;
        if header.length != length {
            return Err(malformed(format!("it has {length} bytes and should have {}: copy it again", header.length)));
        }
        Ok(Self { file, header, path: path.to_owned() })
    }

    /// How many hashes it has.
    pub fn hashes(&self) -> u64 {
        self.header.hashes
    }

    /// How often a password had to be seen to be in it.
    pub fn at_least(&self) -> u32 {
        self.header.at_least
    }

    /// Which part of other passwords it takes for known ones.
    pub fn false_positives(&self) -> f64 {
        let all = 2_f64.powi((self.header.prefix_bits + self.header.suffix_bits) as i32);
        self.header.hashes as f64 / all
    }

    /// Whether a password is known. Reads from the disk.
    ///
    /// # Errors
    /// If the file cannot be read, or is damaged there.
    pub fn contains(&self, password: &str) -> Result<bool, FilterError> {
        self.has(hash(password))
    }

    pub(super) fn has(&self, hash: u64) -> Result<bool, FilterError> {
        let (bucket, wanted) = self.header.split(hash);
        let mut place = [0; 16];
        self.read(&mut place, LENGTH as u64 + bucket * 8)?;
        let (start, end) = place.split_at(8);
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte));
        let (start, end) = (number(start), number(end));
        if start > end || end - start > MAX_BUCKET || end > self.header.length - self.header.body() {
            return Err(self.damaged());
        }
        let mut bytes = vec![0; (end - start) as usize];
        self.read(&mut bytes, self.header.body() + start)?;
        let Some((count, codes)) = bytes.split_first_chunk() else { return Ok(false) };
        let (mut codes, mut value) = (Reader::new(codes), 0_u64);
        for _ in 0..u16::from_le_bytes(*count) {
            let distance = codes.number(self.header.parameter).ok_or_else(|| self.damaged())?;
            value = value.checked_add(distance).ok_or_else(|| self.damaged())?;
            if value >= wanted {
                return Ok(value == wanted);
            }
        }
        Ok(false)
    }

    /// Reads all of the file and compares its checksum, which takes as long as reading it does.
    ///
    /// # Errors
    /// If the file cannot be read or is damaged.
    pub fn verify(&self) -> Result<(), FilterError> {
        let checksum = checksum(&self.file, self.header.length)
            .map_err(|source| FilterError::Read { path: self.path.clone(), source })?;
        if checksum == self.header.checksum { Ok(()) } else { Err(self.damaged()) }
    }

    fn read(&self, bytes: &mut [u8], at: u64) -> Result<(), FilterError> {
        self.file.read_exact_at(bytes, at).map_err(|source| match source.kind() {
            ErrorKind::UnexpectedEof => self.damaged(),
            _ => FilterError::Read { path: self.path.clone(), source },
        })
    }

    fn damaged(&self) -> FilterError {
        FilterError::Malformed { path: self.path.clone(), reason: "it is damaged: copy or build it anew".into() }
    }
}

/// The checksum of all that follows the header.
pub(super) fn checksum(file: &File, length: u64) -> Result<[u8; CHECKSUM], Error> {
    let (mut context, mut at, mut chunk) = (Context::new(&SHA256), LENGTH as u64, vec![0; CHUNK]);
    while at < length {
        let size = (length - at).min(CHUNK as u64);
        let part = &mut chunk[..size as usize];
        file.read_exact_at(part, at)?;
        context.update(part);
        at += size;
    }
    let mut checksum = [0; CHECKSUM];
    checksum.copy_from_slice(&context.finish().as_ref()[..CHECKSUM]);
    Ok(checksum)
}
