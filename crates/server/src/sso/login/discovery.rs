use crate::actor::ProjectCaller;
use crate::members;
use crate::organizations::{self, ActiveSsoConnection};
use database::Tx;
use foundation::email_address::{AnySpelling, EmailAddress};
use foundation::email_domain::EmailDomain;
use foundation::error::{ApiError, Result};
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, JsonSchema)]
pub(super) struct ByAddress {
    /// The address that somebody has typed in.
    #[schemars(with = "AnySpelling")]
    email_address: String,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Connections {
    /// The connections in use that people of the address's domain can log in by. Empty when there are none.
    connections: Vec<ActiveSsoConnection>,
}

/// List the SSO connections that people of an address's domain log in by.
///
/// They are those of the organizations that have claimed the domain, or list it and have somebody who reads mail there. Whether
/// anybody has the address itself makes no difference, so nobody learns who is a member.
#[endpoint(
    "sso.discover_connections",
    browser GET "/sdk/v1/b2b/sso/discovery/connections" takes(email_address),
    reads,
    errors(InvalidEmail)
)]
pub(super) fn connections(tx: &mut Tx, cx: &Call<ProjectCaller>, input: ByAddress) -> Result<Connections> {
    let email = EmailAddress::parse(&input.email_address).map_err(|_| ApiError::InvalidEmail)?;
    let Ok(domain) = EmailDomain::parse(email.domain()) else { return Ok(Connections { connections: Vec::new() }) };
    let claiming = organizations::claiming_domain(tx, cx.project(), &domain)?;
    let mut connections: Vec<_> =
        claiming.iter().flat_map(|organization| organization.settings.sso_active_connections.clone()).collect();
    if claiming.is_empty() {
        for organization in organizations::listing_domain(tx, cx.project(), &domain)? {
            let id = organization.organization_id.as_str();
            let is_shown = tx.visit(id, |tx| members::has_proven_member_of_domain(tx, &organization, &domain))?;
            if is_shown {
                connections.extend(organization.settings.sso_active_connections.clone());
            }
        }
    }
    Ok(Connections { connections })
}
