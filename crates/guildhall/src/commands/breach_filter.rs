//! `guildhall breach-filter`

use super::print;
use crate::command_line::number;
use crate::whole_file;
use clap::{Args, Subcommand};
use passwords::breach::{BITS, Filter, Options, Summary, build};
use std::fs::{File, OpenOptions};
use std::io::BufReader;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// The file of passwords that are known from breaches.
#[derive(Subcommand)]
pub(crate) enum BreachFilter {
    /// Build one of the public corpus.
    Build(Build),
    /// Check that one is whole.
    Check(Check),
}

/// Builds a filter of a file with lines of SHA-1:COUNT, sorted by hash.
#[derive(Args)]
pub(crate) struct Build {
    /// The file of hashes; it is read twice
    source: PathBuf,
    /// The filter; one that is there is replaced
    filter: PathBuf,
    /// Take only passwords that were seen so often
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = number::<u32>(0..))]
    at_least: u32,
    /// Take one of 2^BITS other passwords for a known one, at most; each bit is a bit more for each hash
    #[arg(long, default_value_t = 16, value_parser = number::<u32>(i64::from(*BITS.start())..=i64::from(*BITS.end())))]
    bits: u32,
}

/// Reads all of a filter and compares its checksum.
#[derive(Args)]
pub(crate) struct Check {
    /// The filter
    filter: PathBuf,
}

impl BreachFilter {
    pub(crate) fn run(self) -> Result<(), String> {
        match self {
            Self::Build(build) => build.run(),
            Self::Check(check) => check.run(),
        }
    }
}

impl Build {
    fn run(self) -> Result<(), String> {
        let says = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let open = || File::open(&self.source).map(|file| BufReader::with_capacity(1 << 20, file));
        // Before anything is made.
        open().map_err(|error| says(&self.source, &error))?;
        let draft = self.filter.with_extension("part");
        let file = create(&draft).map_err(|error| says(&draft, &error))?;
        let options = Options { at_least: self.at_least, bits: self.bits };
        let built = build(open, &file, &options).map_err(|error| says(&self.source, &error));
        let built = built.and_then(|summary| {
            whole_file::rename(&draft, &self.filter).map_err(|error| says(&self.filter, &error))?;
            Ok(summary)
        });
        let Summary { lines, hashes, .. } = built.inspect_err(|_| drop(std::fs::remove_file(&draft)))?;
        print(&format!("{hashes} of {lines} hashes"));
        describe(&self.filter)
    }
}

impl Check {
    fn run(self) -> Result<(), String> {
        Filter::open(&self.filter).and_then(|filter| filter.verify()).map_err(|error| error.to_string())?;
        describe(&self.filter)
    }
}

/// Begins a file that everybody may read: there is nothing secret in it, and the server runs as somebody else.
fn create(draft: &Path) -> std::io::Result<File> {
    // Of a process that was killed in the middle.
    let _ = std::fs::remove_file(draft);
    OpenOptions::new().create_new(true).read(true).write(true).mode(0o644).open(draft)
}

fn describe(path: &Path) -> Result<(), String> {
    let filter = Filter::open(path).map_err(|error| error.to_string())?;
    let mebibytes = std::fs::metadata(path).map_err(|error| error.to_string())?.len() as f64 / f64::from(1 << 20);
    print(&format!(
        "{}: {} hashes of passwords that were seen {} times or more, {mebibytes:.1} MiB",
        path.display(),
        filter.hashes(),
        filter.at_least()
    ));
    if filter.hashes() > 0 {
        print(&format!("one in {:.0} other passwords is taken for one of them", 1.0 / filter.false_positives()));
    }
    Ok(())
}
