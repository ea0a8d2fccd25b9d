//! The subject of a token: who is meant, for the provider that says so (OpenID Connect Core, section 2).

use crate::object::Object;
use serde_json::Value;

/// How long it may be, in bytes.
pub(crate) const LONGEST: usize = 255;

/// The claim `sub`, if it is a text of 1 to 255 bytes without control characters.
pub(crate) fn of(claims: &Object) -> Option<&str> {
    let subject = claims.get("sub").and_then(Value::as_str)?;
    let fits = (1..=LONGEST).contains(&subject.len()) && !subject.chars().any(char::is_control);
    fits.then_some(subject)
}
