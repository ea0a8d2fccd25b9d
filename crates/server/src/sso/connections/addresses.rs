//! Addresses of identity providers.

use foundation::cx::Cx;
use foundation::id::Environment;
use oidc::endpoint::{self, BadUrl};

/// Checks the address of something at an identity provider. Without TLS only this machine itself may be meant, and only while
/// trying things out, in a test project.
///
/// # Errors
/// Why it is none.
pub(super) fn check(cx: &Cx, address: &str) -> Result<(), BadUrl> {
    let url = endpoint::check(address)?;
    let is_secure = url.scheme() == "https" || cx.project().environment == Environment::Test;
    if is_secure { Ok(()) } else { Err(BadUrl::NotSecure) }
}

/// Whether it goes without TLS.
pub(super) fn is_plain(address: &str) -> bool {
    !address.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"))
}
