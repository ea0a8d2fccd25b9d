//! How a request names a member.

use foundation::id::MemberId;
use schemars::JsonSchema;
use serde::Deserialize;

/// A member: the id or the external id.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct MemberRef(pub(crate) String);

impl MemberRef {
    /// The id, when it is one.
    pub(crate) fn id(&self) -> Option<MemberId> {
        MemberId::parse(&self.0)
    }
}
