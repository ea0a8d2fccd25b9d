//! The sources of all crates.

use regex::Regex;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of all crates.
pub(crate) fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every crate, by its folder.
pub(crate) fn every_crate() -> Vec<PathBuf> {
    let folders = fs::read_dir(crates()).unwrap().map(|entry| entry.unwrap().path());
    let found: Vec<_> = folders.filter(|path| path.join("src").is_dir()).collect();
    assert!(found.len() > 5, "the crates were not found");
    found
}

/// Every source file with its text.
pub(crate) fn sources() -> Vec<(PathBuf, String)> {
    fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => walk(&path, found),
                false => found.push(path),
            }
        }
    }
    let mut paths = Vec::new();
    every_crate().iter().for_each(|folder| walk(&folder.join("src"), &mut paths));
    paths.retain(|path| path.extension().is_some_and(|e| e == "rs"));
    assert!(paths.len() > 150, "the sources were not found");
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// Whether a file is of the crate in this folder.
pub(crate) fn is_of(path: &Path, folder: &str) -> bool {
    path.starts_with(crates().join(folder))
}

/// Whether a file holds tests only.
pub(crate) fn is_test(path: &Path) -> bool {
    path.file_stem().is_some_and(|name| name.to_string_lossy().ends_with("tests"))
}

/// The part of a file that is not its tests.
pub(crate) fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap()
}

const STATEMENT: &str = r#""((?:SELECT|INSERT|UPDATE|DELETE)\s[^"]*)""#;

/// Every fixed statement of the stores, with where it stands.
pub(crate) fn statements() -> Vec<(PathBuf, String)> {
    let statement = Regex::new(STATEMENT).unwrap();
    let mut found = Vec::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| !is_test(path)) {
        for capture in statement.captures_iter(without_tests(&text)) {
            let joined = capture[1].split_whitespace().collect::<Vec<_>>().join(" ");
            if joined.contains(' ') && !joined.contains('{') {
                found.push((path.clone(), joined));
            }
        }
    }
    assert!(found.len() > 80, "the statements were not found");
    found
}
