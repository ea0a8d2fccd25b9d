//! The end of every way of proving an address for discovery.

use super::{DiscoveredOrganization, discover};
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
    intermediate_session_token: String,
    /// RFC 3339.
    #[serde(with = "foundation::time")]
    #[schemars(with = "String")]
    intermediate_session_token_expires_at: Timestamp,
    email_address: EmailAddress,
    discovered_organizations: Vec<DiscoveredOrganization>,
}

/// Shows what an intermediate session opens that has just begun with a proof of its address, and tells the audit log of it.
pub(crate) fn discovered(
    tx: &mut Tx,
    cx: &Cx,
    event: &'static str,
    intermediate: IntermediateSession,
) -> Result<WithCookies<Discovered>> {
    let proven = intermediate.proven_address().ok_or_else(|| Error::internal("nothing proves the address"))?;
    let discovered_organizations = discover(tx, cx, &proven, &intermediate.factors)?;
    let change = Change::created(&json!({ "authentication_factors": intermediate.factors }));
    audit::record(tx, cx, event, Whose::Project, &cx.project().id, change)?;
    let output = Discovered {
        intermediate_session_token: intermediate.token.to_text(),
        intermediate_session_token_expires_at: intermediate.expires_at,
        email_address: intermediate.email,
        discovered_organizations,
    };
    Ok(WithCookies { output, take: take_token })
}

fn take_token(discovered: &mut Discovered, jar: &Jar, now: Timestamp) -> Vec<Cookie> {
    let token = std::mem::take(&mut discovered.intermediate_session_token);
    cookies::of_login(jar, token, discovered.intermediate_session_token_expires_at, now)
}
