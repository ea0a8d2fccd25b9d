//! Whether the second wall between tenants stands (threat T-07).

use super::{Fail, Fine, Report, Warn};
use database::{Database, RowSecurity};
use foundation::tables::Owner;
use server::TABLES;

pub(super) async fn examine(report: &mut Report, db: &Database) {
    const CHECK: &str = "row-level security";
    let engine = db.engine();
    match db.read(move |tx| RowSecurity::look(tx, engine)).await {
        Ok(None) => {}
        Ok(Some(RowSecurity { role, exempt, mut open })) => {
            open.retain(|name| !TABLES.iter().any(|table| table.name == name && table.owner == Owner::Nobody));
            if !open.is_empty() {
                let tables = open.join(", ");
                let words = format!("not in force on {tables}; run ALTER TABLE … ENABLE, FORCE ROW LEVEL SECURITY");
                report.say(CHECK, Fail, words);
            } else if exempt {
                let words = format!(
                    "not in force for {role}, a superuser or a role with BYPASSRLS; let an ordinary role own the \
                     database and its tables, and connect as that one"
                );
                report.say(CHECK, Warn, words);
            } else {
                report.say(CHECK, Fine, format!("in force for {role}"));
            }
        }
        Err(error) => report.say(CHECK, Fail, error.to_string()),
    }
}
