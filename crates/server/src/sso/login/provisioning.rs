//! From a person at an identity provider to a member.
//!
//! Who is registered is the member. Whoever is not is matched by the address once, and only where the identity provider's word
//! about it is worth something: it has verified the address, and, where the organization's own administrators have set the
//! connection up, the domain is the organization's (threats T-21 to T-25). What it says otherwise leads to no member; a
//! session of theirs does.

use super::identity::{Identity, key};
use crate::joining::{self, Ground};
use crate::members::{self, Member, NewMember, SsoRegistration, Status};
use crate::organizations::{self, Organization};
use crate::sso::protocol::Protocol;
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::email_domain::EmailDomain;
use foundation::error::{ApiError, Error, Result};
use foundation::id::{OidcRegistrationId, OrganizationId, SamlRegistrationId};
use foundation::metadata;

/// Why nobody comes in by what an identity provider says.
pub(super) const PROVISION: &[ApiError] = &[
    ApiError::InvalidSamlResponseEmail,
    ApiError::OidcResponseEmailMissing,
    ApiError::OidcResponseUnverifiedEmail,
    ApiError::InvalidConnectionForJit,
    ApiError::InvalidEmailForJit,
    ApiError::RestrictedAuthMethod,
    ApiError::EmailDomainIsClaimed,
    ApiError::InactiveEmail,
];

/// Who somebody is here.
enum Who {
    /// They have logged in by the connection before.
    Registered(Box<Member>),
    /// A member has their address.
    Addressed(Box<Member>, Worth),
    /// Nobody has it.
    New(EmailAddress),
}

/// What an identity provider's word about an address is worth.
enum Worth {
    Proof,
    /// Nothing, for a reason.
    Nothing(ApiError, String),
}

/// What is to be expected of somebody who comes back.
pub(super) struct Outlook {
    /// They are an active member, so that the app can welcome them as one.
    pub(super) is_member: bool,
    /// Why only a session of the member whose address they have lets them in.
    pub(super) caveat: Option<String>,
}

/// Has all fetched at once that [`outlook`] and [`member`] need of somebody who has logged in by the connection before. Only
/// within the organization.
pub(super) fn prefetch(
    tx: &mut Tx,
    cx: &Cx,
    organization: &OrganizationId,
    connection_id: &str,
    identity: &Identity,
) -> Result<()> {
    let hash = identity.hash(cx.app.keys());
    members::prefetch_by_registration(tx, organization, key(connection_id, &hash))?;
    match identity.email.as_deref().map(EmailAddress::parse) {
        Some(Ok(email)) => organizations::prefetch_claimed(tx, cx.project(), &email),
        _ => Ok(()),
    }
}

/// What is to be expected of them.
///
/// # Errors
/// [`PROVISION`].
pub(super) fn outlook(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    connection_id: &str,
    identity: &Identity,
) -> Result<Outlook> {
    let (member, caveat) = match who(tx, cx, organization, connection_id, identity)? {
        Who::Registered(member) | Who::Addressed(member, Worth::Proof) => (Some(member), None),
        Who::Addressed(member, Worth::Nothing(_, why)) => (Some(member), Some(why)),
        Who::New(_) => (None, None),
    };
    Ok(Outlook { is_member: member.is_some_and(|member| member.status == Status::Active), caveat })
}

/// Whether they would be let in, and the same in a sentence, for whoever tries a connection.
///
/// # Errors
/// Only when the database fails.
pub(super) fn told(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    connection_id: &str,
    identity: &Identity,
) -> Result<(bool, String)> {
    let email = identity.email.as_deref().unwrap_or_default();
    match outlook(tx, cx, organization, connection_id, identity) {
        Ok(Outlook { is_member: true, caveat: None }) => Ok((true, format!("The member {email} would be signed in."))),
        Ok(Outlook { caveat: Some(why), .. }) => {
            Ok((false, format!("The member {email} would be signed in only while signed in here already. {why}")))
        }
        Ok(Outlook { is_member: false, caveat: None }) => Ok((true, format!("{email} would become a member."))),
        Err(Error::Api(error, message)) => {
            let why = message.unwrap_or_else(|| error.message().into());
            Ok((false, format!("{email} would not be let in. {why}")))
        }
        Err(fault) => Err(fault),
    }
}

/// Who somebody would be if the connection's identity provider said now that they have this address, and had verified it.
pub(crate) enum Expected {
    /// This member, who would be logged in.
    Member(Box<Member>),
    /// This member, if a session of theirs shows it, for a reason.
    OnlyBySession(ApiError, String),
    /// A new member.
    New,
}

/// Asks the rules by which people come in what they would say of an address.
///
/// # Errors
/// [`PROVISION`].
pub(crate) fn expected(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    connection_id: &str,
    email: &EmailAddress,
) -> Result<Expected> {
    let present = members::find_by_present_email(tx, organization, email)?;
    let has_come = |member: &Member| member.sso_registrations.iter().any(|known| known.connection_id == connection_id);
    let registered = present.filter(has_come);
    let identity = Identity::of_address(email);
    Ok(match known(tx, cx, organization, connection_id, &identity, registered)? {
        Who::Registered(member) | Who::Addressed(member, Worth::Proof) => Expected::Member(member),
        Who::Addressed(_, Worth::Nothing(error, why)) => Expected::OnlyBySession(error, why),
        Who::New(_) => Expected::New,
    })
}

/// The member that they are, or become. `has_shown` says whether the request shows otherwise that it is this member's.
///
/// # Errors
/// [`PROVISION`], and those of a new member.
pub(super) fn member(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    connection_id: &str,
    identity: Identity,
    has_shown: impl FnOnce(&mut Tx, &Member) -> Result<bool>,
) -> Result<(Member, String)> {
    let (mut member, verified, is_registered) = match who(tx, cx, organization, connection_id, &identity)? {
        Who::Registered(member) => (*member, false, true),
        Who::Addressed(member, Worth::Proof) => (*member, true, false),
        Who::Addressed(member, Worth::Nothing(error, why)) => match has_shown(tx, &member)? {
            true => (*member, false, false),
            false => return Err(error.because(why)),
        },
        Who::New(email) => {
            let new = NewMember {
                email_verified: true,
                name: members::name_from(identity.full_name.as_deref()),
                ..NewMember::with_email(email, Status::Pending)
            };
            (members::create_absent(tx, cx, organization, new)?, true, false)
        }
    };
    let before = member.clone();
    member.email_address_verified |= verified;
    if member.name.is_empty() {
        member.name = members::name_from(identity.full_name.as_deref());
    }
    // What does not fit is not worth keeping somebody out.
    if let Ok(merged) = metadata::merge(&member.trusted_metadata, Some(identity.promoted.clone())) {
        member.trusted_metadata = merged;
    }
    let hash = identity.hash(cx.app.keys());
    let registration = registration(cx, &member, connection_id, identity);
    let registration_id = registration.registration_id.clone();
    match is_registered {
        true => members::note(&mut member, registration),
        false => members::register(tx, cx, &mut member, key(connection_id, &hash), registration)?,
    }
    members::save(tx, cx, "member.update", organization, &before, &mut member)?;
    Ok((member, registration_id))
}

fn registration(cx: &Cx, member: &Member, connection_id: &str, identity: Identity) -> SsoRegistration {
    let known = member
        .sso_registrations
        .iter()
        .find(|known| known.connection_id == connection_id && known.external_id == identity.external_id);
    let environment = cx.project().environment;
    let registration_id = known.map(|known| known.registration_id.clone()).unwrap_or_else(|| match identity.protocol {
        Protocol::Saml => SamlRegistrationId::new(environment).to_string(),
        Protocol::Oidc => OidcRegistrationId::new(environment).to_string(),
    });
    SsoRegistration {
        connection_id: connection_id.to_owned(),
        external_id: identity.external_id,
        registration_id,
        sso_attributes: identity.attributes,
        groups: identity.groups,
        unknown: known.map(|known| known.unknown.clone()).unwrap_or_default(),
    }
}

fn who(tx: &mut Tx, cx: &Cx, organization: &Organization, connection_id: &str, identity: &Identity) -> Result<Who> {
    let hash = identity.hash(cx.app.keys());
    let registered = members::find_by_registration(tx, organization, key(connection_id, &hash))?;
    known(tx, cx, organization, connection_id, identity, registered)
}

/// The same, once it is known who has logged in by the connection as this person before.
fn known(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    connection_id: &str,
    identity: &Identity,
    registered: Option<Member>,
) -> Result<Who> {
    if let Some(member) = registered.filter(|member| member.status != Status::Deleted) {
        organizations::check_claimed(tx, cx.project(), Some(&organization.organization_id), &member.email_address)?;
        return Ok(Who::Registered(Box::new(member)));
    }
    let email = address(identity)?;
    organizations::check_claimed(tx, cx.project(), Some(&organization.organization_id), &email)?;
    let found = members::find_by_email(tx, organization, &email)?;
    let worth = worth(tx, organization, connection_id, identity, &email)?;
    match (found, worth) {
        (Some(member), worth) => {
            let is_awaited =
                matches!(member.status, Status::Invited | Status::Pending) && identity.unverified.is_none();
            let worth = if is_awaited { Worth::Proof } else { worth };
            Ok(Who::Addressed(Box::new(member), worth))
        }
        (None, worth) => {
            joining::admit(&organization.settings, &[Ground::Connection(connection_id)])?;
            match worth {
                Worth::Proof => Ok(Who::New(email)),
                Worth::Nothing(error, why) => Err(error.because(why)),
            }
        }
    }
}

fn address(identity: &Identity) -> Result<EmailAddress> {
    let error = match identity.protocol {
        Protocol::Saml => ApiError::InvalidSamlResponseEmail,
        Protocol::Oidc => ApiError::OidcResponseEmailMissing,
    };
    let said = identity.email.as_deref().ok_or(error)?;
    EmailAddress::parse(said).map_err(|_| {
        let shown: String = said.chars().take(200).collect();
        error.because(format!("{shown:?}, which the identity provider gives for the email address, is none."))
    })
}

fn worth(
    tx: &mut Tx,
    organization: &Organization,
    connection_id: &str,
    identity: &Identity,
    email: &EmailAddress,
) -> Result<Worth> {
    if let Some(why) = &identity.unverified {
        return Ok(Worth::Nothing(ApiError::OidcResponseUnverifiedEmail, why.clone()));
    }
    let is_by_members = organization.sso_connection(connection_id).is_none_or(|known| known.by_members);
    let domain = EmailDomain::parse(email.domain()).map_err(|_| Error::from(ApiError::InvalidEmailForJit))?;
    if !is_by_members || is_of_organization(tx, organization, &domain)? {
        return Ok(Worth::Proof);
    }
    let told = format!(
        "The organization's administrators have set this connection up, and {} is no domain that the organization has shown \
         to be its own; people with other addresses need an invitation.",
        domain.as_str()
    );
    Ok(Worth::Nothing(ApiError::InvalidEmailForJit, told))
}

/// Whether a domain is the organization's: the app's backend has said so, or it is listed and somebody in the organization reads
/// mail there.
fn is_of_organization(tx: &mut Tx, organization: &Organization, domain: &EmailDomain) -> Result<bool> {
    let settings = &organization.settings;
    if settings.claimed_email_domains.contains(domain) {
        return Ok(true);
    }
    Ok(settings.email_allowed_domains.contains(domain)
        && members::has_proven_member_of_domain(tx, organization, domain)?)
}
