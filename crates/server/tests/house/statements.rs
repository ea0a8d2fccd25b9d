//! What is true of every statement.

use crate::sources::{is_of, is_test, sources, statements, without_tests};
use crate::tables::migrated;
use database::Value;
use foundation::tables::Owner;
use regex::Regex;
use server::TABLES;
use std::path::Path;

#[test]
fn sql_stands_in_stores_only() {
    for (path, sql) in statements() {
        let is_store = path.ends_with("store.rs") || is_of(&path, "database");
        assert!(is_store, "{} holds SQL: {sql}", path.display());
    }
}

#[test]
fn stores_know_no_requests_and_no_clock() {
    for (path, text) in sources().into_iter().filter(|(path, _)| path.ends_with("store.rs")) {
        for forbidden in ["frame::", "Cx", "axum::", "system_now", ".now()"] {
            assert!(!text.contains(forbidden), "{} uses {forbidden}", path.display());
        }
    }
}

/// Statements that find whose a row is, or take it from whoever it is: what a request is identified by, what a worker
/// takes, and what is forgotten when it is over. They run where everything is entered.
const OF_EVERYBODY: &[&str] = &[
    // Who sends a request.
    "FROM public_tokens t JOIN projects p ON p.id = t.project_id WHERE t.token = $1",
    "FROM origins WHERE origin IN ($1, $2) LIMIT 1",
    "FROM projects ORDER BY created_at, id",
    // A session that only its id is known of is looked up in its project.
    "SELECT organization_id FROM sessions WHERE project_id = $1 AND id = $2",
    // How many there are, of everybody.
    "FROM sessions WHERE expires_in_hour > $1",
    // What was derived from a session may be of any organization of its project.
    "SELECT id FROM sessions WHERE project_id = $1 AND derived_from = $2",
    // The outbox is one queue for all projects.
    "UPDATE outbox SET ",
    "FROM outbox WHERE status",
    "FROM outbox WHERE kind = $1 AND status",
    "FROM outbox WHERE id = $1 AND status",
    // Whether there are passwords in a project, before it is said whose they are.
    "FROM member_passwords WHERE project_id = $1 LIMIT 1",
    // Identity providers say which connection they mean, and nothing else.
    "SELECT project_id FROM sso_connections WHERE id = $1",
    // Whoever is turned away says which directory they mean, and nothing else.
    "SELECT organization_id FROM scim_connections WHERE id = $1",
    // Certificates that are about to end, of everybody.
    "FROM sso_connections WHERE id > $1 AND kind = 'saml'",
    // Proofs of domains that are due.
    "UPDATE domain_proofs SET next_check_at = $2 WHERE (organization_id, domain) IN",
    // Organizations of which there may be rows left.
    "FROM deleted_organizations ORDER BY deleted_at",
];

fn is_of_everybody(sql: &str) -> bool {
    let squeezed = |sql: &str| sql.split_whitespace().collect::<Vec<_>>().join(" ");
    let old = |old: &foundation::tables::Old| squeezed(old.delete) == sql;
    TABLES.iter().flat_map(|table| table.old).any(old) || OF_EVERYBODY.iter().any(|part| sql.contains(part))
}

/// T-07: a statement on a tenant's table names the tenant.
#[test]
fn t07_every_statement_names_its_tenant() {
    let regex = |pattern: String| Regex::new(&pattern).unwrap();
    let owned: Vec<_> = TABLES
        .iter()
        .filter_map(|table| {
            let column = match table.owner {
                Owner::Organization(columns) => columns[0],
                Owner::Project(column) => column,
                Owner::Nobody => return None,
            };
            let asked = regex(format!(r"(FROM|JOIN|UPDATE) {}\b", table.name));
            Some((table.name, asked, regex(format!(r"\b{column} = (\$|\w+\.)"))))
        })
        .collect();
    let mut checked = 0;
    for (path, sql) in statements().into_iter().filter(|(path, _)| !is_of(path, "database")) {
        if sql.starts_with("INSERT") || is_of_everybody(&sql) {
            continue;
        }
        for (table, asked, named) in &owned {
            if asked.is_match(&sql) {
                assert!(named.is_match(&sql), "{}: {sql} does not say whose {table} are", path.display());
                checked += 1;
            }
        }
    }
    assert!(checked > 60, "only {checked} statements were recognized");
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
            let (name, alias, condition) = (&capture[1], &capture[2], &capture[3]);
            let by =
                |column: &str| Regex::new(&format!(r"\b{alias}\.{column} = \w+\.\w+")).unwrap().is_match(condition);
            let Some(table) = TABLES.iter().find(|table| table.name == name) else { continue };
            let good = match table.owner {
                Owner::Organization(columns) => by(columns[0]),
                Owner::Project(column) => by(column) && (name != "organizations" || by("id")),
                Owner::Nobody => continue,
            };
            assert!(good, "{}: {name} is joined ON {condition}", path.display());
            joined += 1;
        }
    }
    assert!(joined >= 5, "the joins were not found");
}

/// What is remembered of these is believed while their revision is the same.
#[test]
fn every_change_counts_as_a_revision() {
    for (path, sql) in statements() {
        let remembered =
            ["members", "organizations", "sessions"].iter().any(|t| sql.starts_with(&format!("UPDATE {t} ")));
        let written_behind = sql.starts_with("UPDATE sessions SET last_accessed_at = CASE");
        assert!(!remembered || written_behind || sql.contains("revision = revision + 1"), "{}: {sql}", path.display());
    }
}

/// T-07: row-level security is worth what a transaction enters, so few places decide it. Handlers are inside already.
#[test]
fn t07_few_places_decide_what_a_transaction_enters() {
    let enters = [
        "foundation/src/cx.rs",
        "projects/identify.rs",
        "projects/operations.rs",
        "organizations/operations.rs",
        "sessions/endpoints.rs",
        "signing/mod.rs",
    ];
    // What belongs to no project, or what only a row can say whose it is.
    let everything = [
        "foundation/src/tables.rs",
        "projects/changes.rs",
        "projects/identify.rs",
        "projects/operations.rs",
        "organizations/deletion.rs",
        "sessions/credential.rs",
        "sessions/numbers.rs",
        "sessions/operations.rs",
        "sessions/written_behind.rs",
        "domain_proofs/worker.rs",
        "outbox/listing.rs",
        "outbox/mod.rs",
        "outbox/worker.rs",
        "scim/connections/operations.rs",
        "sso/connections/operations.rs",
        "setup_links/session.rs",
        "stored_passwords/mod.rs",
        "server/src/workers.rs",
    ];
    let own_transaction = Regex::new(r"cx\s*\.app\s*\.db\(\)\s*\.(read|write|scan|check)\(").unwrap();
    for (path, text) in sources().into_iter().filter(|(path, _)| !is_of(path, "database") && !is_test(path)) {
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
        for forbidden in ["now()", "FOR UPDATE", "ILIKE", "USING", "?1", "OR REPLACE"] {
            assert!(!sql.contains(forbidden), "{} uses {forbidden}: {sql}", path.display());
        }
    }
}

#[tokio::test]
async fn every_statement_prepares_on_sqlite() {
    let db = migrated("statements").await;
    let mut prepared = 0;
    let is_of_subjects = |path: &Path| !is_of(path, "database");
    for (path, sql) in statements().into_iter().filter(|(path, _)| is_of_subjects(path)) {
        db.prepare(sql.clone()).await.unwrap_or_else(|error| panic!("{}: {sql}: {error}", path.display()));
        prepared += 1;
    }
    assert!(prepared > 80);
    db.close().await;
}

/// Whoever reads a whole table keeps others waiting once it is large. PostgreSQL plans by what is in the tables, and SQLite
/// by the indexes that there are.
#[tokio::test]
async fn no_statement_reads_a_table_from_end_to_end() {
    let db = migrated("plans").await;
    let (mut seen, mut found) = (0, Vec::new());
    let numbers = Regex::new(r"\$(\d+)").unwrap();
    for (path, sql) in statements().into_iter().filter(|(path, _)| !is_of(path, "database")) {
        let most = numbers.captures_iter(&sql).map(|found| found[1].parse().unwrap()).max().unwrap_or(0);
        let (explain, arguments) = (format!("EXPLAIN QUERY PLAN {sql}"), vec![Value::Null; most]);
        let plan = db.read(move |tx| tx.all::<(i64, i64, i64, String)>(&explain, &arguments)).await.unwrap();
        for (_, _, _, step) in plan {
            seen += 1;
            let given = ["CONSTANT ROW", "VALUES CLAUSE", "SCAN news", "SCAN json_each VIRTUAL TABLE"]
                .iter()
                .any(|given| step.contains(given));
            let reads_all = step.starts_with("SCAN ") && !step.contains("USING") && !given;
            let is_small = SMALL.iter().any(|table| step == format!("SCAN {table}"));
            if reads_all && !is_small {
                found.push(format!("{}: {step}: {sql}", path.display()));
            }
        }
    }
    assert!(seen > 100, "the plans were not found");
    assert!(found.is_empty(), "{}", found.join("\n"));
    db.close().await;
}

/// Tables of which there are few rows, or not for long. What operators write is bounded for each project, and seldom read
/// for one.
const SMALL: &[&str] = &["data_keys", "projects", "origins", "deleted_organizations", "derived"];
