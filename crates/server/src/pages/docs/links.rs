//! Where links lead: in the repository from file to file, on a server from page to page.

use super::source::PAGES;

/// The address on this server of what a link in the file `from` leads to; `None` for what only the repository has.
pub(super) fn address(link: &str, from: &str) -> Option<String> {
    if link.starts_with('#') || link.contains("://") || link.starts_with("mailto:") {
        return Some(link.to_owned());
    }
    let (path, anchor) = link.split_at(link.find('#').unwrap_or(link.len()));
    let mut parts: Vec<_> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            ".." => _ = parts.pop(),
            "." => (),
            part => parts.push(part),
        }
    }
    let page = match parts.as_slice() {
        ["docs", "README.md"] => "/docs".to_owned(),
        ["docs", "openapi.json"] => "/openapi.json".to_owned(),
        ["docs", "images", name] => format!("/docs/images/{name}"),
        ["README.md"] | ["docs", _] => {
            let name = parts.last()?.strip_suffix(".md")?.to_lowercase();
            PAGES.iter().find(|page| page.name == name).map(|page| format!("/docs/{}", page.name))?
        }
        _ => return None,
    };
    Some(page + anchor)
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn links_between_files_lead_from_page_to_page() {
        let cases = [
            ("rbac.md", "docs/page.md", Some("/docs/rbac")),
            ("rbac.md#acting-as-a-member", "docs/page.md", Some("/docs/rbac#acting-as-a-member")),
            ("docs/rbac.md#x", "README.md", Some("/docs/rbac#x")),
            ("../README.md#configuration", "docs/page.md", Some("/docs/readme#configuration")),
            ("README.md", "docs/page.md", Some("/docs")),
            ("docs/README.md", "README.md", Some("/docs")),
            ("openapi.json", "docs/page.md", Some("/openapi.json")),
            ("images/login.png", "docs/page.md", Some("/docs/images/login.png")),
            ("#here", "docs/page.md", Some("#here")),
            ("https://example.com/x.md", "docs/page.md", Some("https://example.com/x.md")),
            ("../SECURITY.md", "docs/page.md", None),
            ("../bench/README.md", "docs/page.md", None),
            ("nobody.md", "docs/page.md", None),
        ];
        for (link, from, expected) in cases {
            assert_eq!(address(link, from).as_deref(), expected, "{link} from {from}");
        }
    }
}
