//! What is done with users.

use super::said::Said;
use super::{User, find, member, store};
use crate::scim::server::caller::Directory;
use crate::scim::server::condition::require_match;
use crate::scim::server::refusal::refused;
use ::scim::USER;
use database::Tx;
use foundation::audit::{self, Change, Whose};
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use serde_json::{Map, Value};

/// Takes in a person.
///
/// # Errors
/// `scim_uniqueness` when somebody has the name, or an address that the directory may not take over.
pub(in crate::scim::server) fn create(
    tx: &mut Tx,
    cx: &Cx,
    directory: &Directory,
    body: Map<String, Value>,
) -> Result<User> {
    let mut document = ::scim::resource::read(body, &USER).map_err(refused)?;
    document.entry("active").or_insert(true.into());
    let said = Said::of(&document, true)?;
    require_free_name(tx, directory, &said)?;
    let mut admitted = member::admit(tx, cx, directory, &said, &document)?;
    let user = User {
        member_id: admitted.member_id.clone(),
        external_id: said.external_id,
        user_name: said.user_name,
        active: said.active,
        document,
        version: 1,
        created_at: cx.now(),
        modified_at: cx.now(),
    };
    store::insert(tx, directory.ids(), &user)?;
    if !user.active {
        let before = admitted.clone();
        member::end(tx, cx, directory, &before, &mut admitted)?;
    }
    Ok(user)
}

/// Puts a document in the place of a user's. An account whose state is not stated keeps it.
pub(in crate::scim::server) fn replace(
    tx: &mut Tx,
    cx: &Cx,
    directory: &Directory,
    id: &str,
    body: Map<String, Value>,
    wanted: Option<&str>,
) -> Result<User> {
    let before = find(tx, directory, id)?;
    require_match(wanted, before.version)?;
    let mut document = ::scim::resource::read(body, &USER).map_err(refused)?;
    if !document.contains_key("active") && before.document.contains_key("active") {
        document.insert("active".to_owned(), before.active.into());
    }
    change(tx, cx, directory, before, document)
}

/// Changes a user by the operations of a PATCH.
pub(in crate::scim::server) fn patch(
    tx: &mut Tx,
    cx: &Cx,
    directory: &Directory,
    id: &str,
    body: &Map<String, Value>,
    wanted: Option<&str>,
) -> Result<User> {
    let operations = ::scim::read_patch(body, &USER).map_err(refused)?;
    let before = find(tx, directory, id)?;
    require_match(wanted, before.version)?;
    let mut document = before.document.clone();
    ::scim::apply(&mut document, operations, &USER).map_err(refused)?;
    change(tx, cx, directory, before, document)
}

/// Takes a user away: for the directory they are gone, and the member is deleted.
pub(in crate::scim::server) fn delete(
    tx: &mut Tx,
    cx: &Cx,
    directory: &Directory,
    id: &str,
    wanted: Option<&str>,
) -> Result<()> {
    let user = find(tx, directory, id)?;
    require_match(wanted, user.version)?;
    let before = member::find(tx, directory, &user.member_id)?;
    let mut left = before.clone();
    if let Some(registration) = &mut left.scim_registration {
        registration.set_groups(&[]);
    }
    // Judged while the memberships are there that make somebody an administrator.
    member::leave(tx, cx, directory, &before, &mut left)?;
    store::leave_groups(tx, directory.ids(), &user.member_id)?;
    store::delete(tx, directory.ids(), &user.member_id)?;
    record(tx, cx, directory, "scim_user.delete", &user, Change::deleted(&user.document))
}

fn change(tx: &mut Tx, cx: &Cx, directory: &Directory, before: User, document: Map<String, Value>) -> Result<User> {
    if document == before.document {
        return Ok(before);
    }
    let said = Said::of(&document, before.active)?;
    if ::scim::folded(&said.user_name) != ::scim::folded(&before.user_name) {
        require_free_name(tx, directory, &said)?;
    }
    let (told, was_active) = (Change::between(&before.document, &document), before.active);
    let user = User {
        external_id: said.external_id.clone(),
        user_name: said.user_name.clone(),
        active: said.active,
        document,
        version: before.version + 1,
        modified_at: cx.now(),
        ..before
    };
    store::update(tx, directory.ids(), &user)?;
    member::follow(tx, cx, directory, &user, &said, was_active)?;
    record(tx, cx, directory, "scim_user.update", &user, told)?;
    Ok(user)
}

/// Whether nobody has the name, in any case.
fn require_free_name(tx: &mut Tx, directory: &Directory, said: &Said) -> Result<()> {
    match store::find_by_user_name(tx, directory.ids(), &said.user_name)? {
        None => Ok(()),
        Some(_) => Err(ApiError::ScimUniqueness.because("Another user of the directory has this userName.")),
    }
}

fn record(tx: &mut Tx, cx: &Cx, directory: &Directory, action: &str, user: &User, change: Change) -> Result<()> {
    let whose = Whose::Member(&directory.organization.organization_id, &user.member_id);
    audit::record(tx, cx, action, whose, &user.member_id, change)
}
