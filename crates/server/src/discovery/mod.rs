//! Discovery: from a proven address to the organizations it opens.

mod endpoints;
mod join;

pub(crate) use endpoints::endpoints;

use crate::email_address::EmailAddress;
use crate::email_domain::EmailDomain;
use crate::error::{Error, Result};
use crate::http::{Cx, ProjectCaller};
use crate::login::decision::Subject;
use crate::login::{Factor, MfaRequired, PrimaryRequired, missing};
use crate::members::{self, Member, SAME_DOMAIN_GUARD, Status};
use crate::organizations::{self, Organization};
use database::Tx;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

/// An organization that is open to the address, and what logging in there would still need.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DiscoveredOrganization {
    pub(crate) organization: Organization,
    pub(crate) membership: Membership,
    /// What has been proven suffices.
    pub(crate) member_authenticated: bool,
    pub(crate) primary_required: Option<PrimaryRequired>,
    pub(crate) mfa_required: Option<MfaRequired>,
}

/// Why the organization is open: `active_member`, `pending_member`, `invited_member`, or
/// `eligible_to_join_by_email_domain` with the domain.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Membership {
    #[serde(rename = "type")]
    kind: &'static str,
    details: Option<Value>,
    member: Option<Member>,
}

/// The organizations of an address. Only whoever has proven the address gets to see them.
pub(crate) fn discover(
    tx: &mut Tx,
    cx: &Cx<ProjectCaller>,
    email: &EmailAddress,
    factors: &[Factor],
    with_eligible: bool,
) -> Result<Vec<DiscoveredOrganization>> {
    let mut discovered = Vec::new();
    let mut known = Vec::new();
    for (organization, member) in members::memberships(tx, cx.project(), email)? {
        known.push(organization.organization_id.clone());
        if is_closed(tx, cx, &organization, email)? {
            continue;
        }
        let kind = match member.status {
            Status::Active => "active_member",
            Status::Pending => "pending_member",
            Status::Invited => "invited_member",
            Status::Deleted => continue,
        };
        let missing = missing(&organization.settings, Subject::from(&member), Some(&member), factors);
        // An organization that refuses this person is not open to them; the others are.
        let Ok((primary_required, mfa_required)) = missing else { continue };
        discovered.push(DiscoveredOrganization {
            member_authenticated: primary_required.is_none() && mfa_required.is_none(),
            membership: Membership { kind, details: None, member: Some(member) },
            organization,
            primary_required,
            mfa_required,
        });
    }
    if with_eligible {
        for organization in joinable(tx, cx, email)? {
            if !known.contains(&organization.organization_id) {
                discovered.push(eligible(organization, email, factors)?);
            }
        }
    }
    Ok(discovered)
}

fn is_closed(tx: &mut Tx, cx: &Cx<ProjectCaller>, organization: &Organization, email: &EmailAddress) -> Result<bool> {
    match organizations::check_claimed(tx, cx.project(), Some(&organization.organization_id), email) {
        Ok(()) => Ok(false),
        Err(Error::Api(..)) => Ok(true),
        Err(fault) => Err(fault),
    }
}

/// The organizations that let people of the email domain join, and in which a member of that domain has proven theirs.
fn joinable(tx: &mut Tx, cx: &Cx<ProjectCaller>, email: &EmailAddress) -> Result<Vec<Organization>> {
    let Ok(domain) = EmailDomain::parse(email.domain()) else { return Ok(Vec::new()) };
    let mut joinable = Vec::new();
    for organization in organizations::allowing_domain(tx, cx.project(), &domain)? {
        let id = &organization.organization_id;
        let guarded = tx.visit(id.as_str(), |tx| SAME_DOMAIN_GUARD(tx, id, domain.as_str()))?;
        if guarded && !is_closed(tx, cx, &organization, email)? {
            joinable.push(organization);
        }
    }
    Ok(joinable)
}

fn eligible(organization: Organization, email: &EmailAddress, factors: &[Factor]) -> Result<DiscoveredOrganization> {
    let subject = Subject {
        status: Status::Pending,
        is_locked: false,
        is_breakglass: false,
        mfa_enrolled: false,
        email,
        email_verified: false,
    };
    let (primary_required, mfa_required) = missing(&organization.settings, subject, None, factors)?;
    let details = Some(json!({ "domain": email.domain() }));
    Ok(DiscoveredOrganization {
        member_authenticated: primary_required.is_none() && mfa_required.is_none(),
        membership: Membership { kind: "eligible_to_join_by_email_domain", details, member: None },
        organization,
        primary_required,
        mfa_required,
    })
}
