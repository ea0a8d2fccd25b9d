//! Whether PostgreSQL's row-level security does what it is there for.

use crate::{Engine, Error, Result, Tx, row};

/// What stands between row-level security and the role that this connection is made as.
#[derive(Debug)]
pub struct RowSecurity {
    /// The role.
    pub role: String,
    /// Whether the role sees every row regardless: it is a superuser, or has BYPASSRLS.
    pub exempt: bool,
    /// The tables that have none, or none for the role that owns them.
    pub open: Vec<String>,
}

struct Role {
    role: String,
    exempt: bool,
}
row!(Role { role, exempt });

impl RowSecurity {
    /// Looks; `None` on an engine that has no such thing.
    pub fn look(tx: &mut Tx<'_>, engine: Engine) -> Result<Option<RowSecurity>> {
        if engine == Engine::Sqlite {
            return Ok(None);
        }
        let Role { role, exempt } = tx.one(
            "SELECT rolname::text AS role, rolsuper OR rolbypassrls AS exempt FROM pg_roles
             WHERE rolname = current_user",
            &[],
        )?;
        let open = tx.all::<(String,)>(
            "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace
             AND relkind IN ('r', 'p') AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY relname",
            &[],
        )?;
        Ok(Some(RowSecurity { role, exempt, open: open.into_iter().map(|(name,)| name).collect() }))
    }
}

/// Refuses to go on when somebody who has entered everything would not see every row: policies of others than ours
/// (`tenant`, of the migrations) may hide some, silently.
pub(crate) fn check_nothing_is_hidden(tx: &mut Tx<'_>, engine: Engine) -> Result<()> {
    if engine == Engine::Sqlite {
        return Ok(());
    }
    let hidden = tx.optional::<(String,)>(
        "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
         AND c.relkind IN ('r', 'p') AND row_security_active(c.oid)
         AND (EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND NOT p.polpermissive)
              OR NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant'
                             AND p.polcmd = '*' AND p.polroles = '{0}'))
         LIMIT 1",
        &[],
    )?;
    match hidden {
        None => Ok(()),
        Some((table,)) => {
            Err(Error::other(format!("row-level security that is not guildhall's may hide rows of table {table}")))
        }
    }
}
