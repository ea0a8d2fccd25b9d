use super::{Organization, Settings};
use crate::error::{ApiError, OnUnique as _, Result};
use crate::id::{OrganizationId, ProjectId};
use crate::metadata::Metadata;
use crate::search;
use database::{FromRow, Json, Row, Timestamp, Tx, Value, args};

impl FromRow for Organization {
    fn from_row(row: &mut Row) -> database::Result<Self> {
        Ok(Organization {
            project_id: row.get("project_id")?,
            revision: row.get("revision")?,
            organization_id: row.get("id")?,
            organization_name: row.get("name")?,
            organization_slug: row.get("slug")?,
            organization_external_id: row.get("external_id")?,
            settings: row.get::<Json<Settings>>("settings")?.0,
            trusted_metadata: row.get::<Json<Metadata>>("trusted_metadata")?.0,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

/// Slugs and external ids are looked up across the project, so they stand in a small table of their own.
const SLUG: &str = "slug";
const EXTERNAL_ID: &str = "external_id";

pub(super) fn insert(tx: &mut Tx, o: &Organization) -> Result<()> {
    tx.execute(
        "INSERT INTO organizations (id, project_id, name, folded_name, slug, external_id, settings, trusted_metadata,
                                    created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            &o.organization_id,
            &o.project_id,
            &o.organization_name,
            o.organization_name.to_lowercase(),
            &o.organization_slug,
            o.organization_external_id.as_deref(),
            Json(&o.settings),
            Json(&o.trusted_metadata),
            o.created_at,
            o.updated_at
        ],
    )?;
    add_locators(tx, o)?;
    add_domains(tx, o)
}

pub(super) fn update(tx: &mut Tx, o: &Organization) -> Result<()> {
    tx.execute(
        "UPDATE organizations SET name = $3, folded_name = $4, slug = $5, external_id = $6, settings = $7,
                                  trusted_metadata = $8, updated_at = $9, revision = revision + 1
         WHERE project_id = $1 AND id = $2",
        args![
            &o.project_id,
            &o.organization_id,
            &o.organization_name,
            o.organization_name.to_lowercase(),
            &o.organization_slug,
            o.organization_external_id.as_deref(),
            Json(&o.settings),
            Json(&o.trusted_metadata),
            o.updated_at
        ],
    )?;
    remove_locators(tx, o)?;
    add_locators(tx, o)?;
    remove_domains(tx, o)?;
    add_domains(tx, o)
}

/// Removes the organization's own rows; the other subjects remove theirs.
pub(super) fn delete(tx: &mut Tx, o: &Organization) -> Result<()> {
    remove_locators(tx, o)?;
    remove_domains(tx, o)?;
    tx.execute(
        "DELETE FROM organizations WHERE project_id = $1 AND id = $2",
        args![&o.project_id, &o.organization_id],
    )?;
    Ok(())
}

fn add_locators(tx: &mut Tx, o: &Organization) -> Result<()> {
    add_locator(tx, o, SLUG, &o.organization_slug.to_ascii_lowercase(), ApiError::OrganizationSlugAlreadyUsed)?;
    match &o.organization_external_id {
        Some(id) => add_locator(tx, o, EXTERNAL_ID, id, ApiError::OrganizationExternalIdAlreadyUsed),
        None => Ok(()),
    }
}

fn add_locator(tx: &mut Tx, o: &Organization, kind: &str, name: &str, taken: ApiError) -> Result<()> {
    tx.execute(
        "INSERT INTO organization_locators (project_id, kind, name, organization_id) VALUES ($1, $2, $3, $4)",
        args![&o.project_id, kind, name, &o.organization_id],
    )
    .on_unique("organization_locators_pkey", taken)?;
    Ok(())
}

fn remove_locators(tx: &mut Tx, o: &Organization) -> Result<()> {
    tx.execute(
        "DELETE FROM organization_locators WHERE project_id = $1 AND organization_id = $2",
        args![&o.project_id, &o.organization_id],
    )?;
    Ok(())
}

fn add_domains(tx: &mut Tx, o: &Organization) -> Result<()> {
    let lists = [("allowed", &o.settings.email_allowed_domains), ("claimed", &o.settings.claimed_email_domains)];
    for (kind, domains) in lists {
        for domain in domains {
            tx.execute(
                "INSERT INTO organization_domains (project_id, kind, domain, organization_id) VALUES ($1, $2, $3, $4)",
                args![&o.project_id, kind, domain.as_str(), &o.organization_id],
            )?;
        }
    }
    Ok(())
}

fn remove_domains(tx: &mut Tx, o: &Organization) -> Result<()> {
    tx.execute(
        "DELETE FROM organization_domains WHERE project_id = $1 AND organization_id = $2",
        args![&o.project_id, &o.organization_id],
    )?;
    Ok(())
}

pub(super) fn find(tx: &mut Tx, project: &ProjectId, id: &OrganizationId) -> Result<Option<Organization>> {
    Ok(tx.optional("SELECT * FROM organizations WHERE project_id = $1 AND id = $2", args![project, id])?)
}

/// The organization with this slug or external id. A slug comes first if one's external id is another's slug.
pub(super) fn resolve(tx: &mut Tx, project: &ProjectId, name: &str) -> Result<Option<OrganizationId>> {
    let row = tx.optional::<(OrganizationId,)>(
        "SELECT organization_id FROM organization_locators
         WHERE project_id = $1 AND ((kind = $2 AND name = $3) OR (kind = $4 AND name = $5))
         ORDER BY kind DESC LIMIT 1",
        args![project, SLUG, name.to_ascii_lowercase(), EXTERNAL_ID, name],
    )?;
    Ok(row.map(|(id,)| id))
}

pub(super) fn claiming(tx: &mut Tx, project: &ProjectId, domain: &str) -> Result<Vec<OrganizationId>> {
    let rows = tx.all::<(OrganizationId,)>(
        "SELECT organization_id FROM organization_domains WHERE project_id = $1 AND kind = $2 AND domain = $3",
        args![project, "claimed", domain],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// At most 100, oldest first.
pub(super) fn allowing(tx: &mut Tx, project: &ProjectId, domain: &str) -> Result<Vec<Organization>> {
    Ok(tx.all(
        "SELECT o.* FROM organization_domains d
         JOIN organizations o ON o.project_id = d.project_id AND o.id = d.organization_id
         WHERE d.project_id = $1 AND d.kind = $2 AND d.domain = $3
         ORDER BY o.created_at, o.id LIMIT 100",
        args![project, "allowed", domain],
    )?)
}

/// One page of a search. `condition` is made by the search from fixed fragments; it never holds what a client sent.
pub(super) fn search(
    tx: &mut Tx,
    project: &ProjectId,
    condition: &str,
    mut arguments: Vec<Value>,
    after: Option<(Timestamp, String)>,
    limit: i64,
) -> Result<(Vec<Organization>, i64)> {
    arguments.insert(0, Value::from(project));
    let total_sql = format!("SELECT COUNT(*) FROM organizations o WHERE o.project_id = $1 AND ({condition})");
    let (total,) = tx.one::<(i64,)>(&total_sql, &arguments)?;
    let page = search::after("o", after, &mut arguments);
    arguments.push(Value::from(limit));
    let sql = format!(
        "SELECT o.* FROM organizations o WHERE o.project_id = $1 AND ({condition}) AND {page}
         ORDER BY o.created_at, o.id LIMIT ${}",
        arguments.len()
    );
    Ok((tx.all(&sql, &arguments)?, total))
}
