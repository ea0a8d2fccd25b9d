//! The end of every way of showing an address to be one's own for discovery.

use super::{DiscoveredOrganization, open_to};
use crate::cookies;
use crate::login::IntermediateSession;
use database::{Timestamp, Tx};
use foundation::audit::{self, Change, Whose};
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{Error, Result};
use frame::{Cookie, Jar, WithCookies};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

/// What the address opens, and the intermediate session that opens it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Discovered {
    /// What this proof is shown by for ten minutes: to list, enter or create organizations.
    intermediate_session_token: String,
    /// When `intermediate_session_token` ends (RFC 3339); `null` when there is none.
    #[serde(with = "foundation::time")]
    #[schemars(with = "String")]
    intermediate_session_token_expires_at: Timestamp,
    /// The address that was proven.
    email_address: EmailAddress,
    /// The organizations that are open to the person: as a member, with an invitation, or by the domain of the address.
    discovered_organizations: Vec<DiscoveredOrganization>,
}

/// Shows what an intermediate session opens that has just begun with a proof of its address, or with the password that the
/// address has everywhere, and tells the audit log of it.
pub(crate) fn discovered(
    tx: &mut Tx,
    cx: &Cx,
    event: &'static str,
    intermediate: IntermediateSession,
) -> Result<Discovered> {
    let open = open_to(tx, cx, &intermediate)?;
    let discovered_organizations = open.ok_or_else(|| Error::internal("nothing shows whose the address is"))?;
    let change = Change::created(&json!({ "authentication_factors": intermediate.factors }));
    audit::record(tx, cx, event, Whose::Project, &cx.project().id, change)?;
    Ok(Discovered {
        intermediate_session_token: intermediate.token.to_text(),
        intermediate_session_token_expires_at: intermediate.expires_at,
        email_address: intermediate.email,
        discovered_organizations,
    })
}

impl Discovered {
    /// The same, as an endpoint answers it.
    pub(crate) fn answer(self) -> WithCookies<Self> {
        WithCookies { output: self, take: Self::take_token }
    }

    /// The token, for a cookie.
    pub(crate) fn take_token(&mut self, jar: &Jar, now: Timestamp) -> Vec<Cookie> {
        let token = std::mem::take(&mut self.intermediate_session_token);
        cookies::of_login(jar, token, self.intermediate_session_token_expires_at, now)
    }
}
