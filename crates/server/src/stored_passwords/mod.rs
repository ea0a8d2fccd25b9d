//! What is kept of passwords: their hashes. Knows neither members nor requests; who may set one, and what follows, is decided
//! by [`passwords`](crate::passwords).

mod store;

pub(crate) use store::TABLES;

use database::{EVERYTHING, Tx};
use foundation::audit::{self, Change, Whose};
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::Result;
use foundation::id::{MemberId, MemberPasswordId, OrganizationId, ProjectId};

/// Whose a password is.
#[derive(Debug, Clone)]
pub(crate) enum Holder {
    /// One member's.
    Member(OrganizationId, MemberId),
    /// That of an address in all organizations of the project, where the project has it so.
    Address(EmailAddress),
}

impl Holder {
    /// Whose the password is that a member with this address logs in with: the project says.
    pub(crate) fn of(cx: &Cx, organization: &OrganizationId, member: &MemberId, email: &EmailAddress) -> Self {
        match cx.project().settings.cross_org_passwords_enabled {
            true => Self::Address(email.clone()),
            false => Self::Member(organization.clone(), member.clone()),
        }
    }
}

/// A password, as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct StoredPassword {
    /// Another with each password that is set.
    pub(crate) id: MemberPasswordId,
    /// As [`passwords::PasswordHash`] writes it.
    pub(crate) hash: String,
    /// Good for nothing but to be replaced.
    pub(crate) must_be_reset: bool,
}

/// The password of a holder.
pub(crate) fn find(tx: &mut Tx, cx: &Cx, holder: &Holder) -> Result<Option<StoredPassword>> {
    match holder {
        Holder::Member(organization, member) => store::of_member(tx, organization, member),
        Holder::Address(email) => store::of_address(tx, &cx.project().id, email),
    }
}

/// Gives the holder a password, in the place of the one that is there; answers its id.
pub(crate) fn set(tx: &mut Tx, cx: &Cx, holder: &Holder, hash: String) -> Result<MemberPasswordId> {
    let (project, id) = (&cx.project().id, MemberPasswordId::new(cx.project().environment));
    let password = StoredPassword { id: id.clone(), hash, must_be_reset: false };
    match holder {
        Holder::Member(organization, member) => {
            store::set_of_member(tx, project, organization, member, &password, cx.now())?;
        }
        Holder::Address(email) => {
            store::set_of_address(tx, project, email, &password, cx.now())?;
            record(tx, cx, "password.set", &id, email)?;
        }
    }
    Ok(id)
}

/// Keeps a better hash of the same password, unless another password was set meanwhile.
pub(crate) fn upgrade(tx: &mut Tx, cx: &Cx, holder: &Holder, id: &MemberPasswordId, hash: &str) -> Result<()> {
    match holder {
        Holder::Member(organization, member) => store::upgrade_of_member(tx, organization, member, id, hash),
        Holder::Address(email) => store::upgrade_of_address(tx, &cx.project().id, email, id, hash),
    }
}

/// Takes a member's own password away.
pub(crate) fn delete_of_member(tx: &mut Tx, organization: &OrganizationId, member: &MemberId) -> Result<()> {
    store::delete_of_member(tx, organization, member)
}

/// Takes away the password that an address has in all organizations.
pub(crate) fn delete_of_address(tx: &mut Tx, cx: &Cx, email: &EmailAddress, id: &MemberPasswordId) -> Result<()> {
    store::delete_of_address(tx, &cx.project().id, email)?;
    record(tx, cx, "password.delete", id, email)
}

/// Says that the password of an address is good for nothing any more but to be replaced.
pub(crate) fn require_reset(tx: &mut Tx, cx: &Cx, email: &EmailAddress, id: &MemberPasswordId) -> Result<()> {
    store::require_reset(tx, &cx.project().id, email)?;
    record(tx, cx, "password.require_reset", id, email)
}

/// The passwords of members are told of with the members.
fn record(tx: &mut Tx, cx: &Cx, action: &str, id: &MemberPasswordId, email: &EmailAddress) -> Result<()> {
    audit::record(tx, cx, action, Whose::Project, id, Change::of("email_address", &None::<EmailAddress>, email))
}

/// Whose password this is.
pub(crate) fn member_of(tx: &mut Tx, organization: &OrganizationId, id: &MemberPasswordId) -> Result<Option<MemberId>> {
    store::member_of(tx, organization, id)
}

/// Whether anybody in the project has a password.
pub(crate) fn are_used(tx: &mut Tx, project: &ProjectId) -> Result<bool> {
    // Nobody asks for them one organization after the other.
    tx.visit(EVERYTHING, |tx| store::are_used(tx, project))
}
