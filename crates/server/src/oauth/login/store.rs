use database::{Timestamp, Tx, args};
use foundation::error::Result;
use foundation::id::ProjectId;
use foundation::tables::{Kept, Old, Owner, Table};

/// The table of this subject.
pub(crate) const TABLES: &[Table] = &[Table {
    of_organization: Some(
        "DELETE FROM oauth_logins WHERE scope = $1 AND state_hash IN
         (SELECT state_hash FROM oauth_logins WHERE scope = $1 AND project_id = $3 ORDER BY state_hash LIMIT $2)",
    ),
    // Those of no organization have the project for their scope.
    of_project: Some(
        "DELETE FROM oauth_logins WHERE scope = $1 AND state_hash IN
         (SELECT state_hash FROM oauth_logins WHERE scope = $1 ORDER BY state_hash LIMIT $2)",
    ),
    old: &[Old {
        delete: "DELETE FROM oauth_logins WHERE (scope, state_hash) IN
                 (SELECT scope, state_hash FROM oauth_logins WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        kept: Kept::Minutes(0),
    }],
    ..Table::new("oauth_logins", Owner::Organization(&["scope", "project_id"]))
}];

/// Notes that a login has come back, which it does once; whether it had not.
pub(super) fn use_login(
    tx: &mut Tx,
    project: &ProjectId,
    scope: &str,
    state_hash: &[u8; 32],
    until: Timestamp,
) -> Result<bool> {
    let inserted = tx.execute(
        "INSERT INTO oauth_logins (scope, state_hash, project_id, expires_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING",
        args![scope, state_hash.as_slice(), project, until],
    )?;
    Ok(inserted > 0)
}
