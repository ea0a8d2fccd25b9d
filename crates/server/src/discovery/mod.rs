//! Discovery: from a proven address to the organizations it opens.

mod endpoints;
mod proof;

pub(crate) use endpoints::endpoints;
pub(crate) use proof::{Discovered, discovered};

use crate::decision::Subject;
use crate::factors::{Factor, KnownAddress};
use crate::joining::{self, Entrance, Newcomer};
use crate::login::{self, IntermediateSession, MfaRequired, PrimaryRequired, missing};
use crate::members::{self, Member, Status};
use crate::organizations::{OauthTenants, Organization};
use crate::sessions::Presented;
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{Error, Result};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

/// An organization that is open to the address, and what logging in there would still need. Organization and member are
/// shown as far as a login page needs them: without metadata, roles of its own, rules for roles, and lists of apps.
#[derive(Serialize, JsonSchema)]
pub(crate) struct DiscoveredOrganization {
    /// The organization that can be entered.
    organization: Organization,
    /// How it is open.
    membership: Membership,
    /// Whether what has been proven suffices to enter.
    member_authenticated: bool,
    /// What else entering would take first; `null` when what was proven is enough, and where they would join by a tenant: that the
    /// answer to entering says.
    primary_required: Option<PrimaryRequired>,
    /// What second factor entering would take; `null` when none is missing.
    mfa_required: Option<MfaRequired>,
}

/// Why the organization is open: `active_member`, `pending_member`, `invited_member`,
/// `eligible_to_join_by_email_domain` with the domain, or `eligible_to_join_by_oauth_tenant` with the tenant.
#[derive(Serialize, JsonSchema)]
struct Membership {
    /// Why the organization is open to the person.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = [
        "active_member", "pending_member", "invited_member", "eligible_to_join_by_email_domain",
        "eligible_to_join_by_oauth_tenant",
    ]))]
    kind: &'static str,
    /// For `eligible_to_join_by_email_domain` the domain, as `{"domain": …}`; for `eligible_to_join_by_oauth_tenant` the tenant,
    /// as `{"provider": …, "tenant": …}`; else `null`.
    details: Option<Value>,
    /// The person's account there; `null` when they would join.
    member: Option<Member>,
}

/// What is open to a person who shows a session: the organizations that their address is a member's in, or only the session's
/// own where nothing in it shows the address to be theirs.
fn open_to_session(tx: &mut Tx, cx: &Cx, presented: Presented) -> Result<Vec<DiscoveredOrganization>> {
    let Presented { session, organization, member } = presented;
    match KnownAddress::among(&session.factors, &member.email_address) {
        Some(email) => {
            let counts = |factor: &&Factor| factor.counts_elsewhere(&email) && factor.can_be_carried(cx.now());
            let factors: Vec<_> = session.factors.iter().filter(counts).cloned().collect();
            discover_memberships(tx, cx, &email, &factors)
        }
        None => all_open(tx, cx, vec![(organization, member)], &session.factors),
    }
}

/// What half a login opens; nothing where it does not show whose its address is.
fn open_to(tx: &mut Tx, cx: &Cx, intermediate: &IntermediateSession) -> Result<Option<Vec<DiscoveredOrganization>>> {
    let factors = &intermediate.factors;
    match (intermediate.proven_address(), intermediate.known_address()) {
        (None, Some(known)) => discover_memberships(tx, cx, &known, factors).map(Some),
        (None, None) if factors.iter().all(|factor| factor.account().is_none()) => Ok(None),
        _ => {
            let tenants = tenants_of(tx, cx, intermediate)?;
            discover(tx, cx, &newcomer(intermediate, &tenants), factors).map(Some)
        }
    }
}

/// The tenants of the accounts at OAuth providers that half a login has shown for no organization yet.
fn tenants_of(tx: &mut Tx, cx: &Cx, intermediate: &IntermediateSession) -> Result<Vec<OauthTenants>> {
    match intermediate.organization_id {
        Some(_) => Ok(Vec::new()),
        None => login::tenants_of_accounts(tx, cx, &intermediate.factors),
    }
}

/// Whose half a login is.
fn newcomer<'a>(intermediate: &'a IntermediateSession, tenants: &'a [OauthTenants]) -> Newcomer<'a> {
    Newcomer { email: &intermediate.email, proven: intermediate.proven_address(), tenants }
}

/// What is open to a person who has proven an address, or shown an account at an OAuth provider: the organizations that one of them
/// is a member's in, and those that people of the domain or of a tenant may join. Nobody else gets to see them.
fn discover(tx: &mut Tx, cx: &Cx, person: &Newcomer, factors: &[Factor]) -> Result<Vec<DiscoveredOrganization>> {
    let mut found = match &person.proven {
        Some(email) => members::memberships(tx, cx.project(), email)?,
        None => Vec::new(),
    };
    for (organization, member) in login::memberships_of_accounts(tx, cx, factors)? {
        if !found.iter().any(|(known, _)| known.organization_id == organization.organization_id) {
            found.push((organization, member));
        }
    }
    let known: Vec<_> = found.iter().map(|(organization, _)| organization.organization_id.clone()).collect();
    let mut discovered = all_open(tx, cx, found, factors)?;
    for (organization, by) in joining::open_to(tx, cx, person)? {
        if !known.contains(&organization.organization_id) {
            discovered.push(eligible(cx, organization, by, person.email, factors)?);
        }
    }
    Ok(discovered)
}

/// What is open to a person whose address is known: the organizations that it is a member's in.
fn discover_memberships(
    tx: &mut Tx,
    cx: &Cx,
    email: &KnownAddress,
    factors: &[Factor],
) -> Result<Vec<DiscoveredOrganization>> {
    let found = members::memberships(tx, cx.project(), email)?;
    all_open(tx, cx, found, factors)
}

fn all_open(
    tx: &mut Tx,
    cx: &Cx,
    memberships: Vec<(Organization, Member)>,
    factors: &[Factor],
) -> Result<Vec<DiscoveredOrganization>> {
    let mut open = Vec::new();
    for (organization, member) in memberships {
        open.extend(membership(tx, cx, organization, member, factors)?);
    }
    Ok(open)
}

/// An organization that somebody is a member of, unless it does not let them in.
fn membership(
    tx: &mut Tx,
    cx: &Cx,
    organization: Organization,
    member: Member,
    factors: &[Factor],
) -> Result<Option<DiscoveredOrganization>> {
    if joining::is_claimed_elsewhere(tx, cx, &organization, &member.email_address)? {
        return Ok(None);
    }
    let kind = match member.status {
        Status::Active => "active_member",
        Status::Pending => "pending_member",
        Status::Invited => "invited_member",
        Status::Deleted => return Ok(None),
    };
    let subject = Subject::of(&member);
    let mut factors: Vec<_> =
        factors.iter().filter(|factor| factor.is_since(member.sessions_ended_at)).cloned().collect();
    login::name_accounts(tx, cx, &member, &mut factors)?;
    let missing = missing(&organization.settings, subject, Some(&member), &factors, cx.now());
    // An organization that refuses this person is not open to them; the others are.
    let Ok((primary_required, mfa_required)) = missing else { return Ok(None) };
    Ok(Some(DiscoveredOrganization {
        member_authenticated: primary_required.is_none() && mfa_required.is_none(),
        membership: Membership { kind, details: None, member: Some(member.without_metadata()) },
        organization: organization.for_login_page(),
        primary_required,
        mfa_required,
    }))
}

/// An organization that somebody may join.
fn eligible(
    cx: &Cx,
    organization: Organization,
    by: Entrance,
    email: &EmailAddress,
    factors: &[Factor],
) -> Result<DiscoveredOrganization> {
    let subject = Subject {
        status: Status::Pending,
        is_breakglass: false,
        mfa_enrolled: false,
        email,
        email_verified: false,
        accounts: &[],
    };
    let (mut primary_required, mfa_required) = missing(&organization.settings, subject, None, factors, cx.now())?;
    let member_authenticated = primary_required.is_none() && mfa_required.is_none();
    let (kind, details) = match by {
        Entrance::Domain(domain) => ("eligible_to_join_by_email_domain", json!({ "domain": domain })),
        Entrance::Tenant(provider, tenant) => {
            // What else it takes is asked for once they have joined: only then are they mailed.
            primary_required = None;
            ("eligible_to_join_by_oauth_tenant", json!({ "provider": provider, "tenant": tenant }))
        }
        Entrance::Connection(_) => return Err(Error::internal("nobody is discovered by an SSO connection")),
    };
    Ok(DiscoveredOrganization {
        member_authenticated,
        membership: Membership { kind, details: Some(details), member: None },
        organization: organization.for_login_page(),
        primary_required,
        mfa_required,
    })
}
