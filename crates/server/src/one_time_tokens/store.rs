use super::{OneTimeToken, Purpose};
use crate::factors::ImpersonatedFactor;
use database::{Json, Timestamp, Tx, args, row};
use foundation::email_address::EmailAddress;
use foundation::error::Result;
use foundation::id::{MemberId, OrganizationId, ProjectId, SessionId};
use foundation::tables::{Kept, Old, Owner, Table};

/// Minutes that a token is kept once it has expired: until then it says that it has, not that it never was.
const KEPT: i64 = 7 * 24 * 60;

/// The table of this subject.
pub(crate) const TABLES: &[Table] = &[Table {
    of_organization: Some(
        "DELETE FROM one_time_tokens WHERE scope = $1 AND token_hash IN
         (SELECT token_hash FROM one_time_tokens WHERE scope = $1 AND project_id = $3 ORDER BY token_hash LIMIT $2)",
    ),
    // Those of no organization have the project for their scope.
    of_project: Some(
        "DELETE FROM one_time_tokens WHERE scope = $1 AND token_hash IN
         (SELECT token_hash FROM one_time_tokens WHERE scope = $1 ORDER BY token_hash LIMIT $2)",
    ),
    of_member: Some(
        "DELETE FROM one_time_tokens WHERE scope = $1 AND token_hash IN
         (SELECT token_hash FROM one_time_tokens WHERE scope = $1 AND member_id = $2 AND used_at IS NULL
          ORDER BY token_hash LIMIT $3)",
    ),
    old: &[Old {
        delete: "DELETE FROM one_time_tokens WHERE (scope, token_hash) IN
                 (SELECT scope, token_hash FROM one_time_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        kept: Kept::Minutes(KEPT),
    }],
    ..Table::new("one_time_tokens", Owner::Organization(&["scope", "project_id"]))
}];

struct Row {
    scope: String,
    project_id: ProjectId,
    purpose: String,
    member_id: Option<MemberId>,
    generation: Option<i64>,
    email_address: String,
    redirect_url: String,
    pkce_code_challenge: Option<String>,
    session_id: Option<SessionId>,
    impersonator: Option<Json<ImpersonatedFactor>>,
    expires_at: Timestamp,
    used_at: Option<Timestamp>,
}
row!(Row {
    scope,
    project_id,
    purpose,
    member_id,
    generation,
    email_address,
    redirect_url,
    pkce_code_challenge,
    session_id,
    impersonator,
    expires_at,
    used_at
});

pub(super) fn insert(tx: &mut Tx, token: &OneTimeToken, now: Timestamp) -> Result<()> {
    tx.execute_later(
        "INSERT INTO one_time_tokens (scope, token_hash, project_id, purpose, member_id, generation, email_address,
                                      redirect_url, pkce_code_challenge, created_at, expires_at, session_id, impersonator)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        args![
            &token.scope,
            token.hash.as_slice(),
            &token.project_id,
            token.purpose.as_str(),
            token.member_id.as_ref(),
            token.generation,
            token.email.as_str(),
            &token.redirect_url,
            token.pkce_code_challenge.as_deref(),
            now,
            token.expires_at,
            token.session_id.as_ref(),
            token.impersonator.as_ref().map(Json)
        ],
    )?;
    Ok(())
}

/// Nothing where the purpose is one that only a newer program has.
pub(super) fn find(tx: &mut Tx, project: &ProjectId, scope: &str, hash: &[u8; 32]) -> Result<Option<OneTimeToken>> {
    let row = tx.optional::<Row>(
        "SELECT scope, project_id, purpose, member_id, generation, email_address, redirect_url, pkce_code_challenge,
                session_id, impersonator, expires_at, used_at
         FROM one_time_tokens WHERE scope = $1 AND token_hash = $2 AND project_id = $3",
        args![scope, hash.as_slice(), project],
    )?;
    Ok(row.and_then(|row| {
        Some(OneTimeToken {
            scope: row.scope,
            project_id: row.project_id,
            hash: *hash,
            purpose: Purpose::parse(&row.purpose)?,
            member_id: row.member_id,
            generation: row.generation,
            email: EmailAddress::stored(row.email_address),
            redirect_url: row.redirect_url,
            pkce_code_challenge: row.pkce_code_challenge,
            session_id: row.session_id,
            impersonator: row.impersonator.map(|by| by.0),
            expires_at: row.expires_at,
            used_at: row.used_at,
        })
    }))
}

pub(super) fn consume(tx: &mut Tx, scope: &str, hash: &[u8; 32], now: Timestamp) -> Result<()> {
    tx.execute_later(
        "UPDATE one_time_tokens SET used_at = $3 WHERE scope = $1 AND token_hash = $2",
        args![scope, hash.as_slice(), now],
    )?;
    Ok(())
}

pub(super) fn use_up(tx: &mut Tx, project: &ProjectId, scope: &str, hash: &[u8; 32], now: Timestamp) -> Result<()> {
    tx.execute_later(
        "UPDATE one_time_tokens SET used_at = $4
         WHERE scope = $1 AND token_hash = $2 AND project_id = $3 AND used_at IS NULL",
        args![scope, hash.as_slice(), project, now],
    )?;
    Ok(())
}

pub(super) fn is_on_its_way_to_another(
    tx: &mut Tx,
    organization: &OrganizationId,
    purpose: Purpose,
    email: &EmailAddress,
    except: &MemberId,
    now: Timestamp,
) -> Result<bool> {
    let row = tx.optional::<(String,)>(
        "SELECT member_id FROM one_time_tokens
         WHERE scope = $1 AND email_address = $2 AND purpose = $3 AND member_id <> $4 AND used_at IS NULL
           AND expires_at > $5 LIMIT 1",
        args![organization, email.as_str(), purpose.as_str(), except, now],
    )?;
    Ok(row.is_some())
}

pub(super) fn delete_of_purpose(
    tx: &mut Tx,
    organization: &OrganizationId,
    member: &MemberId,
    purpose: Purpose,
) -> Result<()> {
    tx.execute(
        "DELETE FROM one_time_tokens WHERE scope = $1 AND member_id = $2 AND purpose = $3",
        args![organization, member, purpose.as_str()],
    )?;
    Ok(())
}

/// There is an index of just these.
pub(super) fn delete_password_resets_of_address(tx: &mut Tx, project: &ProjectId, email: &EmailAddress) -> Result<()> {
    tx.execute(
        "DELETE FROM one_time_tokens
         WHERE scope = $1 AND project_id = $1 AND email_address = $2 AND purpose = 'discovery_password_reset'
           AND used_at IS NULL",
        args![project, email.as_str()],
    )?;
    Ok(())
}
