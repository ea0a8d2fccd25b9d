//! What is done with setup links from more than one door.

use super::{Purpose, SetupLink, store};
use crate::organizations::{self, Organization};
use crate::redirect_urls::{self, Flow};
use database::Tx;
use foundation::audit::{self, Change, Whose};
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use foundation::id::SetupLinkId;
use foundation::keys::token::{Token, TokenKind};
use foundation::rbac::RoleId;
use foundation::time;
use std::ops::RangeInclusive;

/// Minutes that a link works.
pub(super) const MINUTES: RangeInclusive<i64> = 5..=43_200;
/// The same, where nobody says it: a week.
pub(super) const USUAL_MINUTES: i64 = 10_080;
/// Links that an organization has at most.
const MOST: usize = 20;

/// A link to be made.
#[derive(Debug, Clone)]
pub(super) struct New {
    pub(super) purposes: Vec<Purpose>,
    pub(super) roles: Vec<RoleId>,
    pub(super) contact_email: Option<String>,
    pub(super) return_url: Option<String>,
    pub(super) minutes: Option<i64>,
}

/// What can be wrong with it.
pub(super) const CREATE: &[ApiError] = &[
    ApiError::InvalidSetupLinkPurpose,
    ApiError::InvalidRbacRoleAssignment,
    ApiError::InvalidEmail,
    ApiError::InvalidExpiration,
    ApiError::InvalidLoginRedirectUrl,
    ApiError::NoMatchForMagicLinkUrl,
    ApiError::TooManySetupLinks,
];

/// Makes a link of an organization; with its address, which is nowhere afterwards.
///
/// # Errors
/// [`CREATE`].
pub(super) fn create(tx: &mut Tx, cx: &Cx, organization: &Organization, new: New) -> Result<(SetupLink, String)> {
    let minutes = new.minutes.unwrap_or(USUAL_MINUTES);
    if !MINUTES.contains(&minutes) {
        return Err(ApiError::InvalidExpiration.because(format!(
            "expiration_minutes is {} to {}.",
            MINUTES.start(),
            MINUTES.end()
        )));
    }
    if new.purposes.is_empty() {
        return Err(ApiError::InvalidSetupLinkPurpose.into());
    }
    let policy = organizations::policy(tx, cx.project(), organization)?;
    if let Some(role) = new.roles.iter().find(|role| !policy.has_role(role)) {
        return Err(ApiError::InvalidRbacRoleAssignment.because(format!("There is no role {role}.")));
    }
    let contact = new.contact_email.map(|email| EmailAddress::parse(&email));
    let contact = contact.transpose().map_err(|_| ApiError::InvalidEmail)?;
    let return_url = match new.return_url.filter(|url| !url.is_empty()) {
        Some(url) => redirect_urls::choose(tx, cx, Flow::Login, Some(&url))?,
        None => String::new(),
    };
    let id = &organization.organization_id;
    if store::good(tx, id, cx.now())?.len() >= MOST {
        return Err(ApiError::TooManySetupLinks.into());
    }
    let mut purposes = Purpose::ALL.to_vec();
    purposes.retain(|purpose| new.purposes.contains(purpose));
    let token = Token::generate(TokenKind::SetupLink, id.uuid())?;
    let link = SetupLink {
        project_id: cx.project().id.clone(),
        organization_id: id.clone(),
        setup_link_id: SetupLinkId::new(cx.project().environment),
        purposes,
        roles: new.roles,
        contact_email: contact.map(|email| email.to_string()).unwrap_or_default(),
        return_url,
        created_at: cx.now(),
        expires_at: time::after_minutes(cx.now(), minutes),
    };
    store::insert(tx, &link, &token.hash(cx.app.keys()))?;
    audit::record(tx, cx, "setup_link.create", Whose::Organization(id), &link.setup_link_id, Change::created(&link))?;
    let url = format!("{}/setup/open?token={}", cx.app.public_url(), token.to_text());
    Ok((link, url))
}

/// Those of an organization that are still good, the newest first.
pub(super) fn good(tx: &mut Tx, cx: &Cx, organization: &Organization) -> Result<Vec<SetupLink>> {
    store::good(tx, &organization.organization_id, cx.now())
}

/// Ends a link, and the browser sessions that were begun with it.
///
/// # Errors
/// `setup_link_not_found`.
pub(super) fn revoke(tx: &mut Tx, cx: &Cx, organization: &Organization, id: &str) -> Result<SetupLinkId> {
    let owner = &organization.organization_id;
    let found = match SetupLinkId::parse(id) {
        Some(id) => store::find(tx, owner, &id)?.filter(|link| link.expires_at > cx.now()),
        None => None,
    };
    let link = found.ok_or(ApiError::SetupLinkNotFound)?;
    store::delete(tx, owner, &link.setup_link_id)?;
    let change = Change::deleted(&link);
    audit::record(tx, cx, "setup_link.revoke", Whose::Organization(owner), &link.setup_link_id, change)?;
    Ok(link.setup_link_id)
}

/// Whom the organization's links for this were made for: who has set it up hears of it.
pub(crate) fn contacts(tx: &mut Tx, organization: &Organization, purpose: Purpose) -> Result<Vec<EmailAddress>> {
    let links = store::all(tx, &organization.organization_id)?;
    let contacts = links.into_iter().filter(|link| link.is_for(purpose) && !link.contact_email.is_empty());
    let mut contacts: Vec<_> = contacts.filter_map(|link| EmailAddress::parse(&link.contact_email).ok()).collect();
    contacts.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    contacts.dedup();
    Ok(contacts)
}

/// The roles that a link may give, with the one that everybody has.
pub(super) fn given_roles(link: &SetupLink, of_all: &str) -> Vec<RoleId> {
    link.roles.iter().cloned().chain([of_all.to_owned()]).collect()
}
