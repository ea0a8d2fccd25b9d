use super::link::{Link, Purpose};
use crate::email_address::EmailAddress;
use crate::error::Result;
use crate::id::{MemberId, OrganizationId, ProjectId};
use database::{FromRow, Row, Timestamp, Tx, args};

impl FromRow for Link {
    fn from_row(row: &mut Row) -> database::Result<Self> {
        let fault =
            |column: &str| database::Error::Other(format!("one_time_tokens.{column} holds something else").into());
        let purpose: String = row.get("purpose")?;
        Ok(Link {
            scope: row.get("scope")?,
            project_id: row.get("project_id")?,
            purpose: Purpose::parse(&purpose).ok_or_else(|| fault("purpose"))?,
            member_id: row.get("member_id")?,
            email: EmailAddress::stored(row.get("email_address")?),
            redirect_url: row.get("redirect_url")?,
            pkce_code_challenge: row.get("pkce_code_challenge")?,
            expires_at: row.get("expires_at")?,
            used_at: row.get("used_at")?,
        })
    }
}

pub(super) fn insert(tx: &mut Tx, link: &Link, token_hash: &[u8; 32], now: Timestamp) -> Result<()> {
    tx.execute_later(
        "INSERT INTO one_time_tokens (scope, token_hash, project_id, purpose, member_id, email_address, redirect_url,
                                      pkce_code_challenge, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            &link.scope,
            token_hash.as_slice(),
            &link.project_id,
            link.purpose.as_str(),
            link.member_id.as_ref(),
            link.email.as_str(),
            &link.redirect_url,
            link.pkce_code_challenge.as_deref(),
            now,
            link.expires_at
        ],
    )?;
    Ok(())
}

pub(super) fn find(tx: &mut Tx, project: &ProjectId, scope: &str, token_hash: &[u8; 32]) -> Result<Option<Link>> {
    Ok(tx.optional(
        "SELECT * FROM one_time_tokens WHERE scope = $1 AND token_hash = $2 AND project_id = $3",
        args![scope, token_hash.as_slice(), project],
    )?)
}

/// Uses a link up. Of any number of requests at once, exactly one gets `true`.
pub(super) fn consume(tx: &mut Tx, scope: &str, token_hash: &[u8; 32], now: Timestamp) -> Result<bool> {
    let used = tx.execute(
        "UPDATE one_time_tokens SET used_at = $3 WHERE scope = $1 AND token_hash = $2 AND used_at IS NULL AND expires_at > $4",
        args![scope, token_hash.as_slice(), now, now],
    )?;
    Ok(used == 1)
}

/// Whether another member is in the middle of changing to this address.
pub(super) fn is_changing_to(
    tx: &mut Tx,
    organization: &OrganizationId,
    email: &EmailAddress,
    except: &MemberId,
    now: Timestamp,
) -> Result<bool> {
    let row = tx.optional::<(String,)>(
        "SELECT member_id FROM one_time_tokens
         WHERE scope = $1 AND email_address = $2 AND purpose = $3 AND member_id <> $4 AND used_at IS NULL
           AND expires_at > $5 LIMIT 1",
        args![organization, email.as_str(), Purpose::EmailUpdate.as_str(), except, now],
    )?;
    Ok(row.is_some())
}

/// A newer change of address replaces an older one.
pub(super) fn delete_email_updates(tx: &mut Tx, organization: &OrganizationId, member: &MemberId) -> Result<()> {
    tx.execute(
        "DELETE FROM one_time_tokens WHERE scope = $1 AND member_id = $2 AND purpose = $3",
        args![organization, member, Purpose::EmailUpdate.as_str()],
    )?;
    Ok(())
}

pub(super) fn delete_of_member(tx: &mut Tx, organization: &OrganizationId, member: &MemberId) -> Result<()> {
    tx.execute(
        "DELETE FROM one_time_tokens WHERE scope = $1 AND member_id = $2 AND used_at IS NULL",
        args![organization, member],
    )?;
    Ok(())
}

pub(super) fn purge(tx: &mut Tx, organization: &OrganizationId) -> Result<()> {
    tx.execute("DELETE FROM one_time_tokens WHERE scope = $1", args![organization])?;
    Ok(())
}

/// Forgets links that expired long ago; until then a link says that it has expired, not that it never was. At
/// most so many.
pub(crate) const CLEAN: &str = "DELETE FROM one_time_tokens WHERE (scope, token_hash) IN
     (SELECT scope, token_hash FROM one_time_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
