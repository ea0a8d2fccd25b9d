use super::DomainProof;
use database::{Timestamp, Tx, args};
use foundation::error::Result;
use foundation::id::{OrganizationId, ProjectId};
use foundation::tables::{Owner, Table};

/// The table of this subject.
pub(crate) const TABLES: &[Table] = &[Table {
    of_organization: Some(
        "DELETE FROM domain_proofs WHERE organization_id = $1 AND domain IN
         (SELECT domain FROM domain_proofs WHERE organization_id = $1 ORDER BY domain LIMIT $2)",
    ),
    ..Table::new("domain_proofs", Owner::Organization(&["organization_id", "project_id"]))
}];

pub(super) fn insert(
    tx: &mut Tx,
    project: &ProjectId,
    organization: &OrganizationId,
    domain: &str,
    next_check_at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO domain_proofs (organization_id, domain, project_id, has_claimed, finding, next_check_at, created_at)
         VALUES ($1, $2, $3, $4, '', $5, $6)",
        args![organization, domain, project, false, next_check_at, now],
    )?;
    Ok(())
}

pub(super) fn update(tx: &mut Tx, proof: &DomainProof, next_check_at: Timestamp) -> Result<()> {
    tx.execute(
        "UPDATE domain_proofs SET verified_at = $3, missing_since = $4, has_claimed = $5, checked_at = $6, finding = $7,
                                  next_check_at = $8
         WHERE organization_id = $1 AND domain = $2",
        args![
            &proof.organization_id,
            &proof.domain,
            proof.verified_at,
            proof.missing_since,
            proof.has_claimed,
            proof.checked_at,
            &proof.finding,
            next_check_at
        ],
    )?;
    Ok(())
}

pub(super) fn delete(tx: &mut Tx, organization: &OrganizationId, domain: &str) -> Result<()> {
    tx.execute("DELETE FROM domain_proofs WHERE organization_id = $1 AND domain = $2", args![organization, domain])?;
    Ok(())
}

pub(super) fn find(tx: &mut Tx, organization: &OrganizationId, domain: &str) -> Result<Option<DomainProof>> {
    Ok(tx.optional(
        "SELECT organization_id, domain, verified_at, missing_since, has_claimed, checked_at, finding
         FROM domain_proofs WHERE organization_id = $1 AND domain = $2",
        args![organization, domain],
    )?)
}

pub(super) fn all(tx: &mut Tx, organization: &OrganizationId) -> Result<Vec<DomainProof>> {
    Ok(tx.all(
        "SELECT organization_id, domain, verified_at, missing_since, has_claimed, checked_at, finding
         FROM domain_proofs WHERE organization_id = $1 ORDER BY domain",
        args![organization],
    )?)
}

/// Takes some that are due, which nobody else takes until then.
pub(super) fn take_due(
    tx: &mut Tx,
    now: Timestamp,
    until: Timestamp,
    at_most: i64,
) -> Result<Vec<(ProjectId, OrganizationId, String)>> {
    Ok(tx.all(
        "UPDATE domain_proofs SET next_check_at = $2 WHERE (organization_id, domain) IN
         (SELECT organization_id, domain FROM domain_proofs WHERE next_check_at <= $1 ORDER BY next_check_at LIMIT $3)
         RETURNING project_id, organization_id, domain",
        args![now, until, at_most],
    )?)
}
