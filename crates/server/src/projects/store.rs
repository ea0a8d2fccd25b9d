use database::{Json, Timestamp, Tx, args, row};
use foundation::error::Result;
use foundation::id::{Environment, ProjectId, SecretId};
use foundation::project::{Project, Settings};
use foundation::rbac::{Policy, given};
use foundation::stored::Stored;
use foundation::tables::{Owner, Table};

/// The tables of this subject.
pub(crate) const TABLES: &[Table] = &[
    Table::new("projects", Owner::Project("id")),
    Table {
        of_project: Some("DELETE FROM project_secrets WHERE project_id = $1"),
        ..Table::new("project_secrets", Owner::Project("project_id"))
    },
    Table {
        of_project: Some("DELETE FROM public_tokens WHERE project_id = $1"),
        ..Table::new("public_tokens", Owner::Project("project_id"))
    },
    Table {
        of_project: Some("DELETE FROM origins WHERE project_id = $1"),
        ..Table::new("origins", Owner::Project("project_id"))
    },
    Table {
        of_project: Some("DELETE FROM rbac_policies WHERE project_id = $1"),
        ..Table::new("rbac_policies", Owner::Project("project_id"))
    },
];

struct Row {
    id: ProjectId,
    name: String,
    environment: Environment,
    settings: Stored<Settings>,
}
row!(Row { id, name, environment, settings });

impl From<Row> for Project {
    fn from(row: Row) -> Self {
        Project { id: row.id, name: row.name, environment: row.environment, settings: row.settings }
    }
}

pub(super) fn insert(tx: &mut Tx, project: &Project, now: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO projects (id, name, environment, settings, created_at) VALUES ($1, $2, $3, $4, $5)",
        args![&project.id, &project.name, project.environment.as_str(), Json(&project.settings), now],
    )?;
    Ok(())
}

pub(super) fn update_settings(tx: &mut Tx, id: &ProjectId, settings: &Stored<Settings>) -> Result<bool> {
    let changed = tx.execute("UPDATE projects SET settings = $2 WHERE id = $1", args![id, Json(settings)])?;
    Ok(changed > 0)
}

pub(super) fn update_name(tx: &mut Tx, id: &ProjectId, name: &str) -> Result<()> {
    tx.execute("UPDATE projects SET name = $2 WHERE id = $1", args![id, name])?;
    Ok(())
}

/// Takes away all that somebody could come in by.
pub(super) fn close(tx: &mut Tx, id: &ProjectId) -> Result<()> {
    tx.execute("DELETE FROM project_secrets WHERE project_id = $1", args![id])?;
    tx.execute("DELETE FROM public_tokens WHERE project_id = $1", args![id])?;
    tx.execute("DELETE FROM origins WHERE project_id = $1", args![id])?;
    Ok(())
}

pub(super) fn has_organizations(tx: &mut Tx, id: &ProjectId) -> Result<bool> {
    let row =
        tx.optional::<(i64,)>("SELECT CAST(1 AS BIGINT) FROM organizations WHERE project_id = $1 LIMIT 1", args![id])?;
    Ok(row.is_some())
}

/// Deletes a project of which only its own row is left.
pub(super) fn delete(tx: &mut Tx, id: &ProjectId) -> Result<()> {
    tx.execute("DELETE FROM projects WHERE id = $1", args![id])?;
    Ok(())
}

pub(super) fn find(tx: &mut Tx, id: &ProjectId) -> Result<Option<Project>> {
    let stored = tx.optional::<Row>("SELECT id, name, environment, settings FROM projects WHERE id = $1", args![id])?;
    Ok(stored.map(Into::into))
}

pub(super) fn all(tx: &mut Tx) -> Result<Vec<Project>> {
    let stored = tx.all::<Row>("SELECT id, name, environment, settings FROM projects ORDER BY created_at, id", &[])?;
    Ok(stored.into_iter().map(Into::into).collect())
}

pub(super) fn insert_secret(
    tx: &mut Tx,
    project: &ProjectId,
    id: &SecretId,
    hash: &[u8; 32],
    last_four: &str,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO project_secrets (project_id, id, secret_hash, last_four, created_at) VALUES ($1, $2, $3, $4, $5)",
        args![project, id, hash.as_slice(), last_four, now],
    )?;
    Ok(())
}

pub(super) fn delete_secret(tx: &mut Tx, project: &ProjectId, id: &str) -> Result<bool> {
    Ok(tx.execute("DELETE FROM project_secrets WHERE project_id = $1 AND id = $2", args![project, id])? > 0)
}

pub(super) fn secret_hashes(tx: &mut Tx, project: &ProjectId) -> Result<Vec<Vec<u8>>> {
    let rows = tx.all::<(Vec<u8>,)>("SELECT secret_hash FROM project_secrets WHERE project_id = $1", args![project])?;
    Ok(rows.into_iter().map(|(hash,)| hash).collect())
}

/// The ids and last four characters of a project's secrets.
pub(super) fn secrets(tx: &mut Tx, project: &ProjectId) -> Result<Vec<(String, String)>> {
    Ok(tx.all(
        "SELECT id, last_four FROM project_secrets WHERE project_id = $1 ORDER BY created_at, id",
        args![project],
    )?)
}

pub(super) fn insert_public_token(tx: &mut Tx, project: &ProjectId, token: &str, now: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO public_tokens (token, project_id, created_at) VALUES ($1, $2, $3)",
        args![token, project, now],
    )?;
    Ok(())
}

pub(super) fn public_tokens(tx: &mut Tx, project: &ProjectId) -> Result<Vec<String>> {
    let rows = tx.all::<(String,)>(
        "SELECT token FROM public_tokens WHERE project_id = $1 ORDER BY created_at, token",
        args![project],
    )?;
    Ok(rows.into_iter().map(|(token,)| token).collect())
}

pub(super) fn find_by_public_token(tx: &mut Tx, token: &str) -> Result<Option<Project>> {
    let stored = tx.optional::<Row>(
        "SELECT p.id AS id, p.name AS name, p.environment AS environment, p.settings AS settings
         FROM public_tokens t JOIN projects p ON p.id = t.project_id WHERE t.token = $1",
        args![token],
    )?;
    Ok(stored.map(Into::into))
}

pub(super) fn insert_origin(tx: &mut Tx, project: &ProjectId, origin: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO origins (origin, project_id) VALUES ($1, $2) ON CONFLICT (origin, project_id) DO NOTHING",
        args![origin, project],
    )?;
    Ok(())
}

pub(super) fn delete_origin(tx: &mut Tx, project: &ProjectId, origin: &str) -> Result<bool> {
    Ok(tx.execute("DELETE FROM origins WHERE project_id = $1 AND origin = $2", args![project, origin])? > 0)
}

pub(super) fn origins(tx: &mut Tx, project: &ProjectId) -> Result<Vec<String>> {
    let rows =
        tx.all::<(String,)>("SELECT origin FROM origins WHERE project_id = $1 ORDER BY origin", args![project])?;
    Ok(rows.into_iter().map(|(origin,)| origin).collect())
}

/// Whether an origin is registered under one of two names.
pub(super) fn has_origin(tx: &mut Tx, project: &ProjectId, [own, wildcard]: &[String; 2]) -> Result<bool> {
    let row = tx.optional::<(i64,)>(
        "SELECT CAST(1 AS BIGINT) FROM origins WHERE project_id = $3 AND origin IN ($1, $2) LIMIT 1",
        args![own, wildcard, project],
    )?;
    Ok(row.is_some())
}

pub(super) fn is_origin_of_any(tx: &mut Tx, [own, wildcard]: &[String; 2]) -> Result<bool> {
    let row = tx.optional::<(i64,)>(
        "SELECT CAST(1 AS BIGINT) FROM origins WHERE origin IN ($1, $2) LIMIT 1",
        args![own, wildcard],
    )?;
    Ok(row.is_some())
}

/// Organizations, and members that are not deleted: those that the directory lists.
pub(super) fn counts(tx: &mut Tx, project: &ProjectId) -> Result<(i64, i64)> {
    let (organizations,) = tx.one("SELECT COUNT(*) FROM organizations WHERE project_id = $1", args![project])?;
    let (members,) = tx.one("SELECT COUNT(*) FROM member_directory WHERE project_id = $1", args![project])?;
    Ok((organizations, members))
}

struct PolicyRow {
    policy: Json<Policy>,
    given: Option<Json<Policy>>,
    is_given: bool,
}
row!(PolicyRow { policy, given, is_given });

/// What was given of the project's policy; `None` where nothing was. A program from before this column wrote the whole
/// policy, and writes only that.
pub(super) fn policy(tx: &mut Tx, project: &ProjectId) -> Result<Option<Policy>> {
    let row = tx.optional::<PolicyRow>(
        "SELECT policy, given, COALESCE(given_at = updated_at, FALSE) AS is_given FROM rbac_policies
         WHERE project_id = $1",
        args![project],
    )?;
    Ok(row.map(|row| match row.given {
        Some(Json(policy)) if row.is_given => policy,
        _ => given(row.policy.0),
    }))
}

pub(super) fn set_policy(
    tx: &mut Tx,
    project: &ProjectId,
    given: &Policy,
    whole: &Policy,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO rbac_policies (project_id, policy, updated_at, given, given_at) VALUES ($1, $2, $3, $4, $3)
         ON CONFLICT (project_id) DO UPDATE SET policy = excluded.policy, updated_at = excluded.updated_at,
                                                given = excluded.given, given_at = excluded.given_at",
        args![project, Json(whole), now, Json(given)],
    )?;
    Ok(())
}
