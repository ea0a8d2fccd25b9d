//! The rules of the house that reviews forget, read off the source.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use database::{Database, Options};
use regex::Regex;
use std::fs;
use std::path::{Path, PathBuf};

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => walk(&path, found),
                false => found.push(path),
            }
        }
    }
    let mut paths = Vec::new();
    for crate_ in ["server", "database", "guildhall", "endpoint-macro"] {
        walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(crate_).join("src"), &mut paths);
    }
    paths.retain(|path| path.extension().is_some_and(|e| e == "rs"));
    assert!(paths.len() > 100, "the sources were not found");
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// The part of a file that is not its tests.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap()
}

const STATEMENT: &str = r#""((?:SELECT|INSERT|UPDATE|DELETE)\s[^"]*)""#;

/// Every fixed statement of the stores, with where it stands.
fn statements() -> Vec<(PathBuf, String)> {
    let statement = Regex::new(STATEMENT).unwrap();
    let mut found = Vec::new();
    for (path, text) in sources() {
        for capture in statement.captures_iter(without_tests(&text)) {
            let joined = capture[1].split_whitespace().collect::<Vec<_>>().join(" ");
            if joined.contains(' ') && !joined.contains('{') {
                found.push((path.clone(), joined));
            }
        }
    }
    assert!(found.len() > 60, "the statements were not found");
    found
}

#[test]
fn sql_stands_in_stores_only() {
    for (path, sql) in statements() {
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_store = name == "store.rs" || path.components().any(|c| c.as_os_str() == "database");
        assert!(is_store, "{} holds SQL: {sql}", path.display());
    }
}

#[test]
fn stores_know_no_http_and_no_clock() {
    for (path, text) in sources().into_iter().filter(|(path, _)| path.ends_with("store.rs")) {
        for forbidden in ["crate::http", "axum::", "system_now", ".now()"] {
            assert!(!text.contains(forbidden), "{} uses {forbidden}", path.display());
        }
    }
}

#[test]
fn http_knows_no_subject_but_those_that_identify() {
    for (path, text) in sources().into_iter().filter(|(path, _)| path.components().any(|c| c.as_os_str() == "http")) {
        for subject in ["members", "organizations", "magic_links", "discovery", "login", "audit", "outbox"] {
            assert!(!text.contains(&format!("crate::{subject}")), "{} knows {subject}", path.display());
        }
    }
}

/// Tables whose rows belong to an organization, and those that are looked up across a project.
const OF_ORGANIZATIONS: &[&str] = &["members", "member_emails", "member_roles", "sessions"];
const OF_PROJECTS: &[&str] = &[
    "project_secrets",
    "redirect_urls",
    "signing_keys",
    "rbac_policies",
    "organizations",
    "organization_locators",
    "organization_domains",
    "member_directory",
    "member_locations",
    "intermediate_sessions",
    "audit_events",
];

/// Tables that belong to nobody, or whose rows say themselves whose they are: what a worker takes from whoever it is, and
/// what a request is identified by. `one_time_tokens` are an organization's or a project's, by their scope.
const OF_NOBODY: &[&str] = &[
    "projects",
    "public_tokens",
    "origins",
    "outbox",
    "one_time_tokens",
    "data_keys",
    "embedded_master_key",
    "changes",
    "schema_migrations",
];

/// A new table is put into one of the lists.
#[tokio::test]
async fn every_table_is_known_whose_it_is() {
    let db = migrated("tables").await;
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let tables = db.read(|tx| tx.all::<(String,)>(sql, &[])).await.unwrap();
    db.close().await;
    assert!(tables.len() > 15);
    for (table,) in tables {
        let lists = [OF_ORGANIZATIONS, OF_PROJECTS, OF_NOBODY];
        let count = lists.iter().filter(|list| list.contains(&table.as_str())).count();
        assert_eq!(count, 1, "{table} stands in {count} lists");
    }
}

/// T-07: a statement on a tenant's table names the tenant.
#[test]
fn t07_every_statement_names_its_tenant() {
    // Housekeeping forgets what has expired, whosever it is; a session that only its id is known of is looked up in
    // its project.
    let exempt = [
        "DELETE FROM sessions WHERE (organization_id, id) IN (SELECT organization_id, id FROM sessions WHERE expires_at",
        "DELETE FROM intermediate_sessions WHERE (project_id, token_hash) IN (SELECT project_id, token_hash FROM \
         intermediate_sessions WHERE expires_at",
        "SELECT organization_id FROM sessions WHERE project_id = $1 AND id = $2",
    ];
    for (path, sql) in statements() {
        if sql.starts_with("INSERT") || exempt.iter().any(|e| sql.starts_with(e)) {
            continue;
        }
        let touches = |table: &&&str| Regex::new(&format!(r"(FROM|JOIN|UPDATE) {table}\b")).unwrap().is_match(&sql);
        if OF_ORGANIZATIONS.iter().any(|t| touches(&t)) {
            assert!(sql.contains("organization_id = $"), "{}: {sql}", path.display());
        }
        if OF_PROJECTS.iter().any(|t| touches(&t)) {
            assert!(sql.contains("project_id = $"), "{}: {sql}", path.display());
        }
    }
}

/// Tables of tenants are joined by the organization, or by the project where they are looked up across it, so that they
/// can be distributed by it (docs/sharding.md).
#[test]
fn t07_tenants_tables_are_joined_by_the_tenant() {
    let join = Regex::new(r"JOIN (\w+) (\w+) ON (.+?)(?: (?:JOIN|WHERE|ORDER|GROUP|LIMIT)\b|$)").unwrap();
    let mut joined = 0;
    for (path, text) in sources() {
        let text = without_tests(&text).split_whitespace().collect::<Vec<_>>().join(" ");
        for part in text.match_indices("JOIN ").map(|(at, _)| &text[at..]) {
            // What is put together at run time has no closing quote in the same place; a join stands within a text.
            let Some(capture) = join.captures(part.split('"').next().unwrap()) else { continue };
            let (table, alias, condition) = (&capture[1], &capture[2], &capture[3]);
            let by =
                |column: &str| Regex::new(&format!(r"\b{alias}\.{column} = \w+\.\w+")).unwrap().is_match(condition);
            let good = match table {
                "organizations" => by("id") && by("project_id"),
                _ if OF_ORGANIZATIONS.contains(&table) => by("organization_id"),
                _ if OF_PROJECTS.contains(&table) => by("project_id"),
                _ => continue,
            };
            assert!(good, "{}: {table} is joined ON {condition}", path.display());
            joined += 1;
        }
    }
    assert!(joined >= 3, "the joins were not found");
}

/// What is remembered of these is believed while their revision is the same.
#[test]
fn every_change_counts_as_a_revision() {
    for (path, sql) in statements() {
        let remembered =
            ["members", "organizations", "sessions"].iter().any(|t| sql.starts_with(&format!("UPDATE {t} ")));
        let only_used = sql.starts_with("UPDATE sessions SET last_accessed_at = $3 WHERE");
        assert!(!remembered || only_used || sql.contains("revision = revision + 1"), "{}: {sql}", path.display());
    }
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

/// T-07: row-level security is worth what a transaction enters, so few places decide it. Handlers are inside already.
#[test]
fn t07_few_places_decide_what_a_transaction_enters() {
    let enters = [
        "http/endpoint.rs",
        "projects/identify.rs",
        "projects/operations.rs",
        "organizations/operations.rs",
        "sessions/endpoints.rs",
        "signing/mod.rs",
    ];
    // What belongs to no project, or what only a row can say whose it is.
    let everything = [
        "projects/identify.rs",
        "projects/operations.rs",
        "sessions/endpoints.rs",
        "sessions/touch.rs",
        "outbox/mod.rs",
        "outbox/worker.rs",
        "src/workers.rs",
    ];
    let own_transaction = Regex::new(r"cx\s*\.app\s*\.db\(\)").unwrap();
    let is_database = |path: &Path| path.components().any(|c| c.as_os_str() == "database");
    for (path, text) in sources().into_iter().filter(|(path, _)| !is_database(path)) {
        let text = without_tests(&text);
        let listed = |files: &[&str]| files.iter().any(|file| path.ends_with(file));
        assert!(
            !own_transaction.is_match(text),
            "{} leaves the caller's project: use cx.read, cx.write",
            path.display()
        );
        assert_eq!(text.contains("tx.enter("), listed(&enters), "{} enters a tenant", path.display());
        assert_eq!(text.contains("EVERYTHING"), listed(&everything), "{} enters everything", path.display());
    }
}

#[test]
fn statements_stay_within_what_both_engines_speak() {
    for (path, sql) in statements() {
        for forbidden in ["now()", "FOR UPDATE", "ANY(", "ILIKE", "USING", "?1", "OR REPLACE"] {
            assert!(!sql.contains(forbidden), "{} uses {forbidden}: {sql}", path.display());
        }
    }
}

/// A new database. Its file is deleted at once; it stays until it is closed.
async fn migrated(name: &str) -> Database {
    let directory = std::env::temp_dir().join(format!("guildhall-house-{name}-{}", std::process::id()));
    let url = format!("sqlite:{}", directory.join("house.db").display());
    let db = Database::open(&Options::new(&url)).await.unwrap();
    db.migrate(server::MIGRATIONS).await.unwrap();
    fs::remove_dir_all(directory).unwrap();
    db
}

#[tokio::test]
async fn every_statement_prepares_on_sqlite() {
    let db = migrated("statements").await;
    let mut prepared = 0;
    let of_this_crate = |path: &Path| !path.components().any(|c| c.as_os_str() == "database");
    for (path, sql) in statements().into_iter().filter(|(path, _)| of_this_crate(path)) {
        db.prepare(sql.clone()).await.unwrap_or_else(|error| panic!("{}: {sql}: {error}", path.display()));
        prepared += 1;
    }
    assert!(prepared > 60);
    db.close().await;
}

#[test]
fn files_are_short() {
    for (path, text) in sources() {
        let lines = without_tests(&text).lines().count();
        assert!(lines <= 500, "{} is {lines} lines long", path.display());
    }
}

#[test]
fn no_unwrap_where_input_could_reach_it() {
    for (path, text) in sources() {
        let test_file = path.file_name().unwrap().to_str().unwrap().ends_with("_tests.rs");
        for (number, line) in without_tests(&text).lines().enumerate().filter(|_| !test_file) {
            let constant = line.trim_start().starts_with("const ");
            let found =
                (line.contains(".unwrap()") || line.contains(".expect(")) && !line.trim_start().starts_with("//");
            assert!(constant || !found, "{}:{}: {line}", path.display(), number + 1);
        }
    }
}

#[test]
fn every_endpoint_is_described_and_declared_once() {
    let endpoints = server::endpoints();
    let mut doors: Vec<_> =
        endpoints.iter().flat_map(|e| e.about.doors).map(|d| (format!("{:?}", d.method), d.path)).collect();
    let count = doors.len();
    doors.sort_unstable();
    doors.dedup();
    assert_eq!(doors.len(), count, "two endpoints share a door");
    for endpoint in &endpoints {
        assert!(
            endpoint.about.doc.ends_with('.') || endpoint.about.doc.contains('\n'),
            "{}",
            endpoint.about.operation()
        );
    }
}
