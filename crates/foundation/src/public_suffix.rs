//! The Public Suffix List (publicsuffix.org). It is code, of which every crate that asks it would get all.

/// The part of a name that somebody has registered: `acme.co.uk` of `www.acme.co.uk`. None of `com`, `co.uk` and `github.io`.
pub fn registrable(name: &str) -> Option<&str> {
    psl::domain_str(name)
}
