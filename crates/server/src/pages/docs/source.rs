//! What is embedded.

use serde::Serialize;
use serde_json::{Value, json};

include!(concat!(env!("OUT_DIR"), "/docs.rs"));

/// The list that all of it is in the order of.
pub(super) const INDEX: &str = include_str!("../../../../../docs/README.md");

/// A page as it is written.
pub(super) struct Source {
    /// What it is called in its address.
    pub(super) name: &'static str,
    group: &'static str,
    /// What it is called in the list.
    label: &'static str,
    pub(super) title: &'static str,
    pub(super) text: &'static str,
}

/// A link to a page.
#[derive(Serialize)]
pub(super) struct Link {
    name: &'static str,
    label: &'static str,
}

impl Source {
    /// Where the file is in the repository, which is what its links go from.
    pub(super) fn path(&self) -> &'static str {
        if self.name == "readme" { "README.md" } else { "docs/page.md" }
    }

    pub(super) fn link(&self) -> Link {
        Link { name: self.name, label: self.label }
    }
}

/// All pages by group, for the navigation.
pub(super) fn groups() -> Value {
    let groups = PAGES.chunk_by(|one, other| one.group == other.group);
    groups
        .map(|pages| json!({ "name": pages[0].group, "pages": pages.iter().map(Source::link).collect::<Vec<_>>() }))
        .collect()
}
