use super::{Purpose, SetupLink};
use database::{FromRow, Json, Row, Timestamp, Tx, args};
use foundation::error::Result;
use foundation::id::{OrganizationId, SetupLinkId};
use foundation::tables::{Kept, Old, Owner, Table};

const OWNER: Owner = Owner::Organization(&["organization_id", "project_id"]);
/// Minutes that a link is kept when it is over: whom it was made for is warned when certificates end.
const KEPT: i64 = 400 * 24 * 60;

/// The tables of this subject.
pub(crate) const TABLES: &[Table] = &[
    Table {
        of_organization: Some(
            "DELETE FROM setup_sessions WHERE organization_id = $1 AND token_hash IN
             (SELECT token_hash FROM setup_sessions WHERE organization_id = $1 ORDER BY token_hash LIMIT $2)",
        ),
        old: &[Old {
            delete: "DELETE FROM setup_sessions WHERE (organization_id, token_hash) IN
                     (SELECT organization_id, token_hash FROM setup_sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
            kept: Kept::Minutes(0),
        }],
        ..Table::new("setup_sessions", OWNER)
    },
    Table {
        of_organization: Some(
            "DELETE FROM setup_links WHERE organization_id = $1 AND id IN
             (SELECT id FROM setup_links WHERE organization_id = $1 ORDER BY id LIMIT $2)",
        ),
        old: &[Old {
            delete: "DELETE FROM setup_links WHERE (organization_id, id) IN
                     (SELECT organization_id, id FROM setup_links WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
            kept: Kept::Minutes(KEPT),
        }],
        ..Table::new("setup_links", OWNER)
    },
];

impl FromRow for SetupLink {
    fn from_row(row: &mut Row) -> database::Result<Self> {
        let words = row.get::<Json<Vec<String>>>("purposes")?.0;
        Ok(Self {
            project_id: row.get("project_id")?,
            organization_id: row.get("organization_id")?,
            setup_link_id: row.get("id")?,
            // What this program does not know, it does not allow.
            purposes: words.iter().filter_map(|word| Purpose::parse(word)).collect(),
            roles: row.get::<Json<Vec<String>>>("roles")?.0,
            contact_email: row.get("contact_email")?,
            return_url: row.get("return_url")?,
            created_at: row.get("created_at")?,
            expires_at: row.get("expires_at")?,
        })
    }
}

pub(super) fn insert(tx: &mut Tx, link: &SetupLink, token_hash: &[u8; 32]) -> Result<()> {
    tx.execute(
        "INSERT INTO setup_links (organization_id, id, project_id, token_hash, purposes, roles, contact_email, return_url,
                                  created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            &link.organization_id,
            &link.setup_link_id,
            &link.project_id,
            token_hash.as_slice(),
            Json(&link.purposes),
            Json(&link.roles),
            &link.contact_email,
            &link.return_url,
            link.created_at,
            link.expires_at
        ],
    )?;
    Ok(())
}

/// Those that are still good, the newest first.
pub(super) fn good(tx: &mut Tx, organization: &OrganizationId, now: Timestamp) -> Result<Vec<SetupLink>> {
    Ok(tx.all(
        "SELECT * FROM setup_links WHERE organization_id = $1 AND expires_at > $2 ORDER BY created_at DESC, id DESC",
        args![organization, now],
    )?)
}

/// Those that are kept, also when they are over.
pub(super) fn all(tx: &mut Tx, organization: &OrganizationId) -> Result<Vec<SetupLink>> {
    Ok(tx.all("SELECT * FROM setup_links WHERE organization_id = $1 ORDER BY created_at, id", args![organization])?)
}

pub(super) fn find(tx: &mut Tx, organization: &OrganizationId, id: &SetupLinkId) -> Result<Option<SetupLink>> {
    Ok(tx.optional("SELECT * FROM setup_links WHERE organization_id = $1 AND id = $2", args![organization, id])?)
}

pub(super) fn find_by_token(tx: &mut Tx, organization: &OrganizationId, hash: &[u8; 32]) -> Result<Option<SetupLink>> {
    Ok(tx.optional(
        "SELECT * FROM setup_links WHERE organization_id = $1 AND token_hash = $2",
        args![organization, hash.as_slice()],
    )?)
}

/// Deletes a link with what was begun by it.
pub(super) fn delete(tx: &mut Tx, organization: &OrganizationId, id: &SetupLinkId) -> Result<()> {
    tx.execute("DELETE FROM setup_sessions WHERE organization_id = $1 AND link_id = $2", args![organization, id])?;
    tx.execute("DELETE FROM setup_links WHERE organization_id = $1 AND id = $2", args![organization, id])?;
    Ok(())
}

pub(super) fn insert_session(tx: &mut Tx, link: &SetupLink, hash: &[u8; 32], expires_at: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO setup_sessions (organization_id, token_hash, link_id, project_id, expires_at)
         VALUES ($1, $2, $3, $4, $5)",
        args![&link.organization_id, hash.as_slice(), &link.setup_link_id, &link.project_id, expires_at],
    )?;
    Ok(())
}

/// The link that a browser has opened, if it is good and so is the browser's session.
pub(super) fn find_by_session(
    tx: &mut Tx,
    organization: &OrganizationId,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<SetupLink>> {
    Ok(tx.optional(
        "SELECT l.* FROM setup_sessions s
         JOIN setup_links l ON l.organization_id = s.organization_id AND l.id = s.link_id
         WHERE s.organization_id = $1 AND s.token_hash = $2 AND s.expires_at > $3 AND l.expires_at > $3",
        args![organization, hash.as_slice(), now],
    )?)
}

pub(super) fn delete_session(tx: &mut Tx, organization: &OrganizationId, hash: &[u8; 32]) -> Result<()> {
    tx.execute(
        "DELETE FROM setup_sessions WHERE organization_id = $1 AND token_hash = $2",
        args![organization, hash.as_slice()],
    )?;
    Ok(())
}
