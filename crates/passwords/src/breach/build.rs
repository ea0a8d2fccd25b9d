//! Making a filter file of the public corpus, in one bucket's memory.

use super::bits::Writer;
use super::filter::checksum;
use super::header::{CHECKSUM, Header, LENGTH};
use std::fs::File;
use std::io::{BufRead, BufWriter, Error, Write};
use std::ops::RangeInclusive;
use std::os::unix::fs::FileExt as _;

/// Which sizes there are: one in 2^bits of other passwords is taken for a known one, at most.
pub const BITS: RangeInclusive<u32> = 8..=24;
/// How many hashes a bucket has at most on average, as a power of two.
const BUCKET: u32 = 8;
/// How long a line may be, in bytes: 40 digits, a colon, a number.
const MAX_LINE: usize = 80;

/// What is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Only passwords that were seen so often, at least.
    pub at_least: u32,
    /// One of [`BITS`].
    pub bits: u32,
}

/// What was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Lines that were read.
    pub lines: u64,
    /// Hashes that are in the filter.
    pub hashes: u64,
    /// How long the file is.
    pub length: u64,
}

/// Why nothing was built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] Error),
    /// A line is not what it should be.
    #[error("line {line}: {what}")]
    Line {
        /// The first is 1.
        line: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// Hashes begin alike as those of a hash function never do.
    #[error("these are no SHA-1 hashes: too many begin alike")]
    Uneven,
    /// The source is another one the second time.
    #[error("the source has changed while it was read")]
    Changed,
    /// The options are out of range.
    #[error("bits are {} to {}", BITS.start(), BITS.end())]
    Bits,
}

/// Builds a filter into an empty file. The source is opened and read twice: first it is counted, and then it is written.
/// Its lines are `SHA-1 in hexadecimal:how often it was seen`, sorted, as the public corpus has them.
///
/// # Errors
/// If it cannot be read, is not sorted, or has something else in it; the file is then of no use.
pub fn build<Source: BufRead>(
    mut open: impl FnMut() -> Result<Source, Error>,
    file: &File,
    options: &Options,
) -> Result<Summary, BuildError> {
    if !BITS.contains(&options.bits) {
        return Err(BuildError::Bits);
    }
    let (mut hashes, mut lines) = (0_u64, 0);
    each(open()?, options.at_least, |_| {
        hashes += 1;
        Ok(())
    })
    .map(|read| lines = read)?;
    let mut header = header(hashes, options);
    let mut output = Output::new(file, header);
    let again = each(open()?, options.at_least, |hash| output.add(hash))?;
    if (again, output.added) != (lines, hashes) {
        return Err(BuildError::Changed);
    }
    (header.hashes, header.length) = output.finish()?;
    header.checksum = checksum(file, header.length)?;
    file.write_all_at(&header.write(), 0)?;
    file.sync_all()?;
    Ok(Summary { lines, hashes: header.hashes, length: header.length })
}

/// How the bits are divided, for so many hashes.
fn header(hashes: u64, options: &Options) -> Header {
    let prefix_bits = hashes.div_ceil(1 << BUCKET).next_power_of_two().ilog2();
    let suffix_bits = options.bits + BUCKET;
    // The mean distance, times ln 2, is the best divisor.
    let mean = 2_f64.powi((prefix_bits + suffix_bits) as i32) / hashes.max(1) as f64;
    let parameter = (mean * std::f64::consts::LN_2).log2().round().clamp(0.0, f64::from(suffix_bits)) as u32;
    let (length, checksum) = (0, [0; CHECKSUM]);
    Header { prefix_bits, suffix_bits, parameter, hashes, length, at_least: options.at_least, checksum }
}

/// Reads all lines, and gives those hashes on that were seen often enough. Says how many lines there were.
fn each(
    mut source: impl BufRead,
    at_least: u32,
    mut take: impl FnMut(u64) -> Result<(), BuildError>,
) -> Result<u64, BuildError> {
    let (mut line, mut number, mut last) = (Vec::new(), 0_u64, Vec::new());
    loop {
        line.clear();
        number += 1;
        if std::io::Read::take(&mut source, MAX_LINE as u64).read_until(b'\n', &mut line)? == 0 {
            return Ok(number - 1);
        }
        let wrong = |what| BuildError::Line { line: number, what };
        let text = line.trim_ascii_end();
        let (digits, rest) = text.split_at_checked(40).ok_or_else(|| wrong("it is no SHA-1 hash in hexadecimal"))?;
        let digits = digits.to_ascii_uppercase();
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(wrong("it is no SHA-1 hash in hexadecimal"));
        }
        if digits < last {
            return Err(wrong("it should stand before the one before it: sort the file by hash"));
        }
        let seen = match rest.split_first() {
            None => u64::MAX,
            Some((b':', count)) => std::str::from_utf8(count)
                .ok()
                .and_then(|count| count.trim().parse().ok())
                .ok_or_else(|| wrong("behind the colon there is a number"))?,
            Some(_) => return Err(wrong("behind the hash there is a colon and a number, or nothing")),
        };
        let first = std::str::from_utf8(&digits[..16]).ok().and_then(|digits| u64::from_str_radix(digits, 16).ok());
        let hash = first.ok_or_else(|| wrong("it is no SHA-1 hash in hexadecimal"))?;
        last = digits;
        if seen >= u64::from(at_least) {
            take(hash)?;
        }
    }
}

/// A file that is written at one place after the other.
struct Place<'a> {
    file: &'a File,
    at: u64,
}

impl Write for Place<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        let written = self.file.write_at(bytes, self.at)?;
        self.at += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

/// The table of buckets and the buckets, written side by side.
struct Output<'a> {
    header: Header,
    table: BufWriter<Place<'a>>,
    body: BufWriter<Place<'a>>,
    /// What the current bucket has.
    values: Vec<u64>,
    bucket: u64,
    /// How long the body is.
    length: u64,
    /// How many hashes were given, and how many of them are not the same in the bits that are kept.
    added: u64,
    written: u64,
}

impl<'a> Output<'a> {
    fn new(file: &'a File, header: Header) -> Self {
        let place = |at| BufWriter::with_capacity(1 << 16, Place { file, at });
        let (table, body) = (place(LENGTH as u64), place(header.body()));
        Self { header, table, body, values: Vec::new(), bucket: 0, length: 0, added: 0, written: 0 }
    }

    fn add(&mut self, hash: u64) -> Result<(), BuildError> {
        let (bucket, value) = self.header.split(hash);
        while self.bucket < bucket {
            self.close()?;
        }
        self.added += 1;
        if self.values.last() != Some(&value) {
            self.values.push(value);
        }
        if self.values.len() > usize::from(u16::MAX) { Err(BuildError::Uneven) } else { Ok(()) }
    }

    /// Ends the bucket.
    fn close(&mut self) -> Result<(), BuildError> {
        self.table.write_all(&self.length.to_le_bytes())?;
        let count = u16::try_from(self.values.len()).map_err(|_| BuildError::Uneven)?;
        let (mut codes, mut last) = (Writer::default(), 0);
        for value in self.values.drain(..) {
            codes.number(value - last, self.header.parameter);
            last = value;
        }
        let codes = codes.finish();
        self.body.write_all(&count.to_le_bytes())?;
        self.body.write_all(&codes)?;
        self.length += 2 + codes.len() as u64;
        self.written += u64::from(count);
        self.bucket += 1;
        Ok(())
    }

    /// Ends all. Says how many hashes there are and how long the file is.
    fn finish(mut self) -> Result<(u64, u64), BuildError> {
        while self.bucket < 1 << self.header.prefix_bits {
            self.close()?;
        }
        self.table.write_all(&self.length.to_le_bytes())?;
        self.table.flush()?;
        self.body.flush()?;
        Ok((self.written, self.header.body() + self.length))
    }
}
