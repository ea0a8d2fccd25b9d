use database::{Timestamp, Tx, args, row};
use foundation::error::Result;
use foundation::id::{MemberId, OrganizationId, ProjectId, TotpRegistrationId};
use foundation::keys::{Purpose, Sealed};
use foundation::tables::{Kept, Old, Owner, Table};

/// Minutes that a registration is kept that nobody has completed: until then it says that it has expired.
const KEPT: i64 = 7 * 24 * 60;

/// The table of this subject. New data keys are looked for by project.
pub(crate) const TABLES: &[Table] = &[Table {
    of_organization: Some(
        "DELETE FROM totp_registrations WHERE project_id = $3 AND organization_id = $1 AND member_id IN
         (SELECT member_id FROM totp_registrations WHERE project_id = $3 AND organization_id = $1
          ORDER BY member_id LIMIT $2)",
    ),
    of_project: Some(
        "DELETE FROM totp_registrations WHERE project_id = $1 AND id IN
         (SELECT id FROM totp_registrations WHERE project_id = $1 ORDER BY id LIMIT $2)",
    ),
    old: &[Old {
        delete: "DELETE FROM totp_registrations WHERE (project_id, organization_id, member_id) IN
                 (SELECT project_id, organization_id, member_id FROM totp_registrations WHERE expires_at < $1
                  ORDER BY expires_at LIMIT $2)",
        kept: Kept::Minutes(KEPT),
    }],
    sealed: Some(SEALED),
    ..Table::new("totp_registrations", Owner::Project("project_id"))
}];

/// The secrets and recovery codes.
const SEALED: Sealed = Sealed {
    column: "totp_registrations.sealed_secrets",
    purpose: Purpose::SecondFactor,
    others: |tx, project, header, after, limit| {
        Ok(tx.all(
            "SELECT id, sealed_secrets FROM totp_registrations
             WHERE project_id = $1 AND substr(sealed_secrets, 1, 4) <> $2 AND id > $3 ORDER BY id LIMIT $4",
            args![project, header, after, limit],
        )?)
    },
    replace: |tx, project, row, before, after| {
        tx.execute(
            "UPDATE totp_registrations SET sealed_secrets = $4
             WHERE project_id = $1 AND id = $2 AND sealed_secrets = $3",
            args![project, row, before, after],
        )?;
        Ok(())
    },
    count: |tx, project| {
        Ok(tx.all(
            "SELECT substr(sealed_secrets, 1, 4), COUNT(*) FROM totp_registrations WHERE project_id = $1
             GROUP BY substr(sealed_secrets, 1, 4)",
            args![project],
        )?)
    },
};

/// A member of an organization of a project.
pub(super) type Whose<'a> = (&'a ProjectId, &'a OrganizationId, &'a MemberId);

/// An authenticator app, as it is stored.
pub(super) struct Registration {
    pub(super) id: TotpRegistrationId,
    pub(super) sealed_secrets: Vec<u8>,
    /// Of the last code that was accepted.
    pub(super) last_step: i64,
    /// Until when it can be completed; `None` once it is.
    pub(super) expires_at: Option<Timestamp>,
}
row!(Registration { id, sealed_secrets, last_step, expires_at });

pub(super) fn find(tx: &mut Tx, (project, organization, member): Whose) -> Result<Option<Registration>> {
    Ok(tx.optional(
        "SELECT id, sealed_secrets, last_step, expires_at FROM totp_registrations
         WHERE project_id = $1 AND organization_id = $2 AND member_id = $3",
        args![project, organization, member],
    )?)
}

/// Stores a registration in the place of whatever the member has.
pub(super) fn replace(tx: &mut Tx, whose: Whose, new: &Registration, now: Timestamp) -> Result<()> {
    let (project, organization, member) = whose;
    delete(tx, whose)?;
    tx.execute(
        "INSERT INTO totp_registrations (project_id, organization_id, member_id, id, sealed_secrets, last_step, created_at,
                                         expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            project,
            organization,
            member,
            &new.id,
            new.sealed_secrets.as_slice(),
            new.last_step,
            now,
            new.expires_at
        ],
    )?;
    Ok(())
}

/// Notes that the code of a step was accepted, which completes the registration; whether none as new was before.
pub(super) fn accept(tx: &mut Tx, whose: Whose, id: &TotpRegistrationId, step: i64) -> Result<bool> {
    let (project, organization, member) = whose;
    let accepted = tx.execute(
        "UPDATE totp_registrations SET last_step = $5, expires_at = NULL
         WHERE project_id = $1 AND organization_id = $2 AND member_id = $3 AND id = $4 AND last_step < $5",
        args![project, organization, member, id, step],
    )?;
    Ok(accepted > 0)
}

/// Puts other secrets in the place of these, if they are still there.
pub(super) fn change_secrets(tx: &mut Tx, whose: Whose, before: &Registration, after: Vec<u8>) -> Result<bool> {
    let (project, organization, member) = whose;
    let changed = tx.execute(
        "UPDATE totp_registrations SET sealed_secrets = $5
         WHERE project_id = $1 AND organization_id = $2 AND member_id = $3 AND sealed_secrets = $4",
        args![project, organization, member, before.sealed_secrets.as_slice(), after],
    )?;
    Ok(changed > 0)
}

pub(super) fn delete(tx: &mut Tx, (project, organization, member): Whose) -> Result<bool> {
    let deleted = tx.execute(
        "DELETE FROM totp_registrations WHERE project_id = $1 AND organization_id = $2 AND member_id = $3",
        args![project, organization, member],
    )?;
    Ok(deleted > 0)
}
