//! Custom claims: what the app adds to its sessions and their JWTs.

use foundation::error::{ApiError, Result};
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

/// Claims by name.
pub(crate) type CustomClaims = Map<String, Value>;

const MAX_BYTES: usize = 4096;
/// Registered claims (RFC 7519, section 4.1); they are ours.
const RESERVED: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];
const OURS: &str = "https://stytch.com/";

/// What the API description says of claims in a request.
pub(super) fn schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["object", "null"],
        "additionalProperties": true,
        "propertyNames": { "not": { "pattern": format!("^{OURS}") } },
        "description": format!(
            "What the app puts into the session and its JWTs. It is merged at every level; `null` removes a claim. At most {MAX_BYTES} bytes of JSON may remain. {} are ignored.",
            RESERVED.map(|name| format!("`{name}`")).join(", "),
        ),
    })
}

/// Claims of a request, without those that are ignored.
///
/// # Errors
/// When a name begins like our own claims.
pub(crate) fn check(mut claims: CustomClaims) -> Result<CustomClaims> {
    if claims.keys().any(|name| name.starts_with(OURS)) {
        return Err(ApiError::StytchClaimsInCustomClaims.into());
    }
    claims.retain(|name, _| !RESERVED.contains(&name.as_str()));
    Ok(claims)
}

/// Merges an update, at every level of nesting: `null` removes a claim.
///
/// # Errors
/// When the result takes more than 4 KB.
pub(super) fn merge(current: &CustomClaims, update: Option<CustomClaims>) -> Result<CustomClaims> {
    let mut merged = current.clone();
    merge_into(&mut merged, update.unwrap_or_default());
    let bytes = serde_json::to_vec(&merged).map_or(usize::MAX, |json| json.len());
    if bytes > MAX_BYTES { Err(ApiError::CustomClaimsTooLarge.into()) } else { Ok(merged) }
}

fn merge_into(current: &mut CustomClaims, update: CustomClaims) {
    for (name, value) in update {
        match (current.get_mut(&name), value) {
            (_, Value::Null) => {
                current.remove(&name);
            }
            (Some(Value::Object(nested)), Value::Object(update)) => merge_into(nested, update),
            (_, Value::Object(update)) => {
                let mut fresh = CustomClaims::new();
                merge_into(&mut fresh, update);
                current.insert(name, Value::Object(fresh));
            }
            (_, value) => {
                current.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claims(value: Value) -> CustomClaims {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn merges_at_every_level() {
        let current = claims(json!({ "a": { "x": 1, "y": 2 }, "b": 1 }));
        let merged =
            merge(&current, Some(claims(json!({ "a": { "x": null, "z": 3 }, "b": null, "c": { "d": null } }))));
        assert_eq!(Value::Object(merged.unwrap()), json!({ "a": { "y": 2, "z": 3 }, "c": {} }));
    }

    #[test]
    fn reserved_names_are_dropped_and_ours_refused() {
        assert_eq!(check(claims(json!({ "iss": "x", "exp": 1, "k": 1 }))).unwrap(), claims(json!({ "k": 1 })));
        assert!(check(claims(json!({ "https://stytch.com/session": 1 }))).is_err());
        assert!(merge(&CustomClaims::new(), Some(claims(json!({ "k": "x".repeat(4096) })))).is_err());
    }
}
