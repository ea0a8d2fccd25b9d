use super::begun::Begun;
use super::identity::Identity;
use database::{Json, Timestamp, Tx, args, row};
use foundation::error::Result;
use foundation::id::{OrganizationId, ProjectId};
use foundation::tables::{Kept, Old, Owner, Table};

/// Minutes that a token is kept once it is over.
const KEPT: i64 = 60;

const OWNER: Owner = Owner::Organization(&["organization_id", "project_id"]);

/// The tables of this subject.
pub(crate) const TABLES: &[Table] = &[
    Table {
        of_organization: Some(
            "DELETE FROM sso_logins WHERE organization_id = $1 AND state_hash IN
             (SELECT state_hash FROM sso_logins WHERE organization_id = $1 ORDER BY state_hash LIMIT $2)",
        ),
        old: &[Old {
            delete: "DELETE FROM sso_logins WHERE (organization_id, state_hash) IN
                     (SELECT organization_id, state_hash FROM sso_logins WHERE expires_at < $1
                      ORDER BY expires_at LIMIT $2)",
            kept: Kept::Minutes(0),
        }],
        ..Table::new("sso_logins", OWNER)
    },
    Table {
        of_organization: Some(
            "DELETE FROM sso_tokens WHERE organization_id = $1 AND token_hash IN
             (SELECT token_hash FROM sso_tokens WHERE organization_id = $1 ORDER BY token_hash LIMIT $2)",
        ),
        old: &[Old {
            delete: "DELETE FROM sso_tokens WHERE (organization_id, token_hash) IN
                     (SELECT organization_id, token_hash FROM sso_tokens WHERE expires_at < $1
                      ORDER BY expires_at LIMIT $2)",
            kept: Kept::Minutes(KEPT),
        }],
        ..Table::new("sso_tokens", OWNER)
    },
    Table {
        of_organization: Some(
            "DELETE FROM sso_assertions WHERE organization_id = $1 AND (connection_id, assertion_hash) IN
             (SELECT connection_id, assertion_hash FROM sso_assertions WHERE organization_id = $1
              ORDER BY connection_id, assertion_hash LIMIT $2)",
        ),
        old: &[Old {
            delete: "DELETE FROM sso_assertions WHERE (organization_id, connection_id, assertion_hash) IN
                     (SELECT organization_id, connection_id, assertion_hash FROM sso_assertions WHERE expires_at < $1
                      ORDER BY expires_at LIMIT $2)",
            kept: Kept::Minutes(0),
        }],
        ..Table::new("sso_assertions", OWNER)
    },
];

const FIND_LOGIN: &str = "SELECT expires_at FROM sso_logins WHERE organization_id = $1 AND state_hash = $2";

/// Says that [`use_login`] will follow: see [`Tx::prefetch`].
pub(super) fn prefetch_login(tx: &mut Tx, login: &Begun) -> Result<()> {
    Ok(tx.prefetch(FIND_LOGIN, args![&login.organization_id, login.state_hash.as_slice()])?)
}

/// Notes that a login has come back, which it does once; whether it had not.
pub(super) fn use_login(tx: &mut Tx, project: &ProjectId, login: &Begun) -> Result<bool> {
    let (organization, state) = (&login.organization_id, login.state_hash.as_slice());
    if tx.optional::<(Timestamp,)>(FIND_LOGIN, args![organization, state])?.is_some() {
        return Ok(false);
    }
    // One that another transaction notes meanwhile, which this one does not see, is in conflict with it.
    tx.execute_later(
        "INSERT INTO sso_logins (organization_id, state_hash, project_id, expires_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING",
        args![organization, state, project, login.told.expires_at],
    )?;
    Ok(true)
}

/// Remembers an assertion; whether it is new.
pub(super) fn insert_assertion(
    tx: &mut Tx,
    project: &ProjectId,
    organization: &OrganizationId,
    connection: &str,
    hash: &[u8; 32],
    until: Timestamp,
) -> Result<bool> {
    let inserted = tx.execute(
        "INSERT INTO sso_assertions (organization_id, connection_id, assertion_hash, project_id, expires_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        args![organization, connection, hash.as_slice(), project, until],
    )?;
    Ok(inserted > 0)
}

/// A token, as it is stored: everything but the token itself.
pub(super) struct StoredToken {
    pub(super) organization_id: OrganizationId,
    pub(super) token_hash: [u8; 32],
    /// The organization's own connection, which may be one that it borrows.
    pub(super) connection_id: String,
    pub(super) identity: Identity,
    pub(super) pkce_code_challenge: Option<String>,
    pub(super) expires_at: Timestamp,
}

pub(super) fn insert_token(tx: &mut Tx, project: &ProjectId, token: &StoredToken, now: Timestamp) -> Result<()> {
    tx.execute_later(
        "INSERT INTO sso_tokens (organization_id, token_hash, project_id, connection_id, identity, pkce_code_challenge,
                                 created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            &token.organization_id,
            token.token_hash.as_slice(),
            project,
            &token.connection_id,
            Json(&token.identity),
            token.pkce_code_challenge.as_deref(),
            now,
            token.expires_at
        ],
    )?;
    Ok(())
}

/// A token that can be used.
pub(super) fn find_token(
    tx: &mut Tx,
    project: &ProjectId,
    organization: &OrganizationId,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<StoredToken>> {
    let row = tx.optional::<TokenRow>(
        "SELECT connection_id, identity, pkce_code_challenge, expires_at FROM sso_tokens
         WHERE organization_id = $1 AND token_hash = $2 AND project_id = $3 AND used_at IS NULL AND expires_at > $4",
        args![organization, hash.as_slice(), project, now],
    )?;
    Ok(row.map(|row| StoredToken {
        organization_id: organization.clone(),
        token_hash: *hash,
        connection_id: row.connection_id,
        identity: row.identity.0,
        pkce_code_challenge: row.pkce_code_challenge,
        expires_at: row.expires_at,
    }))
}

struct TokenRow {
    connection_id: String,
    identity: Json<Identity>,
    pkce_code_challenge: Option<String>,
    expires_at: Timestamp,
}
row!(TokenRow { connection_id, identity, pkce_code_challenge, expires_at });

/// Uses a token up that this transaction has found: of any number of requests at once, exactly one does. Who it was about is
/// forgotten.
pub(super) fn use_token(tx: &mut Tx, organization: &OrganizationId, hash: &[u8; 32], now: Timestamp) -> Result<()> {
    tx.execute_later(
        "UPDATE sso_tokens SET used_at = $3, identity = $4 WHERE organization_id = $1 AND token_hash = $2",
        args![organization, hash.as_slice(), now, Json(serde_json::json!({}))],
    )?;
    Ok(())
}
