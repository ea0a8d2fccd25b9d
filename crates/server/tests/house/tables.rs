//! What is true of every table.

use crate::sources::crates;
use database::{Database, Options};
use foundation::tables::Owner;
use regex::Regex;
use server::TABLES;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// A new database. Its file is deleted at once; it stays until it is closed.
pub(crate) async fn migrated(name: &str) -> Database {
    let directory = std::env::temp_dir().join(format!("guildhall-house-{name}-{}", uuid::Uuid::new_v4()));
    let url = format!("sqlite:{}", directory.join("house.db").display());
    let db = Database::open(&Options::new(&url)).await.unwrap();
    db.migrate(server::MIGRATIONS).await.unwrap();
    fs::remove_dir_all(directory).unwrap();
    db
}

/// The columns of every table.
async fn schema() -> BTreeMap<String, BTreeSet<String>> {
    let db = migrated("schema").await;
    let sql = "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
               WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
    let rows = db.read(|tx| tx.all::<(String, String)>(sql, &[])).await.unwrap();
    db.close().await;
    let mut schema = BTreeMap::<_, BTreeSet<_>>::new();
    for (table, column) in rows {
        schema.entry(table).or_default().insert(column);
    }
    schema
}

#[tokio::test]
async fn every_table_is_declared_once_by_whose_it_is() {
    let schema = schema().await;
    let declared: BTreeSet<_> = TABLES.iter().map(|table| table.name).collect();
    assert_eq!(declared.len(), TABLES.iter().count(), "a table is declared twice");
    assert_eq!(declared, schema.keys().map(String::as_str).collect());
    for table in TABLES.iter() {
        let owners = match table.owner {
            Owner::Organization(columns) => columns.to_vec(),
            Owner::Project(column) => vec![column],
            Owner::Nobody => Vec::new(),
        };
        let columns = &schema[table.name];
        assert!(owners.iter().all(|owner| columns.contains(*owner)), "{} has no {owners:?}", table.name);
        // What says whose a row is must be looked at.
        let says = columns.iter().filter(|column| ["project_id", "scope"].contains(&column.as_str()));
        let missing: Vec<_> = says.filter(|column| !owners.contains(&column.as_str())).collect();
        assert!(missing.is_empty(), "{} belongs to {missing:?}, too", table.name);
    }
}

/// Rows that name an organization go with it, or it is said why not.
#[tokio::test]
async fn t06_every_table_says_how_the_rows_of_an_organization_go() {
    let otherwise = [
        // The organization's own, which go in the transaction that deletes it.
        "organizations",
        "organization_locators",
        "organization_domains",
        "organization_oauth_tenants",
        // Says that it is gone.
        "deleted_organizations",
        // What happened stays known.
        "audit_events",
    ];
    for (name, columns) in schema().await {
        let table = TABLES.iter().find(|table| table.name == name).unwrap();
        let names_one = ["organization_id", "scope", "counted"].iter().any(|column| columns.contains(*column));
        let names_one = names_one || name == "organizations";
        let goes = table.of_organization.is_some() || otherwise.contains(&name.as_str());
        assert_eq!(names_one, goes, "{name}");
    }
}

/// Rows that can be a project's without being an organization's go with it, or it is said why not.
#[tokio::test]
async fn t06_every_table_says_how_the_rows_of_a_project_go() {
    let otherwise = [
        // The last one, which holds the others.
        "projects",
        // With the organizations.
        "organizations",
        "organization_locators",
        "organization_domains",
        "organization_oauth_tenants",
        "member_directory",
        "member_locations",
        // What sweeps what is left of them, and what is cleaned.
        "deleted_organizations",
        "changes",
    ];
    for (name, columns) in schema().await {
        let table = TABLES.iter().find(|table| table.name == name).unwrap();
        let is_of_project = matches!(table.owner, Owner::Project(_)) || columns.contains("scope");
        assert_eq!(is_of_project, table.of_project.is_some() || otherwise.contains(&name.as_str()), "{name}");
    }
}

/// What is encrypted is found by a new data key.
#[tokio::test]
async fn every_sealed_column_is_declared() {
    let declared: BTreeSet<_> =
        TABLES.iter().filter_map(|table| table.sealed).map(|sealed| sealed.column.to_owned()).collect();
    let is_sealed = |column: &&String| column.starts_with("sealed_");
    let in_schema = schema().await.into_iter().flat_map(|(table, columns)| {
        columns.iter().filter(is_sealed).map(|column| format!("{table}.{column}")).collect::<Vec<_>>()
    });
    assert_eq!(declared, in_schema.collect());
}

/// Whoever remembers a row is told of its revisions by triggers. On PostgreSQL the server itself looks for them.
#[tokio::test]
async fn every_revision_has_triggers() {
    let db = migrated("triggers").await;
    let sql = "SELECT m.name, (SELECT count(*) FROM sqlite_master t WHERE t.type = 'trigger' AND t.tbl_name = m.name
                               AND t.name IN (m.name || '_changed', m.name || '_deleted'))
               FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'revision' WHERE m.type = 'table'";
    let triggers = db.read(|tx| tx.all::<(String, i64)>(sql, &[])).await.unwrap();
    assert_eq!(triggers.len(), 3);
    assert!(triggers.iter().all(|(_, count)| *count == 2), "{triggers:?}");
    db.close().await;
}

/// The page about distributing the tables says of each by what.
#[test]
fn the_page_about_sharding_knows_every_table() {
    let page = fs::read_to_string(crates().join("../docs/sharding.md")).unwrap();
    let (row, name) = (Regex::new(r"(?m)^\| (`.*?) \| (.*?) \|").unwrap(), Regex::new("`([a-z_]+)`").unwrap());
    let mut told = BTreeMap::new();
    for capture in row.captures_iter(&page) {
        for table in name.captures_iter(&capture[1]) {
            told.insert(table[1].to_owned(), capture[2].to_owned());
        }
    }
    for table in TABLES.iter().filter(|table| table.name != "schema_migrations") {
        let by = told.remove(table.name).unwrap_or_else(|| panic!("the page does not know {}", table.name));
        let expected = match table.owner {
            Owner::Organization(columns) => format!("`{}`", columns[0]),
            // An organization's own row stands beside what is in it; the others on every shard, or with their project.
            Owner::Project(_) | Owner::Nobody => continue,
        };
        assert!(by.starts_with(&expected), "{}: {by}", table.name);
    }
    assert!(told.is_empty(), "the page knows tables that are none: {told:?}");
}
