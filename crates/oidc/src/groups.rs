//! The groups of whoever has logged in.

use crate::object::{Object, present};
use crate::seen::Seen;
use serde_json::Value;

/// What the claims say about groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Groups {
    /// Nothing. That is not the same as to be in none.
    Unsaid,
    /// The person is in these. A group is spelled as the provider spells it.
    Listed(Vec<String>),
    /// They are in too many to be listed, and Microsoft Entra says where to ask (`_claim_names`), which is not done.
    TooMany,
}

/// The claim is no list of groups.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the groups in the claim {claim} are {seen}, not a list of texts")]
pub struct NotAList {
    /// The name of the claim.
    pub claim: Seen,
    /// What it says.
    pub seen: Seen,
}

/// Reads the claim of this name. Some providers write the only group of a list as a text (AD FS).
pub(crate) fn of(claims: &Object, claim: &str) -> Result<Groups, NotAList> {
    let Some(value) = present(claims, claim) else {
        let elsewhere =
            claims.get("_claim_names").and_then(Value::as_object).is_some_and(|names| names.contains_key(claim));
        return Ok(if elsewhere { Groups::TooMany } else { Groups::Unsaid });
    };
    let groups: Option<Vec<String>> = match value {
        Value::String(group) => Some(vec![group.clone()]),
        Value::Array(groups) => groups.iter().map(|group| group.as_str().map(str::to_owned)).collect(),
        _ => None,
    };
    groups.map(Groups::Listed).ok_or_else(|| NotAList { claim: Seen::text(claim), seen: Seen::value(Some(value)) })
}
