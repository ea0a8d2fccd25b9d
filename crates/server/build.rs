//! Finds the pages of the documentation, in the order in which `docs/README.md` lists them, so that they can be embedded.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("../..").canonicalize()?;
    let docs = root.join("docs");
    println!("cargo::rerun-if-changed={}", docs.join("README.md").display());
    println!("cargo::rerun-if-changed={}", docs.join("images").display());
    let mut pages = String::new();
    let mut group = String::new();
    for line in fs::read_to_string(docs.join("README.md"))?.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            heading.clone_into(&mut group);
        } else if let Some((label, target)) = listed(line) {
            let file = docs.join(target);
            let text = fs::read_to_string(&file).map_err(|e| io::Error::other(format!("{target}: {e}")))?;
            let title = text.lines().next().and_then(|line| line.strip_prefix("# "));
            let title = title.ok_or_else(|| io::Error::other(format!("{target} does not begin with its title")))?;
            let name = Path::new(target).file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
            let file = file.canonicalize()?;
            println!("cargo::rerun-if-changed={}", file.display());
            writeln!(
                pages,
                "    Source {{ name: {name:?}, group: {group:?}, label: {label:?}, title: {title:?}, text: include_str!({file:?}) }},"
            )
            .map_err(io::Error::other)?;
        }
    }
    let mut images = String::new();
    let mut files: Vec<_> =
        fs::read_dir(docs.join("images"))?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    files.sort();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        writeln!(images, "    ({name:?}, include_bytes!({file:?})),").map_err(io::Error::other)?;
    }
    let written = format!(
        "pub(super) const PAGES: &[Source] = &[\n{pages}];\n\npub(super) const IMAGES: &[(&str, &[u8])] = &[\n{images}];\n"
    );
    fs::write(Path::new(&env::var("OUT_DIR").map_err(io::Error::other)?).join("docs.rs"), written)
}

/// The label and the file of a page in a line of the list.
fn listed(line: &str) -> Option<(&str, &str)> {
    let (label, rest) = line.strip_prefix("- [")?.split_once("](")?;
    let (target, _) = rest.split_once(')')?;
    target.ends_with(".md").then_some((label, target))
}
