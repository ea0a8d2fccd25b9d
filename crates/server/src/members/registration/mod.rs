//! What makes a person whom an identity provider knows a member.

mod store;

pub(crate) use store::TABLES;

use super::{Member, operations};
use crate::organizations::Organization;
use database::Tx;
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::id::{MemberId, OrganizationId};
use foundation::stored::Unknown;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A person at an identity provider, as a member is shown with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct SsoRegistration {
    /// The id of the SSO connection.
    pub connection_id: String,
    /// What the identity provider calls the person: the NameID, or the subject.
    pub external_id: String,
    /// The id of the registration.
    pub registration_id: String,
    /// What the provider said of them at their last login by it. From SAML each is a list of texts.
    pub sso_attributes: Map<String, Value>,
    /// The groups that they were in at their last login by it, if groups are mapped; 200 at most.
    #[serde(default)]
    pub groups: Vec<String>,
    #[serde(flatten)]
    #[schemars(skip)]
    pub unknown: Unknown,
}

/// The place in which a registration is looked up.
#[derive(Clone, Copy)]
pub(crate) struct RegistrationKey<'a> {
    pub(crate) connection_id: &'a str,
    /// Of who says so, and whom they mean.
    pub(crate) identity_hash: &'a [u8; 32],
}

/// Which member of an organization a person at an identity provider is; also when deleted.
pub(crate) fn find_by_registration(
    tx: &mut Tx,
    organization: &Organization,
    key: RegistrationKey,
) -> Result<Option<Member>> {
    Ok(operations::with_roles(organization, store::find(tx, &organization.organization_id, key)?))
}

/// People of a connection among whom an administrator is looked for.
const LOOKED_AT: i64 = 1_000;

/// Whether somebody else whom a connection has let in is an administrator. Among many only the last ones are looked at.
pub(super) fn has_other_administrator(
    tx: &mut Tx,
    organization: &Organization,
    connection: &str,
    but: &MemberId,
) -> Result<bool> {
    let members = store::members_of(tx, &organization.organization_id, connection, but, LOOKED_AT)?;
    let mut known = members.into_iter().filter_map(|member| operations::with_roles(organization, Some(member)));
    Ok(known.any(|member| member.is_admin))
}

/// Says that [`find_by_registration`] will follow: see [`Tx::prefetch`].
pub(crate) fn prefetch_by_registration(tx: &mut Tx, organization: &OrganizationId, key: RegistrationKey) -> Result<()> {
    store::prefetch(tx, organization, key)
}

/// Makes a person at an identity provider this member, who is saved by the caller. One who was it by the same connection is it
/// no more.
pub(crate) fn register(
    tx: &mut Tx,
    cx: &Cx,
    member: &mut Member,
    key: RegistrationKey,
    registration: SsoRegistration,
) -> Result<()> {
    store::replace_registration(tx, member, key, cx.now())?;
    note(member, registration);
    Ok(())
}

/// Puts what an identity provider says now in the place of what it said before.
pub(crate) fn note(member: &mut Member, registration: SsoRegistration) {
    let is_of_it = |known: &&mut SsoRegistration| known.connection_id == registration.connection_id;
    match member.sso_registrations.iter_mut().find(is_of_it) {
        Some(known) => *known = registration,
        None => member.sso_registrations.push(registration),
    }
}

/// Ends the registrations of a member: whoever was it may become another.
pub(super) fn end(tx: &mut Tx, member: &mut Member) -> Result<()> {
    if member.sso_registrations.is_empty() {
        return Ok(());
    }
    member.sso_registrations.clear();
    store::delete_registrations(tx, member)
}
