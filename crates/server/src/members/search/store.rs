use crate::members::{Member, Status};
use crate::search;
use database::{Timestamp, Tx, Value, args};
use foundation::error::Result;
use foundation::id::OrganizationId;

pub(in crate::members) fn count(tx: &mut Tx, organization: &OrganizationId) -> Result<i64> {
    let (count,) = tx.one::<(i64,)>(
        "SELECT COUNT(*) FROM members WHERE organization_id = $1 AND status <> $2",
        args![organization, Status::Deleted.as_str()],
    )?;
    Ok(count)
}

/// Members that are not deleted, behind this one, so many at most: read along the key, however many there are.
pub(in crate::members) fn after(
    tx: &mut Tx,
    organization: &OrganizationId,
    after: &str,
    limit: i64,
) -> Result<Vec<Member>> {
    Ok(tx.all(
        "SELECT * FROM members WHERE organization_id = $1 AND id > $2 AND status <> $3 ORDER BY id LIMIT $4",
        args![organization, after, Status::Deleted.as_str(), limit],
    )?)
}

/// One page of a search. `condition` is made by the search from fixed fragments; it never holds what a client sent.
pub(super) fn search(
    tx: &mut Tx,
    condition: &str,
    mut arguments: Vec<Value>,
    after: Option<(Timestamp, String)>,
    limit: i64,
) -> Result<(Vec<Member>, i64)> {
    let total_sql = format!("SELECT COUNT(*) FROM members m WHERE {condition}");
    let (total,) = tx.one::<(i64,)>(&total_sql, &arguments)?;
    let page = search::after("m", after, &mut arguments);
    arguments.push(Value::from(limit));
    let sql = format!(
        "SELECT m.* FROM members m WHERE {condition} AND {page} ORDER BY m.created_at, m.id LIMIT ${}",
        arguments.len()
    );
    Ok((tx.all(&sql, &arguments)?, total))
}
