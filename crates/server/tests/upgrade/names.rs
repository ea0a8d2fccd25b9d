//! T-02: what one organization is called by, no other is, though two may have been called the same before.

use crate::older::Organization;
use crate::on_both;
use crate::world::World;
use database::Timestamp;
use foundation::time::{MINUTE, system_now};
use serde_json::json;

/// The older organization is meant by a name that two have had, whatever kind of name each had it as.
async fn t02_the_older_is_meant(world: World) {
    let slug_first = world.organization("acme", None, 1).await;
    let external_id_second = world.organization("second", Some("acme"), 2).await;
    let external_id_first = world.organization("third", Some("globex"), 3).await;
    let slug_second = world.organization("globex", None, 4).await;
    let capital_second = world.organization("fifth", Some("HOOLI"), 6).await;
    let slug_with_capitals = world.organization("Hooli", None, 5).await;
    let one_spelling = world.organization("seventh", Some("Initech"), 7).await;
    let other_spelling = world.organization("eighth", Some("INITECH"), 8).await;
    let own = world.organization("Umbrella", Some("uMBRELLA"), 9).await;
    world.upgrade().await;
    for (name, meant) in [
        ("acme", &slug_first),
        ("ACME", &slug_first),
        ("globex", &external_id_first),
        ("Hooli", &slug_with_capitals),
        ("hooli", &slug_with_capitals),
        ("HOOLI", &slug_with_capitals),
        ("Initech", &one_spelling),
        // An external id is one as it is spelled, so these are two names.
        ("INITECH", &other_spelling),
        ("umbrella", &own),
        ("Umbrella", &own),
        ("uMBRELLA", &own),
        // What only one was called by means it as before.
        ("second", &external_id_second),
        ("THIRD", &external_id_first),
        ("fifth", &capital_second),
        // A slug counts in any case, and nobody else has it in this one.
        ("GLOBEX", &slug_second),
    ] {
        assert_eq!(world.meant_by(name).await, meant.id.as_str(), "{name}");
    }
    assert_eq!(world.meant_by("initech").await, "");
    // Ids mean whom they meant.
    for organization in [&slug_first, &external_id_second, &slug_second, &other_spelling, &own] {
        assert_eq!(world.meant_by(organization.id.as_str()).await, organization.id.as_str());
    }
}

/// Of two that were made in the same moment, one is meant, and always the same.
async fn t02_one_of_two_that_are_as_old(world: World) {
    let (a, b) = (world.organization("acme", None, 1).await, world.organization("other", Some("acme"), 1).await);
    world.upgrade().await;
    let first = if a.id.as_str() < b.id.as_str() { a } else { b };
    assert_eq!(world.meant_by("acme").await, first.id.as_str());
}

/// Names are one space in each project, not across them.
async fn t02_another_project_is_not_concerned(world: World) {
    let elsewhere = world.neighbour().await;
    let there = Organization::new(&elsewhere, "acme", Some("globex"), Timestamp(MINUTE));
    world.older(move |tx| there.insert(tx)).await.unwrap();
    let here = world.organization("globex", Some("acme"), 2).await;
    world.upgrade().await;
    assert_eq!(world.meant_by("acme").await, here.id.as_str());
    assert_eq!(world.meant_by("globex").await, here.id.as_str());
}

/// Nobody takes a name that somebody has, as a name of whatever kind, in whatever case.
async fn t02_later_names_collide(world: World) {
    let taken = world.organization("acme", Some("Ext-1"), 1).await;
    let own = world.organization("Umbrella", Some("uMBRELLA"), 2).await;
    let free = world.organization("free", None, 3).await;
    world.upgrade().await;
    let path = format!("/v1/b2b/organizations/{}", free.id);
    for name in ["acme", "ACME", "ext-1", "EXT-1", "Ext-1", "umbrella", "UMBRELLA", "uMBRELLA"] {
        for (field, error) in [
            ("organization_slug", "organization_slug_already_used"),
            ("organization_external_id", "organization_external_id_already_used"),
        ] {
            let (status, answer) = world.ask("PUT", &path, Some(json!({ field: name }))).await;
            assert_eq!((status, answer["error_type"].as_str()), (400, Some(error)), "{field} {name}: {answer}");
            let new = json!({ "organization_name": "New", field: name });
            let (status, answer) = world.post("/v1/b2b/organizations", new).await;
            assert_eq!((status, answer["error_type"].as_str()), (400, Some(error)), "{field} {name}: {answer}");
        }
        // The older program cannot either.
        for (slug, external_id) in [(name, None), ("new", Some(name))] {
            let new = Organization::new(&world.project, slug, external_id, system_now());
            assert!(world.older(move |tx| new.insert(tx)).await.is_err(), "{name}");
        }
    }
    assert_eq!(world.meant_by("Ext-1").await, taken.id.as_str());
    assert_eq!(world.meant_by("umbrella").await, own.id.as_str());
    // Oneself may be called the same twice.
    for id in ["FREE", "free", "Free"] {
        let (status, answer) = world.ask("PUT", &path, Some(json!({ "organization_external_id": id }))).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(world.meant_by(id).await, free.id.as_str());
    }
}

/// Whoever shares a name with an older one is called by the others, and can be changed.
async fn t02_the_younger_goes_on(world: World) {
    let older = world.organization("acme", None, 1).await;
    let younger = world.organization("second", Some("acme"), 2).await;
    world.upgrade().await;
    let path = format!("/v1/b2b/organizations/{}", younger.id);
    let (status, answer) = world.ask("PUT", &path, Some(json!({ "organization_name": "Renamed" }))).await;
    assert_eq!((status, answer["organization"]["organization_external_id"].as_str()), (200, Some("acme")), "{answer}");
    assert_eq!(world.meant_by("acme").await, older.id.as_str());
    // A name of its own replaces the one that it shared.
    let (status, answer) = world.ask("PUT", &path, Some(json!({ "organization_external_id": "acme-2" }))).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(world.meant_by("acme-2").await, younger.id.as_str());
    assert_eq!(world.meant_by("acme").await, older.id.as_str());
    let (status, _) = world.ask("PUT", &path, Some(json!({ "organization_external_id": "acme" }))).await;
    assert_eq!(status, 400);
    // Both go like any other.
    for organization in [&older, &younger] {
        let (status, answer) = world.ask("DELETE", &format!("/v1/b2b/organizations/{}", organization.id), None).await;
        assert_eq!(status, 200, "{answer}");
    }
    for name in ["acme", "acme-2", "second"] {
        let new = json!({ "organization_name": "New", "organization_slug": name });
        assert_eq!(world.post("/v1/b2b/organizations", new).await.0, 200, "{name}");
    }
}

/// The older program writes all names of an organization with each change, also the one that needs no row any more.
async fn t02_the_older_program_changes_organizations(world: World) {
    let mut plain = world.organization("acme", Some("Ext-1"), 1).await;
    let own = world.organization("Umbrella", Some("uMBRELLA"), 2).await;
    world.upgrade().await;
    for organization in [plain.clone(), own.clone()] {
        world.older(move |tx| organization.update(tx, "Renamed", system_now())).await.unwrap();
    }
    for (name, meant) in [("acme", &plain), ("Ext-1", &plain), ("umbrella", &own), ("uMBRELLA", &own)] {
        assert_eq!(world.meant_by(name).await, meant.id.as_str(), "{name}");
        let (project, asked) = (world.project.clone(), name.to_owned());
        let found = world.older(move |tx| Organization::resolve(tx, &project, &asked)).await.unwrap();
        assert_eq!(found.as_ref(), Some(&meant.id), "{name}, to the older program");
    }
    (plain.slug, plain.external_id) = ("moved".into(), Some("MOVED".into()));
    let moved = plain.clone();
    world.older(move |tx| moved.update(tx, "Renamed", system_now())).await.unwrap();
    assert_eq!(world.meant_by("Moved").await, plain.id.as_str());
    assert_eq!(world.meant_by("acme").await, "");
    let new = Organization::new(&world.project, "acme", Some("new"), system_now());
    let made = new.clone();
    world.older(move |tx| made.insert(tx)).await.unwrap();
    assert_eq!(world.meant_by("ACME").await, new.id.as_str());
    let gone = new.clone();
    world.older(move |tx| gone.delete(tx)).await.unwrap();
    assert_eq!(world.meant_by("acme").await, "");
}

on_both! {
    t02_the_older_is_meant
    t02_one_of_two_that_are_as_old
    t02_another_project_is_not_concerned
    t02_later_names_collide
    t02_the_younger_goes_on
    t02_the_older_program_changes_organizations
}
