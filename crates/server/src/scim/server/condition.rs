//! Versions, and requests on condition of one (RFC 7644, section 3.14; RFC 9110, section 13).

use foundation::error::{ApiError, Result};
use frame::{Head, Resource};

/// The version of a resource, as an ETag.
pub(super) fn etag(version: i64) -> String {
    format!("W/\"{version}\"")
}

/// Whether a resource may be changed at this version.
///
/// # Errors
/// `scim_version_mismatch` when the request is about another one.
pub(super) fn require_match(wanted: Option<&str>, version: i64) -> Result<()> {
    match wanted {
        Some(wanted) if !names(wanted, version) => Err(ApiError::ScimVersionMismatch.into()),
        _ => Ok(()),
    }
}

/// Whether whoever asks has this version already.
pub(super) fn has_it(head: &Head, version: i64) -> bool {
    head.header("if-none-match").is_some_and(|known| names(known, version))
}

/// What is answered to them.
pub(super) fn unchanged(version: i64) -> Resource {
    Resource { status: 304, body: None, location: None, etag: Some(etag(version)) }
}

/// The versions that a change is on condition of.
pub(super) fn wanted(head: &Head) -> Option<&str> {
    head.header("if-match")
}

/// Whether a list of ETags has this one. Versions count changes, so a strong tag of the same text means the same.
fn names(list: &str, version: i64) -> bool {
    let quoted = format!("\"{version}\"");
    list.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_versions() {
        for list in ["*", "W/\"7\"", "\"7\"", "W/\"6\", W/\"7\""] {
            assert!(names(list, 7), "{list}");
        }
        for list in ["", "W/\"77\"", "7", "w/\"7\""] {
            assert!(!names(list, 7), "{list}");
        }
    }
}
