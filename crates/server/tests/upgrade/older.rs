//! What the program before `0007_indexes_for_the_house` writes, word for word.

use database::{Result, Row, Timestamp, Tx, Value, args};
use foundation::id::{Environment, MemberId, OrganizationId, OutboxId, ProjectId, SessionId};
use serde_json::json;

/// An organization, as it knows one.
#[derive(Clone)]
pub(crate) struct Organization {
    pub(crate) id: OrganizationId,
    pub(crate) project: ProjectId,
    pub(crate) slug: String,
    pub(crate) external_id: Option<String>,
    pub(crate) created_at: Timestamp,
}

impl Organization {
    pub(crate) fn new(project: &ProjectId, slug: &str, external_id: Option<&str>, created_at: Timestamp) -> Self {
        let (id, external_id) = (OrganizationId::new(Environment::Test), external_id.map(str::to_owned));
        Self { id, project: project.clone(), slug: slug.into(), external_id, created_at }
    }

    pub(crate) fn insert(&self, tx: &mut Tx) -> Result<()> {
        tx.execute(
            "INSERT INTO organizations (id, project_id, name, folded_name, slug, external_id, settings, trusted_metadata,
                                    created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            args![
                &self.id,
                &self.project,
                "Acme",
                "acme",
                &self.slug,
                self.external_id.as_deref(),
                settings(),
                json!({}),
                self.created_at,
                self.created_at
            ],
        )?;
        self.add_locators(tx)
    }

    /// Whatever has changed, it writes the names anew.
    pub(crate) fn update(&self, tx: &mut Tx, name: &str, now: Timestamp) -> Result<()> {
        tx.execute(
            "UPDATE organizations SET name = $3, folded_name = $4, slug = $5, external_id = $6, settings = $7,
                                  trusted_metadata = $8, updated_at = $9, revision = revision + 1
         WHERE project_id = $1 AND id = $2",
            args![
                &self.project,
                &self.id,
                name,
                name.to_lowercase(),
                &self.slug,
                self.external_id.as_deref(),
                settings(),
                json!({}),
                now
            ],
        )?;
        self.remove_locators(tx)?;
        self.add_locators(tx)
    }

    pub(crate) fn delete(&self, tx: &mut Tx) -> Result<()> {
        self.remove_locators(tx)?;
        tx.execute("DELETE FROM organizations WHERE project_id = $1 AND id = $2", args![&self.project, &self.id])?;
        Ok(())
    }

    fn add_locators(&self, tx: &mut Tx) -> Result<()> {
        self.add_locator(tx, "slug", &self.slug.to_ascii_lowercase())?;
        match &self.external_id {
            Some(id) => self.add_locator(tx, "external_id", id),
            None => Ok(()),
        }
    }

    fn add_locator(&self, tx: &mut Tx, kind: &str, name: &str) -> Result<()> {
        tx.execute(
            "INSERT INTO organization_locators (project_id, kind, name, organization_id) VALUES ($1, $2, $3, $4)",
            args![&self.project, kind, name, &self.id],
        )?;
        Ok(())
    }

    fn remove_locators(&self, tx: &mut Tx) -> Result<()> {
        tx.execute(
            "DELETE FROM organization_locators WHERE project_id = $1 AND organization_id = $2",
            args![&self.project, &self.id],
        )?;
        Ok(())
    }

    /// The organization with this slug or external id, as it finds one.
    pub(crate) fn resolve(tx: &mut Tx, project: &ProjectId, name: &str) -> Result<Option<OrganizationId>> {
        let row = tx.optional::<(OrganizationId,)>(
            "SELECT organization_id FROM organization_locators
         WHERE project_id = $1 AND ((kind = $2 AND name = $3) OR (kind = $4 AND name = $5))
         ORDER BY kind DESC LIMIT 1",
            args![project, "slug", name.to_ascii_lowercase(), "external_id", name],
        )?;
        Ok(row.map(|(id,)| id))
    }
}

fn settings() -> serde_json::Value {
    json!({ "organization_logo_url": "", "auth_methods": "ALL_ALLOWED", "mfa_policy": "OPTIONAL", "custom_roles": [] })
}

/// A member with an address.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) id: MemberId,
    pub(crate) organization: Organization,
    pub(crate) email: String,
}

impl Member {
    pub(crate) fn of(organization: &Organization, name: &str) -> Self {
        let id = MemberId::new(Environment::Test);
        Self { id, organization: organization.clone(), email: format!("{name}@example.com") }
    }

    pub(crate) fn insert(&self, tx: &mut Tx) -> Result<()> {
        let Organization { id: organization, project, created_at, .. } = &self.organization;
        let profile = json!({
            "email_id": "email-test-00000000-0000-4000-8000-000000000000", "retired_email_addresses": [], "name": "Ada",
            "external_id": null, "direct_roles": ["stytch_admin"], "mfa_enrolled": false, "mfa_phone_number": "",
            "mfa_phone_number_verified": false, "default_mfa_method": "", "trusted_metadata": {}, "untrusted_metadata": {},
        });
        tx.execute(
            "INSERT INTO members (organization_id, id, project_id, status, email_address, email_domain, email_verified,
                              external_id, is_breakglass, mfa_phone_number, profile, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            args![
                organization,
                &self.id,
                project,
                "active",
                &self.email,
                "example.com",
                true,
                None::<String>,
                false,
                None::<String>,
                profile,
                created_at,
                created_at
            ],
        )?;
        tx.execute_later(
            "INSERT INTO member_locations (project_id, member_id, organization_id) VALUES ($1, $2, $3)",
            args![project, &self.id, organization],
        )?;
        tx.execute(
            "INSERT INTO member_emails (organization_id, email_address, member_id, kind) VALUES ($1, $2, $3, $4)",
            args![organization, &self.email, &self.id, "primary"],
        )?;
        tx.execute_later(
            "INSERT INTO member_directory (project_id, email_address, organization_id, member_id) VALUES ($1, $2, $3, $4)",
            args![project, &self.email, organization, &self.id],
        )?;
        tx.execute_later(
            "INSERT INTO member_roles (organization_id, member_id, role_id) VALUES ($1, $2, $3)",
            args![organization, &self.id, "stytch_admin"],
        )
    }
}

fn factors(member: &Member) -> serde_json::Value {
    let at = "2026-01-01T00:00:00Z";
    json!([{
        "type": "magic_link", "delivery_method": "email", "last_authenticated_at": at, "created_at": at, "updated_at": at,
        "sequence_order": "PRIMARY",
        "email_factor": { "email_id": "email-test-00000000-0000-4000-8000-000000000000", "email_address": member.email },
    }])
}

pub(crate) fn insert_session(
    tx: &mut Tx,
    member: &Member,
    id: &SessionId,
    token_hash: &[u8; 32],
    (now, ends): (Timestamp, Timestamp),
) -> Result<()> {
    tx.execute(
        "INSERT INTO sessions (organization_id, id, project_id, member_id, generation, token_hash, started_at,
                               last_accessed_at, expires_at, factors, custom_claims)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![
            &member.organization.id,
            id,
            &member.organization.project,
            &member.id,
            Some(0i64),
            token_hash.as_slice(),
            now,
            now,
            ends,
            factors(member),
            json!({})
        ],
    )?;
    Ok(())
}

/// Prolongs a session, and adds a claim.
pub(crate) fn update_session(
    tx: &mut Tx,
    member: &Member,
    id: &SessionId,
    (now, ends): (Timestamp, Timestamp),
) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE sessions SET last_accessed_at = $3, expires_at = $4, factors = $5, custom_claims = $6,
                             revision = revision + 1
         WHERE organization_id = $1 AND id = $2",
        args![&member.organization.id, id, now, ends, factors(member), json!({ "by": "the older" })],
    )?;
    Ok(changed > 0)
}

/// Notes that a session was used.
pub(crate) fn touch(tx: &mut Tx, member: &Member, id: &SessionId, at: Timestamp) -> Result<()> {
    let rows = [args![&member.organization.id, id, at].to_vec()];
    tx.execute_each(
        "UPDATE sessions SET last_accessed_at = $3 WHERE organization_id = $1 AND id = $2 AND last_accessed_at < $3",
        &rows,
    )?;
    Ok(())
}

/// Ends all sessions of a member, but those that it keeps.
pub(crate) fn end_sessions(tx: &mut Tx, member: &Member, keep: &SessionId, generation: i64) -> Result<()> {
    tx.execute(
        "UPDATE members SET session_generation = $3, revision = revision + 1 WHERE organization_id = $1 AND id = $2",
        args![&member.organization.id, &member.id, generation],
    )?;
    tx.execute(
        "DELETE FROM sessions WHERE organization_id = $1 AND member_id = $2 AND id <> $3",
        args![&member.organization.id, &member.id, keep],
    )?;
    tx.execute(
        "UPDATE sessions SET generation = $3, revision = revision + 1 WHERE organization_id = $1 AND id = $2",
        args![&member.organization.id, keep, generation],
    )?;
    Ok(())
}

/// A link that was mailed to a member.
pub(crate) fn insert_link(
    tx: &mut Tx,
    member: &Member,
    token_hash: &[u8; 32],
    (now, ends): (Timestamp, Timestamp),
) -> Result<()> {
    tx.execute_later(
        "INSERT INTO one_time_tokens (scope, token_hash, project_id, purpose, member_id, email_address, redirect_url,
                                      pkce_code_challenge, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            &member.organization.id,
            token_hash.as_slice(),
            &member.organization.project,
            "login",
            Some(&member.id),
            &member.email,
            "http://localhost:3000/authenticate",
            None::<String>,
            now,
            ends
        ],
    )
}

pub(crate) fn use_link(tx: &mut Tx, scope: &OrganizationId, token_hash: &[u8; 32], now: Timestamp) -> Result<bool> {
    let used = tx.execute(
        "UPDATE one_time_tokens SET used_at = $3 WHERE scope = $1 AND token_hash = $2 AND used_at IS NULL AND expires_at > $4",
        args![scope, token_hash.as_slice(), now, now],
    )?;
    Ok(used == 1)
}

/// A message that waits in the outbox.
pub(crate) fn insert_message(
    tx: &mut Tx,
    project: &ProjectId,
    id: &OutboxId,
    recipient: &str,
    sealed_body: Vec<u8>,
    now: Timestamp,
) -> Result<()> {
    tx.execute_later(
        "INSERT INTO outbox (id, project_id, kind, recipient, sealed_body, status, attempts, due_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![id, project, "mail", recipient, sealed_body, "waiting", 0i64, now, now],
    )
}

/// A message that was claimed.
pub(crate) struct Claimed {
    pub(crate) id: OutboxId,
    pub(crate) attempts: i64,
}

impl database::FromRow for Claimed {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self { id: row.get("id")?, attempts: row.get("attempts")? })
    }
}

pub(crate) fn claim(tx: &mut Tx, now: Timestamp, leased_until: Timestamp) -> Result<Vec<Claimed>> {
    tx.all(
        "UPDATE outbox SET due_at = $1, attempts = attempts + 1
         WHERE id IN (SELECT id FROM outbox WHERE status = $2 AND due_at <= $3 ORDER BY due_at, id LIMIT $4)
         RETURNING id, kind, recipient, sealed_body, status, attempts, last_error, created_at",
        args![leased_until, "waiting", now, 100i64],
    )
}

/// How it notes what became of a message.
pub(crate) const OUTCOMES: [&str; 4] = [
    "UPDATE outbox SET due_at = $2, attempts = attempts - 1, last_error = 'released' WHERE id = $1",
    "UPDATE outbox SET due_at = $2, last_error = 'retried' WHERE id = $1",
    "UPDATE outbox SET status = 'failed', sealed_body = NULL, last_error = $2 WHERE id = $1",
    "UPDATE outbox SET status = 'delivered', sealed_body = NULL, last_error = NULL WHERE id = $1 AND $2 = $2",
];

/// The project's policy, which it writes whole.
pub(crate) fn set_policy(tx: &mut Tx, project: &ProjectId, policy: Value, now: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO rbac_policies (project_id, policy, updated_at) VALUES ($1, $2, $3)
         ON CONFLICT (project_id) DO UPDATE SET policy = excluded.policy, updated_at = excluded.updated_at",
        args![project, policy, now],
    )?;
    Ok(())
}
