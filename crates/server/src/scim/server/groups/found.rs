//! Finding groups.

use super::{Group, shown, store};
use crate::scim::server::caller::Directory;
use crate::scim::server::list::Kind;
use ::scim::{Filter, GROUP, Literal, ResourceType};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::id::ScimGroupId;
use serde_json::{Map, Value};

/// Groups, for lists.
pub(in crate::scim::server) struct Groups;

/// Of one name; if there are more they are looked for one by one.
const OF_ONE_NAME: i64 = 1_000;

impl Kind for Groups {
    type Row = Group;

    const APART: &'static str = "members";

    fn resource_type() -> &'static ResourceType {
        &GROUP
    }

    fn is_indexed(attribute: &str) -> bool {
        matches!(attribute, "id" | "displayname" | "externalid")
    }

    fn named(tx: &mut Tx, directory: &Directory, filter: &Filter) -> Result<Option<Vec<Group>>> {
        let is_all = |found: &Vec<Group>| i64::try_from(found.len()).is_ok_and(|found| found < OF_ONE_NAME);
        for (path, literal) in filter.equalities() {
            let Literal::Text(text) = literal else { continue };
            let ids = directory.ids();
            match path.to_string().to_ascii_lowercase().as_str() {
                "id" => {
                    let id = ScimGroupId::parse(text);
                    let found = id.map(|id| store::find(tx, ids, &id)).transpose()?.flatten();
                    return Ok(Some(found.into_iter().collect()));
                }
                "displayname" => return Ok(Some(store::find_by_name(tx, ids, text, OF_ONE_NAME)?).filter(is_all)),
                "externalid" => {
                    return Ok(Some(store::find_by_external_id(tx, ids, text, OF_ONE_NAME)?).filter(is_all));
                }
                _ => {}
            }
        }
        Ok(None)
    }

    fn count(tx: &mut Tx, directory: &Directory) -> Result<i64> {
        store::count(tx, directory.ids())
    }

    fn page(tx: &mut Tx, directory: &Directory, skip: i64, limit: i64) -> Result<Vec<Group>> {
        store::page(tx, directory.ids(), skip, limit)
    }

    fn after(tx: &mut Tx, directory: &Directory, id: &str, limit: i64) -> Result<Vec<Group>> {
        store::after(tx, directory.ids(), id, limit)
    }

    fn some(tx: &mut Tx, directory: &Directory, ids: &[String]) -> Result<Vec<Group>> {
        store::some(tx, directory.ids(), ids)
    }

    fn shown(
        tx: &mut Tx,
        cx: &Cx,
        directory: &Directory,
        rows: Vec<Group>,
        with_apart: bool,
    ) -> Result<Vec<Map<String, Value>>> {
        shown::shown(tx, cx, directory, rows, with_apart)
    }
}
