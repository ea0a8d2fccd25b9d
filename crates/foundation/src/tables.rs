//! What belongs to whom in the database, and how it goes: declared once, by the subject whose table it is.
//!
//! Deletion, cleaning, the rotation of keys, the checks of the schema and the page about sharding read these lists.

use crate::error::{Error, Result};
use crate::id::{MemberId, OrganizationId, ProjectId, SessionId};
use crate::keys::Sealed;
use database::{EVERYTHING, Timestamp, Tx, Value, args};

/// One table of the schema.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    pub owner: Owner,
    /// The statement that deletes rows of an organization: `$1` the organization, `$2` how many at most, and `$3` the
    /// project where it is asked for. `None` where an organization has none, where deleting it deletes them at once, or
    /// where they outlive it.
    pub of_organization: Option<&'static str>,
    /// The statement that deletes rows of a project, when its organizations are gone: `$1` the project, `$2` how many at most
    /// where there may be many. `None` where they go with its organizations, or by themselves.
    pub of_project: Option<&'static str>,
    /// The statement that deletes what ends with all of a member's sessions: `$1` the organization, `$2` the member, `$3`
    /// how many at most, and where it is asked for `$4` the one session that goes on, or nothing. What is not deleted here
    /// must not count any more without being deleted.
    pub of_member: Option<&'static str>,
    /// The statement that deletes what was derived from a member's sessions, in whatever organization: `$1` the project, `$2`
    /// the member, `$3` the organization, `$4` the one session that goes on, or nothing. It returns the sessions that it has
    /// deleted: organization, member, id.
    pub derived_of_member: Option<&'static str>,
    /// How old rows are forgotten.
    pub old: &'static [Old],
    /// The column of sealed values.
    pub sealed: Option<Sealed>,
}

impl Table {
    /// A table that only its subject changes.
    pub const fn new(name: &'static str, owner: Owner) -> Self {
        Self {
            name,
            owner,
            of_organization: None,
            of_project: None,
            of_member: None,
            derived_of_member: None,
            old: &[],
            sealed: None,
        }
    }
}

/// Whose the rows of a table are: what a statement on them has to name, and what row-level security asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// An organization's; these columns say whose. The first is the one to distribute the table by.
    Organization(&'static [&'static str]),
    /// A project's; the column says whose.
    Project(&'static str),
    /// The installation's.
    Nobody,
}

/// How rows that are over are forgotten.
#[derive(Debug, Clone, Copy)]
pub struct Old {
    /// Deletes rows: `$1` the time before which they are from, `$2` how many at most.
    pub delete: &'static str,
    /// Minutes that they are kept.
    pub kept: Kept,
}

/// How long rows are kept.
#[derive(Debug, Clone, Copy)]
pub enum Kept {
    /// So many minutes.
    Minutes(i64),
    /// As the operator says: [`Config::audit_days`](crate::config::Config::audit_days).
    AsAudit,
}

/// Rows of a kind that are deleted in one transaction: nobody is to wait long for it.
pub const AT_ONCE: u64 = 1000;

/// Every table of the schema.
#[derive(Debug, Clone, Copy)]
pub struct Tables(pub &'static [&'static [Table]]);

impl Tables {
    /// All of them.
    pub fn iter(self) -> impl Iterator<Item = &'static Table> {
        self.0.iter().copied().flatten()
    }

    /// Deletes what a member cannot log in or act with any more, as many of each kind as fit into a request; the others
    /// count no more. Answers the sessions that were derived from theirs.
    pub fn end_of_member(
        self,
        tx: &mut Tx,
        project: &ProjectId,
        organization: &OrganizationId,
        member: &MemberId,
        except: Option<&SessionId>,
    ) -> Result<Vec<(OrganizationId, MemberId, SessionId)>> {
        let except = except.map_or("", SessionId::as_str);
        // First, while the sessions are there that it was derived from.
        let mut derived = Vec::new();
        for delete in self.iter().filter_map(|table| table.derived_of_member) {
            derived.extend(tx.visit::<_, Error>(EVERYTHING, |tx| {
                Ok(tx.all(delete, args![project, member, organization, except])?)
            })?);
        }
        for delete in self.iter().filter_map(|table| table.of_member) {
            run(tx, delete, args![organization, member, AT_ONCE as i64, except])?;
        }
        Ok(derived)
    }

    /// Deletes some rows of an organization that is gone; whether there may be more.
    pub fn some_of_organization(self, tx: &mut Tx, project: &ProjectId, organization: &OrganizationId) -> Result<bool> {
        tx.visit(EVERYTHING, |tx| {
            for delete in self.iter().filter_map(|table| table.of_organization) {
                if run(tx, delete, args![organization, AT_ONCE as i64, project])? >= AT_ONCE {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }

    /// Deletes some rows of a project that has no organizations any more; whether there may be more.
    pub fn some_of_project(self, tx: &mut Tx, project: &ProjectId) -> Result<bool> {
        tx.visit(EVERYTHING, |tx| {
            for delete in self.iter().filter_map(|table| table.of_project) {
                if run(tx, delete, args![project, AT_ONCE as i64])? >= AT_ONCE {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }

    /// Forgets some rows of a kind from before a time; how many.
    pub fn some_old(tx: &mut Tx, old: &Old, before: Timestamp) -> Result<u64> {
        tx.visit(EVERYTHING, |tx| Ok(tx.execute(old.delete, args![before, AT_ONCE as i64])?))
    }
}

/// Runs a statement, with the last argument if it asks for it: PostgreSQL takes none that is not used.
fn run(tx: &mut Tx, statement: &str, arguments: &[Value]) -> Result<u64> {
    let asks = statement.contains(&format!("${}", arguments.len()));
    let used = if asks { arguments } else { &arguments[..arguments.len() - 1] };
    Ok(tx.execute(statement, used)?)
}

/// The tables that belong to nobody: the data keys, and what the database crate keeps.
pub const OF_NOBODY: &[Table] = &[
    Table::new("data_keys", Owner::Nobody),
    Table::new("embedded_master_key", Owner::Nobody),
    Table::new("changes", Owner::Project("project_id")),
    Table::new("schema_migrations", Owner::Nobody),
];
