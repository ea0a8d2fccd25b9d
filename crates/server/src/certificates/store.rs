use database::{Timestamp, Tx, args};
use foundation::error::Result;
use foundation::id::{OrganizationId, ProjectId};
use foundation::tables::{Kept, Old, Owner, Table};

/// The table of this subject.
pub(crate) const TABLES: &[Table] = &[Table {
    of_organization: Some(
        "DELETE FROM certificate_warnings WHERE organization_id = $1 AND (connection_id, certificate_id, days) IN
         (SELECT connection_id, certificate_id, days FROM certificate_warnings WHERE organization_id = $1
          ORDER BY connection_id, certificate_id, days LIMIT $2)",
    ),
    old: &[Old {
        delete: "DELETE FROM certificate_warnings WHERE (organization_id, connection_id, certificate_id, days) IN
                 (SELECT organization_id, connection_id, certificate_id, days FROM certificate_warnings
                  WHERE ends_at < $1 ORDER BY ends_at LIMIT $2)",
        kept: Kept::Minutes(24 * 60),
    }],
    ..Table::new("certificate_warnings", Owner::Organization(&["organization_id", "project_id"]))
}];

/// A warning, by what it is about.
pub(super) struct Warning<'a> {
    pub(super) project: &'a ProjectId,
    pub(super) organization: &'a OrganizationId,
    pub(super) connection: &'a str,
    pub(super) certificate: &'a str,
    pub(super) days: i64,
    pub(super) ends_at: Timestamp,
}

/// Notes a warning; whether it is the first of this kind.
pub(super) fn note(tx: &mut Tx, warning: &Warning) -> Result<bool> {
    let inserted = tx.execute(
        "INSERT INTO certificate_warnings (organization_id, connection_id, certificate_id, days, project_id, ends_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        args![
            warning.organization,
            warning.connection,
            warning.certificate,
            warning.days,
            warning.project,
            warning.ends_at
        ],
    )?;
    Ok(inserted > 0)
}
