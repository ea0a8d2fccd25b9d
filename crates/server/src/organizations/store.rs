use super::{Colors, KnownConnection, KnownScimConnection, Organization};
use crate::search::{self, folded};
use database::{FromRow, Json, Row, Timestamp, Tx, Value, args, row};
use foundation::error::{ApiError, OnUnique as _, Result};
use foundation::id::{OrganizationId, ProjectId};
use foundation::metadata::Metadata;
use foundation::tables::{Owner, Table};
use mail::Color;

/// The tables of this subject. Those of what is looked up across the project go with the organization itself.
pub(crate) const TABLES: &[Table] = &[
    Table::new("organizations", Owner::Project("project_id")),
    Table::new("organization_locators", Owner::Project("project_id")),
    Table::new("organization_domains", Owner::Project("project_id")),
    Table::new("organization_oauth_tenants", Owner::Project("project_id")),
    Table::new("deleted_organizations", Owner::Project("project_id")),
];

impl FromRow for Organization {
    fn from_row(row: &mut Row) -> database::Result<Self> {
        Ok(Organization {
            project_id: row.get("project_id")?,
            revision: row.get("revision")?,
            sso_connections: row
                .get::<Option<Json<Vec<KnownConnection>>>>("sso_connections")?
                .map_or_else(Vec::new, |j| j.0),
            scim_connection: row.get::<Option<Json<KnownScimConnection>>>("scim_connection")?.map(|j| j.0),
            colors: Colors {
                brand_color: color(row, "brand_color")?,
                background_color: color(row, "background_color")?,
            },
            organization_id: row.get("id")?,
            organization_name: row.get("name")?,
            organization_slug: row.get("slug")?,
            organization_external_id: row.get("external_id")?,
            settings: row.get("settings")?,
            trusted_metadata: row.get::<Json<Metadata>>("trusted_metadata")?.0,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

fn color(row: &mut Row, column: &str) -> database::Result<Option<Color>> {
    Ok(row.get::<Option<String>>(column)?.and_then(|text| text.parse().ok()))
}

/// Slugs and external ids are looked up across the project, so they stand in a small table of their own. They are one name
/// space: what one organization is called by, no other is, in any case. An external id that is the organization's own slug
/// stands there once.
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
            folded(&o.organization_name),
            &o.organization_slug,
            o.organization_external_id.as_deref(),
            Json(&o.settings),
            Json(&o.trusted_metadata),
            o.created_at,
            o.updated_at
        ],
    )?;
    add_slug(tx, o)?;
    add_external_id(tx, o)?;
    add_domains(tx, o)?;
    add_tenants(tx, o)
}

/// Stores a changed organization, and in the tables that are looked up across the project only what differs.
pub(super) fn update(tx: &mut Tx, before: &Organization, o: &Organization) -> Result<()> {
    tx.execute(
        "UPDATE organizations SET name = $3, folded_name = $4, slug = $5, external_id = $6, settings = $7,
                                  trusted_metadata = $8, updated_at = $9, sso_connections = $10,
                                  scim_connection = $11, brand_color = $12, background_color = $13,
                                  revision = revision + 1
         WHERE project_id = $1 AND id = $2",
        args![
            &o.project_id,
            &o.organization_id,
            &o.organization_name,
            folded(&o.organization_name),
            &o.organization_slug,
            o.organization_external_id.as_deref(),
            Json(&o.settings),
            Json(&o.trusted_metadata),
            o.updated_at,
            (!o.sso_connections.is_empty()).then_some(Json(&o.sso_connections)),
            o.scim_connection.as_ref().map(Json),
            o.colors.brand_color.map(String::from),
            o.colors.background_color.map(String::from)
        ],
    )?;
    rename(tx, before, o)?;
    let domains =
        |o: &Organization| (o.settings.email_allowed_domains.clone(), o.settings.claimed_email_domains.clone());
    if domains(before) != domains(o) {
        remove_domains(tx, o)?;
        add_domains(tx, o)?;
    }
    if before.settings.allowed_oauth_tenants != o.settings.allowed_oauth_tenants {
        remove_tenants(tx, o)?;
        add_tenants(tx, o)?;
    }
    Ok(())
}

/// Removes the organization's own rows, in the order in which a change writes them.
pub(super) fn delete(tx: &mut Tx, o: &Organization) -> Result<()> {
    tx.execute(
        "DELETE FROM organizations WHERE project_id = $1 AND id = $2",
        args![&o.project_id, &o.organization_id],
    )?;
    remove_locators(tx, o)?;
    remove_domains(tx, o)?;
    remove_tenants(tx, o)
}

/// Some of a project's organizations.
pub(super) fn some_of_project(tx: &mut Tx, project: &ProjectId) -> Result<Vec<OrganizationId>> {
    let rows = tx.all::<(OrganizationId,)>(
        "SELECT id FROM organizations WHERE project_id = $1 ORDER BY created_at, id LIMIT 100",
        args![project],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The next organizations of a project, by age, after the one that was made then.
pub(super) fn next_of_project(
    tx: &mut Tx,
    project: &ProjectId,
    (created_at, id): &(Timestamp, String),
) -> Result<Vec<(Timestamp, OrganizationId)>> {
    Ok(tx.all(
        "SELECT created_at, id FROM organizations WHERE project_id = $1 AND (created_at, id) > ($2, $3)
         ORDER BY created_at, id LIMIT 100",
        args![project, *created_at, id],
    )?)
}

/// Notes that there are rows left of it.
pub(super) fn insert_deleted(tx: &mut Tx, o: &Organization, now: Timestamp) -> Result<()> {
    tx.execute_later(
        "INSERT INTO deleted_organizations (project_id, organization_id, deleted_at) VALUES ($1, $2, $3)",
        args![&o.project_id, &o.organization_id, now],
    )?;
    Ok(())
}

/// Organizations of which there may be rows left, and since when.
pub(super) fn deleted(tx: &mut Tx) -> Result<Vec<(ProjectId, OrganizationId, Timestamp)>> {
    Ok(tx.all(
        "SELECT project_id, organization_id, deleted_at FROM deleted_organizations
         ORDER BY deleted_at, organization_id LIMIT 100",
        &[],
    )?)
}

/// Nothing is left of it.
pub(super) fn forget_deleted(tx: &mut Tx, project: &ProjectId, organization: &OrganizationId) -> Result<()> {
    tx.execute(
        "DELETE FROM deleted_organizations WHERE project_id = $1 AND organization_id = $2",
        args![project, organization],
    )?;
    Ok(())
}

/// Replaces only what differs: a name that has stayed may be one that an older organization has as well.
fn rename(tx: &mut Tx, before: &Organization, o: &Organization) -> Result<()> {
    let id = |o: &Organization| o.organization_external_id.clone();
    let is_slug = |o: &Organization| id(o).is_some_and(|id| id.eq_ignore_ascii_case(&o.organization_slug));
    let other_slug = before.organization_slug != o.organization_slug;
    let other_id = id(before) != id(o) || is_slug(before) != is_slug(o);
    // All that goes, goes first: the two may change places.
    let mut given_up = Vec::new();
    if other_slug {
        given_up.extend(remove_locator(tx, o, SLUG)?);
    }
    if other_id {
        given_up.extend(remove_locator(tx, o, EXTERNAL_ID)?);
    }
    if other_slug {
        add_slug(tx, o)?;
    }
    if other_id {
        add_external_id(tx, o)?;
    }
    pass_on(tx, o, given_up)
}

fn add_slug(tx: &mut Tx, o: &Organization) -> Result<()> {
    add_locator(tx, o, SLUG, &o.organization_slug.to_ascii_lowercase(), ApiError::OrganizationSlugAlreadyUsed)
}

fn add_external_id(tx: &mut Tx, o: &Organization) -> Result<()> {
    match &o.organization_external_id {
        Some(id) => add_locator(tx, o, EXTERNAL_ID, id, ApiError::OrganizationExternalIdAlreadyUsed),
        None => Ok(()),
    }
}

fn add_locator(tx: &mut Tx, o: &Organization, kind: &str, name: &str, taken: ApiError) -> Result<()> {
    tx.execute(
        "INSERT INTO organization_locators (project_id, kind, name, folded, organization_id) VALUES ($1, $2, $3, $4, $5)",
        args![&o.project_id, kind, name, name.to_ascii_lowercase(), &o.organization_id],
    )
    .on_uniques(&[("organization_locators_pkey", taken), ("organization_locators_project_id_folded_key", taken)])?;
    Ok(())
}

fn remove_locators(tx: &mut Tx, o: &Organization) -> Result<()> {
    let given_up = [remove_locator(tx, o, SLUG)?, remove_locator(tx, o, EXTERNAL_ID)?];
    pass_on(tx, o, given_up.into_iter().flatten())
}

/// Removes a name of the organization; what it was, in lower case.
fn remove_locator(tx: &mut Tx, o: &Organization, kind: &str) -> Result<Option<String>> {
    let removed = tx.optional::<(String,)>(
        "DELETE FROM organization_locators WHERE project_id = $1 AND organization_id = $2 AND kind = $3 RETURNING folded",
        args![&o.project_id, &o.organization_id, kind],
    )?;
    Ok(removed.map(|(folded,)| folded))
}

/// Names that an organization has given up are those of who had them behind it, the oldest first. Nobody new gets them.
fn pass_on(tx: &mut Tx, o: &Organization, given_up: impl IntoIterator<Item = String>) -> Result<()> {
    for folded in given_up {
        tx.execute(
            "UPDATE organization_locators SET shadowed = $3 WHERE (project_id, kind, name) IN
             (SELECT project_id, kind, name FROM organization_locators WHERE project_id = $1 AND folded = $2 AND shadowed
              AND NOT EXISTS (SELECT 1 FROM organization_locators WHERE project_id = $1 AND folded = $2 AND NOT shadowed)
              ORDER BY organization_id, kind LIMIT 1)",
            args![&o.project_id, folded, false],
        )?;
    }
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

/// Lists that were stored by a program before this one may name a tenant twice.
fn add_tenants(tx: &mut Tx, o: &Organization) -> Result<()> {
    for (provider, tenants) in &o.settings.allowed_oauth_tenants {
        for tenant in tenants {
            tx.execute(
                "INSERT INTO organization_oauth_tenants (project_id, provider, tenant_id, organization_id)
                 VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                args![&o.project_id, provider, tenant, &o.organization_id],
            )?;
        }
    }
    Ok(())
}

fn remove_tenants(tx: &mut Tx, o: &Organization) -> Result<()> {
    tx.execute(
        "DELETE FROM organization_oauth_tenants WHERE project_id = $1 AND organization_id = $2",
        args![&o.project_id, &o.organization_id],
    )?;
    Ok(())
}

const FIND: &str = "SELECT * FROM organizations WHERE project_id = $1 AND id = $2";

/// That [`find`] will follow.
pub(super) fn prefetch(tx: &mut Tx, project: &ProjectId, id: &OrganizationId) -> Result<()> {
    Ok(tx.prefetch(FIND, args![project, id])?)
}

pub(super) fn find(tx: &mut Tx, project: &ProjectId, id: &OrganizationId) -> Result<Option<Organization>> {
    Ok(tx.optional(FIND, args![project, id])?)
}

/// A name of an organization.
struct Locator {
    kind: String,
    name: String,
    organization_id: OrganizationId,
    shadowed: bool,
}
row!(Locator { kind, name, organization_id, shadowed });

/// Who is called so, in any case. Each half is an index of its own.
fn called(tx: &mut Tx, project: &ProjectId, name: &str) -> Result<Vec<Locator>> {
    Ok(tx.all(
        "SELECT kind, name, organization_id, shadowed FROM organization_locators
         WHERE project_id = $1 AND folded = $2 AND NOT shadowed
         UNION ALL
         SELECT kind, name, organization_id, shadowed FROM organization_locators
         WHERE project_id = $1 AND folded = $2 AND shadowed",
        args![project, name.to_ascii_lowercase()],
    )?)
}

/// The organization with this slug, in any case, or this very external id.
///
/// Where two have had the same name since before names were one space, it is the one that had it first.
pub(super) fn resolve(tx: &mut Tx, project: &ProjectId, name: &str) -> Result<Option<OrganizationId>> {
    let meant = called(tx, project, name)?.into_iter().filter(|known| known.kind == SLUG || known.name == name);
    Ok(meant.min_by_key(|known| (known.shadowed, known.kind != SLUG)).map(|known| known.organization_id))
}

/// The organization with this slug, in any case.
pub(super) fn resolve_slug(tx: &mut Tx, project: &ProjectId, slug: &str) -> Result<Option<OrganizationId>> {
    let row = tx.optional::<(OrganizationId,)>(
        "SELECT organization_id FROM organization_locators WHERE project_id = $1 AND kind = $2 AND name = $3",
        args![project, SLUG, slug.to_ascii_lowercase()],
    )?;
    Ok(row.map(|(id,)| id))
}

/// Whether any organization is called so, in any case.
pub(super) fn is_taken(tx: &mut Tx, project: &ProjectId, name: &str) -> Result<bool> {
    Ok(!called(tx, project, name)?.is_empty())
}

const CLAIMING: &str =
    "SELECT organization_id FROM organization_domains WHERE project_id = $1 AND kind = $2 AND domain = $3";

/// That [`claiming`] will follow.
pub(super) fn prefetch_claiming(tx: &mut Tx, project: &ProjectId, domain: &str) -> Result<()> {
    Ok(tx.prefetch(CLAIMING, args![project, "claimed", domain])?)
}

pub(super) fn claiming(tx: &mut Tx, project: &ProjectId, domain: &str) -> Result<Vec<OrganizationId>> {
    let rows = tx.all::<(OrganizationId,)>(CLAIMING, args![project, "claimed", domain])?;
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

/// At most 100, oldest first.
pub(super) fn listing_tenants(
    tx: &mut Tx,
    project: &ProjectId,
    provider: &str,
    tenants: &[String],
) -> Result<Vec<Organization>> {
    Ok(tx.all(
        "SELECT o.* FROM organizations o
         WHERE o.project_id = $1 AND o.id IN
               (SELECT t.organization_id FROM organization_oauth_tenants t
                WHERE t.project_id = $1 AND t.provider = $2 AND t.tenant_id = ANY($3))
         ORDER BY o.created_at, o.id LIMIT 100",
        args![project, provider, tenants],
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
