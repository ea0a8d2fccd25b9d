//! Finding users.

use super::{User, shown, store};
use crate::members;
use crate::scim::server::caller::Directory;
use crate::scim::server::list::Kind;
use ::scim::{Filter, Literal, ResourceType, USER};
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::Result;
use foundation::id::MemberId;
use serde_json::{Map, Value};

/// Users, for lists.
pub(in crate::scim::server) struct Users;

/// With one external id; more than a page of them is a directory's mistake, and they are looked for one by one.
const WITH_EXTERNAL_ID: i64 = 1_000;

impl Kind for Users {
    type Row = User;

    const APART: &'static str = "groups";

    fn resource_type() -> &'static ResourceType {
        &USER
    }

    fn is_indexed(attribute: &str) -> bool {
        matches!(attribute, "id" | "username" | "externalid")
    }

    fn named(tx: &mut Tx, directory: &Directory, filter: &Filter) -> Result<Option<Vec<User>>> {
        for (path, literal) in filter.equalities() {
            let Literal::Text(text) = literal else { continue };
            let ids = directory.ids();
            match path.to_string().to_ascii_lowercase().as_str() {
                "id" => {
                    let id = MemberId::parse(text);
                    let found = id.map(|id| store::find(tx, ids, &id)).transpose()?.flatten();
                    return Ok(Some(found.into_iter().collect()));
                }
                "username" => return Ok(Some(store::find_by_user_name(tx, ids, text)?.into_iter().collect())),
                "externalid" => {
                    let found = store::find_by_external_id(tx, ids, text, WITH_EXTERNAL_ID)?;
                    let is_all = i64::try_from(found.len()).is_ok_and(|found| found < WITH_EXTERNAL_ID);
                    return Ok(is_all.then_some(found));
                }
                // Whose member has the address is the one who is meant; nobody looks for two.
                "emails" | "emails.value" => {
                    let Ok(email) = EmailAddress::parse(text) else { continue };
                    let member = members::find_by_present_email(tx, &directory.organization, &email)?;
                    let found = member.map(|member| store::find(tx, ids, &member.member_id)).transpose()?.flatten();
                    if let Some(user) = found.filter(|user| filter.matches(&user.document, &USER)) {
                        return Ok(Some(vec![user]));
                    }
                }
                _ => {}
            }
        }
        Ok(None)
    }

    fn count(tx: &mut Tx, directory: &Directory) -> Result<i64> {
        store::count(tx, directory.ids())
    }

    fn page(tx: &mut Tx, directory: &Directory, skip: i64, limit: i64) -> Result<Vec<User>> {
        store::page(tx, directory.ids(), skip, limit)
    }

    fn after(tx: &mut Tx, directory: &Directory, id: &str, limit: i64) -> Result<Vec<User>> {
        store::after(tx, directory.ids(), id, limit)
    }

    fn some(tx: &mut Tx, directory: &Directory, ids: &[String]) -> Result<Vec<User>> {
        store::some(tx, directory.ids(), ids)
    }

    fn shown(
        tx: &mut Tx,
        cx: &Cx,
        directory: &Directory,
        rows: Vec<User>,
        with_apart: bool,
    ) -> Result<Vec<Map<String, Value>>> {
        shown::shown(tx, cx, directory, rows, with_apart)
    }
}
