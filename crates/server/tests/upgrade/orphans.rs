//! What was added to an organization while another node deleted it, and stayed behind.

use crate::older::{self, Member};
use crate::on_both;
use crate::world::World;
use database::{Tx, args};
use foundation::id::{Environment, OrganizationId, SessionId};
use foundation::time::{after_minutes, system_now};
use uuid::Uuid;

/// Where rows of an organization are, and the column that says so.
const TABLES: &[(&str, &str)] = &[
    ("organizations", "id"),
    ("organization_locators", "organization_id"),
    ("organization_domains", "organization_id"),
    ("members", "organization_id"),
    ("member_emails", "organization_id"),
    ("member_roles", "organization_id"),
    ("member_directory", "organization_id"),
    ("member_locations", "organization_id"),
    ("sessions", "organization_id"),
    ("one_time_tokens", "scope"),
];

/// A member with a session, a link and a domain.
async fn full(world: &World, name: &str) -> Member {
    let organization = world.organization(&format!("{name}-inc"), None, 1).await;
    let member = Member::of(&organization, name);
    let (of, now) = (member.clone(), system_now());
    world
        .older(move |tx| {
            of.insert(tx)?;
            let id = SessionId::from_uuid(Environment::Test, Uuid::new_v4());
            older::insert_session(tx, &of, &id, &[1; 32], (now, after_minutes(now, 60)))?;
            older::insert_link(tx, &of, &[2; 32], (now, after_minutes(now, 60)))?;
            tx.execute(
                "INSERT INTO organization_domains (project_id, kind, domain, organization_id) VALUES ($1, $2, $3, $4)",
                args![&of.organization.project, "allowed", "example.com", &of.organization.id],
            )
        })
        .await
        .unwrap();
    member
}

/// The tables in which there are rows of the organization.
async fn left(world: &World, member: &Member) -> Vec<&'static str> {
    let id = member.organization.id.clone();
    world
        .older(move |tx| {
            let mut found = Vec::new();
            for (table, column) in TABLES {
                let sql = format!("SELECT COUNT(*) FROM {table} WHERE {column} = $1");
                if tx.one::<(i64,)>(&sql, args![&id])?.0 > 0 {
                    found.push(*table);
                }
            }
            Ok(found)
        })
        .await
        .unwrap()
}

/// Deletes rows as the race did: what another transaction has added is left.
async fn delete(world: &World, member: &Member, statements: &'static [&'static str]) {
    let id = member.organization.id.clone();
    let work = move |tx: &mut Tx| statements.iter().try_for_each(|sql| tx.execute(sql, args![&id]).map(drop));
    world.older(work).await.unwrap();
}

async fn t06_what_was_left_behind_goes(world: World) {
    let whole = full(&world, "ada").await;
    let orphans = [full(&world, "bob").await, full(&world, "cy").await, full(&world, "dee").await];
    // The organization alone is gone; its members are, too; all but what is looked up of them is gone.
    const GONE: &str = "DELETE FROM organizations WHERE id = $1";
    const MEMBERS: &str = "DELETE FROM members WHERE organization_id = $1";
    const SESSIONS: &str = "DELETE FROM sessions WHERE organization_id = $1";
    const LINKS: &str = "DELETE FROM one_time_tokens WHERE scope = $1";
    delete(&world, &orphans[0], &[GONE]).await;
    delete(&world, &orphans[1], &[GONE, MEMBERS]).await;
    delete(&world, &orphans[2], &[GONE, MEMBERS, SESSIONS, LINKS]).await;
    let before = left(&world, &whole).await;
    assert_eq!(before.len(), TABLES.len());
    world.upgrade().await;
    let deleted = "SELECT organization_id FROM deleted_organizations";
    let to_sweep = world.older(move |tx| tx.all::<(OrganizationId,)>(deleted, &[])).await.unwrap();
    for orphan in &orphans {
        let (id, project) = (orphan.organization.id.clone(), orphan.organization.project.clone());
        // What the sweep of a server does with those it is told of.
        if to_sweep.iter().any(|(known,)| *known == id) {
            while world
                .app
                .db()
                .write({
                    let (id, project) = (id.clone(), project.clone());
                    move |tx: &mut Tx| server::TABLES.some_of_organization(tx, &project, &id)
                })
                .await
                .unwrap()
            {}
        }
        assert_eq!(left(&world, orphan).await, Vec::<&str>::new());
    }
    assert_eq!(left(&world, &whole).await, before);
    assert!(!to_sweep.iter().any(|(id,)| *id == whole.organization.id));
}

on_both! { t06_what_was_left_behind_goes }
