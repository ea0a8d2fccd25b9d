use super::Registered;
use database::{Timestamp, Tx, args, row};
use foundation::error::Result;
use foundation::id::{MemberId, OauthRegistrationId, OrganizationId, ProjectId};
use foundation::keys::{Purpose, Sealed};
use foundation::tables::{Kept, Old, Owner, Table};

/// The tables of this subject. New data keys are looked for by project.
pub(crate) const TABLES: &[Table] = &[
    Table {
        of_organization: Some(
            "DELETE FROM oauth_arrivals WHERE project_id = $3 AND organization_id = $1 AND id IN
             (SELECT id FROM oauth_arrivals WHERE project_id = $3 AND organization_id = $1 ORDER BY id LIMIT $2)",
        ),
        of_project: Some(
            "DELETE FROM oauth_arrivals WHERE project_id = $1 AND id IN
             (SELECT id FROM oauth_arrivals WHERE project_id = $1 ORDER BY id LIMIT $2)",
        ),
        old: &[Old {
            delete: "DELETE FROM oauth_arrivals WHERE (project_id, id) IN
                     (SELECT project_id, id FROM oauth_arrivals WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
            kept: Kept::Minutes(0),
        }],
        sealed: Some(ARRIVALS),
        ..Table::new("oauth_arrivals", Owner::Project("project_id"))
    },
    Table {
        of_organization: Some(
            "DELETE FROM oauth_registrations WHERE project_id = $3 AND organization_id = $1 AND id IN
             (SELECT id FROM oauth_registrations WHERE project_id = $3 AND organization_id = $1 ORDER BY id LIMIT $2)",
        ),
        of_project: Some(
            "DELETE FROM oauth_registrations WHERE project_id = $1 AND id IN
             (SELECT id FROM oauth_registrations WHERE project_id = $1 ORDER BY id LIMIT $2)",
        ),
        sealed: Some(REGISTRATIONS),
        ..Table::new("oauth_registrations", Owner::Project("project_id"))
    },
];

/// What providers have said and given.
const ARRIVALS: Sealed = Sealed {
    column: "oauth_arrivals.sealed_arrival",
    purpose: Purpose::OauthArrival,
    others: |tx, project, header, after, limit| {
        Ok(tx.all(
            "SELECT id, sealed_arrival FROM oauth_arrivals
             WHERE project_id = $1 AND substr(sealed_arrival, 1, 4) <> $2 AND id > $3 ORDER BY id LIMIT $4",
            args![project, header, after, limit],
        )?)
    },
    replace: |tx, project, row, before, after| {
        tx.execute(
            "UPDATE oauth_arrivals SET sealed_arrival = $4
             WHERE project_id = $1 AND id = $2 AND sealed_arrival = $3",
            args![project, row, before, after],
        )?;
        Ok(())
    },
    count: |tx, project| {
        Ok(tx.all(
            "SELECT substr(sealed_arrival, 1, 4), COUNT(*) FROM oauth_arrivals WHERE project_id = $1
             GROUP BY substr(sealed_arrival, 1, 4)",
            args![project],
        )?)
    },
};

/// The same, of members.
const REGISTRATIONS: Sealed = Sealed {
    column: "oauth_registrations.sealed_tokens",
    purpose: Purpose::OauthTokens,
    others: |tx, project, header, after, limit| {
        Ok(tx.all(
            "SELECT id, sealed_tokens FROM oauth_registrations
             WHERE project_id = $1 AND substr(sealed_tokens, 1, 4) <> $2 AND id > $3 ORDER BY id LIMIT $4",
            args![project, header, after, limit],
        )?)
    },
    replace: |tx, project, row, before, after| {
        tx.execute(
            "UPDATE oauth_registrations SET sealed_tokens = $4
             WHERE project_id = $1 AND id = $2 AND sealed_tokens = $3",
            args![project, row, before, after],
        )?;
        Ok(())
    },
    count: |tx, project| {
        Ok(tx.all(
            "SELECT substr(sealed_tokens, 1, 4), COUNT(*) FROM oauth_registrations WHERE project_id = $1
             GROUP BY substr(sealed_tokens, 1, 4)",
            args![project],
        )?)
    },
};

/// An account that arrives.
pub(super) struct New<'a> {
    pub(super) id: &'a OauthRegistrationId,
    pub(super) organization: Option<&'a OrganizationId>,
    pub(super) token_hash: &'a [u8; 32],
    pub(super) pkce_code_challenge: Option<&'a str>,
    pub(super) sealed: &'a [u8],
    pub(super) expires_at: Timestamp,
}

pub(super) fn insert_arrival(tx: &mut Tx, project: &ProjectId, new: &New, now: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO oauth_arrivals (project_id, id, organization_id, token_hash, pkce_code_challenge, sealed_arrival,
                                     created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            project,
            new.id,
            new.organization,
            new.token_hash.as_slice(),
            new.pkce_code_challenge,
            new.sealed,
            now,
            new.expires_at
        ],
    )?;
    Ok(())
}

/// An account that nobody has taken yet.
pub(super) struct Waiting {
    pub(super) id: OauthRegistrationId,
    pub(super) pkce_code_challenge: Option<String>,
    pub(super) sealed_arrival: Vec<u8>,
}
row!(Waiting { id, pkce_code_challenge, sealed_arrival });

pub(super) fn find_by_token(
    tx: &mut Tx,
    project: &ProjectId,
    organization: Option<&OrganizationId>,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Waiting>> {
    Ok(tx.optional(
        "SELECT id, pkce_code_challenge, sealed_arrival FROM oauth_arrivals
         WHERE project_id = $1 AND organization_id IS NOT DISTINCT FROM $2 AND token_hash = $3 AND used_at IS NULL AND expires_at > $4",
        args![project, organization, token_hash.as_slice(), now],
    )?)
}

pub(super) fn take_arrival(
    tx: &mut Tx,
    project: &ProjectId,
    id: &OauthRegistrationId,
    now: Timestamp,
    until: Timestamp,
) -> Result<()> {
    tx.execute_later(
        "UPDATE oauth_arrivals SET used_at = $3, expires_at = $4 WHERE project_id = $1 AND id = $2",
        args![project, id, now, until],
    )?;
    Ok(())
}

pub(super) fn find_taken(
    tx: &mut Tx,
    project: &ProjectId,
    id: &OauthRegistrationId,
    now: Timestamp,
) -> Result<Option<Vec<u8>>> {
    let row = tx.optional::<(Vec<u8>,)>(
        "SELECT sealed_arrival FROM oauth_arrivals
         WHERE project_id = $1 AND id = $2 AND used_at IS NOT NULL AND expires_at > $3",
        args![project, id, now],
    )?;
    Ok(row.map(|(sealed,)| sealed))
}

pub(super) fn delete_arrival(tx: &mut Tx, project: &ProjectId, id: &OauthRegistrationId) -> Result<()> {
    tx.execute_later("DELETE FROM oauth_arrivals WHERE project_id = $1 AND id = $2", args![project, id])?;
    Ok(())
}

pub(super) fn find_registered(
    tx: &mut Tx,
    project: &ProjectId,
    organization: &OrganizationId,
    provider: &str,
    hash: &[u8; 32],
) -> Result<Option<Registered>> {
    let row = tx.optional::<(OauthRegistrationId, MemberId)>(
        "SELECT id, member_id FROM oauth_registrations
         WHERE project_id = $1 AND organization_id = $2 AND provider = $3 AND identity_hash = $4",
        args![project, organization, provider, hash.as_slice()],
    )?;
    Ok(row.map(|(id, member_id)| Registered { id, member_id }))
}

/// How many organizations are told of one account.
const MOST: i64 = 500;

pub(super) fn registered_anywhere(
    tx: &mut Tx,
    project: &ProjectId,
    provider: &str,
    hash: &[u8; 32],
) -> Result<Vec<(OrganizationId, MemberId)>> {
    Ok(tx.all(
        "SELECT organization_id, member_id FROM oauth_registrations
         WHERE project_id = $1 AND provider = $2 AND identity_hash = $3 ORDER BY updated_at DESC, organization_id LIMIT $4",
        args![project, provider, hash.as_slice(), MOST],
    )?)
}

/// A registration to be stored.
pub(super) struct Registration<'a> {
    pub(super) registered: &'a Registered,
    pub(super) provider: &'a str,
    pub(super) identity_hash: &'a [u8; 32],
    pub(super) sealed_tokens: &'a [u8],
}

pub(super) fn put_registration(
    tx: &mut Tx,
    project: &ProjectId,
    organization: &OrganizationId,
    new: &Registration,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO oauth_registrations (project_id, organization_id, id, member_id, provider, identity_hash,
                                          sealed_tokens, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
         ON CONFLICT (project_id, organization_id, id) DO UPDATE SET sealed_tokens = excluded.sealed_tokens,
                                                                     updated_at = excluded.updated_at",
        args![
            project,
            organization,
            &new.registered.id,
            &new.registered.member_id,
            new.provider,
            new.identity_hash.as_slice(),
            new.sealed_tokens,
            now
        ],
    )?;
    Ok(())
}

pub(super) fn find_tokens(
    tx: &mut Tx,
    project: &ProjectId,
    organization: &OrganizationId,
    id: &OauthRegistrationId,
) -> Result<Option<Vec<u8>>> {
    let row = tx.optional::<(Vec<u8>,)>(
        "SELECT sealed_tokens FROM oauth_registrations
         WHERE project_id = $1 AND organization_id = $2 AND id = $3",
        args![project, organization, id],
    )?;
    Ok(row.map(|(sealed,)| sealed))
}

pub(super) fn update_tokens(
    tx: &mut Tx,
    project: &ProjectId,
    organization: &OrganizationId,
    id: &OauthRegistrationId,
    sealed: &[u8],
) -> Result<()> {
    tx.execute(
        "UPDATE oauth_registrations SET sealed_tokens = $4
         WHERE project_id = $1 AND organization_id = $2 AND id = $3",
        args![project, organization, id, sealed],
    )?;
    Ok(())
}

pub(super) fn of_member(
    tx: &mut Tx,
    project: &ProjectId,
    organization: &OrganizationId,
    member: &MemberId,
    provider: &str,
) -> Result<Vec<(OauthRegistrationId, Vec<u8>)>> {
    Ok(tx.all(
        "SELECT id, sealed_tokens FROM oauth_registrations
         WHERE project_id = $1 AND organization_id = $2 AND member_id = $3 AND provider = $4
         ORDER BY updated_at DESC, id",
        args![project, organization, member, provider],
    )?)
}

/// An account of a member, as it is stored.
pub(super) struct OfMember {
    pub(super) id: OauthRegistrationId,
    pub(super) sealed_tokens: Vec<u8>,
    pub(super) created_at: Timestamp,
}
row!(OfMember { id, sealed_tokens, created_at });

pub(super) fn all_of_member(
    tx: &mut Tx,
    project: &ProjectId,
    organization: &OrganizationId,
    member: &MemberId,
) -> Result<Vec<OfMember>> {
    Ok(tx.all(
        "SELECT id, sealed_tokens, created_at FROM oauth_registrations
         WHERE project_id = $1 AND organization_id = $2 AND member_id = $3 ORDER BY created_at, id",
        args![project, organization, member],
    )?)
}

pub(super) fn delete_registration(
    tx: &mut Tx,
    project: &ProjectId,
    organization: &OrganizationId,
    id: &str,
) -> Result<()> {
    tx.execute(
        "DELETE FROM oauth_registrations WHERE project_id = $1 AND organization_id = $2 AND id = $3",
        args![project, organization, id],
    )?;
    Ok(())
}
