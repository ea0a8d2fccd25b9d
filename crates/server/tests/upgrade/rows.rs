//! What the older program has left behind, and what it writes beside this one.

use crate::older::{self, Member};
use crate::on_both;
use crate::world::World;
use database::{Timestamp, Value, args};
use foundation::id::{Environment, OutboxId, SessionId};
use foundation::keys::Purpose;
use foundation::keys::token::{Token, TokenKind};
use foundation::time::{MINUTE, after_minutes, system_now};
use serde_json::json;
use uuid::Uuid;

/// A member with a session that the older program made.
struct Signed {
    member: Member,
    session: SessionId,
    token: String,
}

async fn member(world: &World, name: &str) -> Member {
    let organization = world.organization(&format!("{name}-inc"), None, 1).await;
    let member = Member::of(&organization, name);
    let inserted = member.clone();
    world.older(move |tx| inserted.insert(tx)).await.unwrap();
    member
}

/// From now for an hour.
fn an_hour() -> (Timestamp, Timestamp) {
    (system_now(), after_minutes(system_now(), 60))
}

async fn session_of(world: &World, member: &Member) -> Signed {
    let session = SessionId::from_uuid(Environment::Test, Uuid::new_v4());
    let token = Token::of_session(world.app.keys(), member.organization.id.uuid(), &session);
    let (hash, of, id) = (token.hash(world.app.keys()), member.clone(), session.clone());
    world.older(move |tx| older::insert_session(tx, &of, &id, &hash, an_hour())).await.unwrap();
    Signed { member: member.clone(), session, token: token.to_text() }
}

/// The answer to a check of a session.
async fn check(world: &World, signed: &Signed, more: serde_json::Value) -> (u16, serde_json::Value) {
    let mut body = json!({ "session_token": signed.token });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.post("/v1/b2b/sessions/authenticate", body).await
}

async fn sessions_go_on(world: World) {
    let ada = member(&world, "ada").await;
    let before = session_of(&world, &ada).await;
    world.upgrade().await;
    let beside = session_of(&world, &ada).await;
    for signed in [&before, &beside] {
        let (status, answer) = check(&world, signed, json!({})).await;
        assert_eq!((status, answer["member_id"].as_str()), (200, Some(ada.id.as_str())), "{answer}");
        // Both move the end, one after the other.
        let end = answer["member_session"]["expires_at"].as_str().unwrap().to_owned();
        let (_, longer) = check(&world, signed, json!({ "session_duration_minutes": 120 })).await;
        assert!(longer["member_session"]["expires_at"].as_str().unwrap() > end.as_str(), "{longer}");
        let (of, id) = (signed.member.clone(), signed.session.clone());
        let ends = after_minutes(system_now(), 600);
        let updated = world.older(move |tx| older::update_session(tx, &of, &id, (system_now(), ends))).await;
        assert!(updated.unwrap());
        let (_, longest) = check(&world, signed, json!({})).await;
        assert_eq!(longest["member_session"]["custom_claims"], json!({ "by": "the older" }), "{longest}");
        assert_eq!(longest["member_session"]["expires_at"], json!(foundation::time::to_text(ends)));
        let (of, id) = (signed.member.clone(), signed.session.clone());
        world.older(move |tx| older::touch(tx, &of, &id, after_minutes(system_now(), 1))).await.unwrap();
    }
    // The one is ended, the other is kept.
    let (of, keep) = (ada.clone(), beside.session.clone());
    world.older(move |tx| older::end_sessions(tx, &of, &keep, 1)).await.unwrap();
    assert_eq!(check(&world, &before, json!({})).await.0, 404);
    assert_eq!(check(&world, &beside, json!({})).await.0, 200);
}

async fn links_go_on(world: World) {
    let ada = member(&world, "ada").await;
    let link = |world: &World| {
        let token = Token::generate(TokenKind::MagicLink, ada.organization.id.uuid()).unwrap();
        (token.to_text(), token.hash(world.app.keys()))
    };
    let (before, used) = (link(&world), link(&world));
    for hash in [before.1, used.1] {
        let of = ada.clone();
        world.older(move |tx| older::insert_link(tx, &of, &hash, an_hour())).await.unwrap();
    }
    world.upgrade().await;
    let beside = link(&world);
    let of = ada.clone();
    world.older(move |tx| older::insert_link(tx, &of, &beside.1, an_hour())).await.unwrap();
    let scope = ada.organization.id.clone();
    assert!(world.older(move |tx| older::use_link(tx, &scope, &used.1, system_now())).await.unwrap());
    for (link, status) in [(&before.0, 200), (&beside.0, 200), (&used.0, 401), (&before.0, 401)] {
        let (got, answer) = world.post("/v1/b2b/magic_links/authenticate", json!({ "magic_links_token": link })).await;
        assert_eq!(got, status, "{answer}");
    }
}

async fn messages_go_on(world: World) {
    let body = json!({
        "to": "ada@example.com", "template": "login", "locale": "en",
        "context": { "project_name": "Acme", "organization_name": "Acme", "member_name": null,
                     "link": "https://acme.example/?token=x", "expires_in_minutes": 60 },
    });
    let send = async |world: &World| {
        let id = OutboxId::new(Environment::Test);
        let (app, project, of, body) = (world.app.clone(), world.project.clone(), id.clone(), body.to_string());
        let insert = move |tx: &mut database::Tx| {
            let seal = app.keys().seal(tx, Purpose::OutboxBody, of.as_str(), body.as_bytes());
            let sealed = seal.map_err(|error| database::Error::Other(error.to_string().into()))?;
            older::insert_message(tx, &project, &of, "ada@example.com", sealed, Timestamp(system_now().0 - MINUTE))
        };
        world.older(insert).await.unwrap();
        id
    };
    let before = send(&world).await;
    world.upgrade().await;
    let beside = send(&world).await;
    // This version reads them.
    let listed = server::outbox_messages(&world.app, 10).await.unwrap();
    assert_eq!(listed.iter().map(|message| message.id.clone()).collect::<Vec<_>>(), [beside.clone(), before.clone()]);
    assert!(listed.iter().all(|message| message.link == "https://acme.example/?token=x"));
    // The older one delivers them, and those of this version.
    let ada = member(&world, "ada").await;
    let body = json!({ "organization_id": ada.organization.id, "email_address": "ada@example.com" });
    let (status, answer) = world.post("/v1/b2b/magic_links/email/login_or_signup", body).await;
    assert_eq!(status, 200, "{answer}");
    let claimed = world.older(move |tx| older::claim(tx, system_now(), after_minutes(system_now(), 2))).await.unwrap();
    assert_eq!(claimed.len(), 3);
    assert!(claimed.iter().all(|message| message.attempts == 1));
    for outcome in older::OUTCOMES {
        for message in &claimed {
            let id = message.id.clone();
            let now = if outcome.contains("due_at") { Value::from(system_now()) } else { Value::from("refused") };
            world.older(move |tx| tx.execute(outcome, args![&id, now.clone()])).await.unwrap();
        }
    }
    let listed = server::outbox_messages(&world.app, 10).await.unwrap();
    assert!(listed.iter().all(|message| message.link.is_empty()), "a delivered message still holds its link");
    assert_eq!(listed.len(), 3);
}

/// What the older program wrote as the whole of a policy: with the resources that it knew, and the default roles as it knew
/// them.
fn whole(role: &str) -> Value {
    let all = |resource: &str| json!({ "resource_id": resource, "actions": ["*"] });
    let known = ["stytch.organization", "stytch.member", "stytch.sso", "stytch.scim"];
    let resource = |id: &str, actions: &[&str]| json!({ "resource_id": id, "description": "", "actions": actions });
    let built_in = [&known[..], &["stytch.self"]].concat().into_iter().map(|id| resource(id, &["create", "delete"]));
    let resources: Vec<_> = built_in.chain([resource("documents", &["read", "write"])]).collect();
    json!({
        "roles": [
            { "role_id": role, "description": "", "permissions": [{ "resource_id": "documents", "actions": ["write"] }] },
            { "role_id": "stytch_member", "description": "Every member of an organization", "permissions": [all("stytch.self")] },
            { "role_id": "stytch_admin", "description": "Administers the organization", "permissions": known.map(all) },
        ],
        "resources": resources,
        "scopes": [],
    })
    .into()
}

/// A project that ever set a policy gets what later versions bring, like all others.
async fn policies_get_what_came_later(world: World) {
    let project = world.project.clone();
    world.older(move |tx| older::set_policy(tx, &project, whole("editor"), system_now())).await.unwrap();
    let ada = member(&world, "ada").await;
    let signed = session_of(&world, &ada).await;
    world.upgrade().await;
    let is_as_expected = async |role: &str| {
        let (status, answer) = world.ask("GET", "/v1/b2b/rbac/policy", None).await;
        assert_eq!(status, 200, "{answer}");
        let policy: foundation::rbac::Policy = serde_json::from_value(answer["policy"].clone()).unwrap();
        assert!(policy.allows(&[role.into()], "documents", "write"), "{answer}");
        let admin = ["stytch_admin".to_owned()];
        for (resource, action) in [
            ("stytch.custom-org-roles", "create"),
            ("stytch.organization", "update.info.name"),
            ("stytch.member", "search"),
            ("stytch.scim", "delete"),
        ] {
            assert!(policy.allows(&admin, resource, action), "an administrator may not {action} {resource}");
        }
        let ids: Vec<_> = policy.resources.iter().map(|resource| &resource.resource_id).collect();
        assert_eq!(ids.iter().filter(|id| **id == "stytch.member").count(), 1, "{ids:?}");
        let known = policy.resources.iter().find(|resource| resource.resource_id == "stytch.member").unwrap();
        assert!(known.actions.contains(&"update.settings.roles".to_owned()), "{known:?}");
        // By a session too, whose administrator the older program made.
        let ask = json!({ "authorization_check": {
            "organization_id": ada.organization.id, "resource_id": "stytch.custom-org-roles", "action": "create" } });
        let (status, answer) = check(&world, &signed, ask).await;
        assert_eq!((status, answer["verdict"]["authorized"].as_bool()), (200, Some(true)), "{answer}");
    };
    is_as_expected("editor").await;
    // This version sets one, and the older one after it: the later counts, whole or not.
    let given = json!({
        "roles": [{ "role_id": "writer", "permissions": [{ "resource_id": "documents", "actions": ["write"] }] }],
        "resources": [{ "resource_id": "documents", "actions": ["read", "write"] }],
    });
    let given = serde_json::from_value(given).unwrap();
    server::rbac::set_policy(&world.app, world.project.as_str(), given).await.unwrap();
    is_as_expected("writer").await;
    let project = world.project.clone();
    world.older(move |tx| older::set_policy(tx, &project, whole("author"), system_now())).await.unwrap();
    is_as_expected("author").await;
    // The older program reads the whole of what this version sets.
    let given = serde_json::from_value(json!({ "roles": [], "resources": [] })).unwrap();
    server::rbac::set_policy(&world.app, world.project.as_str(), given).await.unwrap();
    let project = world.project.clone();
    let read = move |tx: &mut database::Tx| {
        tx.one::<(String,)>("SELECT policy FROM rbac_policies WHERE project_id = $1", args![&project])
    };
    let (stored,) = world.older(read).await.unwrap();
    let stored: foundation::rbac::Policy = serde_json::from_str(&stored).unwrap();
    assert!(stored.allows(&["stytch_admin".into()], "stytch.member", "create"));
    assert!(!stored.has_role("author"));
}

/// What it says in passing is noted for those who remember: that it ended a session, changed a member, set a policy.
async fn what_the_older_program_changes_is_noticed(world: World) {
    let ada = member(&world, "ada").await;
    world.upgrade().await;
    let signed = session_of(&world, &ada).await;
    for _ in 0..2 {
        assert_eq!(check(&world, &signed, json!({})).await.0, 200);
    }
    let of = ada.clone();
    world.older(move |tx| of.organization.update(tx, "Renamed", system_now())).await.unwrap();
    let (_, answer) = check(&world, &signed, json!({})).await;
    assert_eq!(answer["organization"]["organization_name"], json!("Renamed"));
    let of = ada.clone();
    let demote = "UPDATE members SET profile = $3, updated_at = $4, revision = revision + 1
                  WHERE organization_id = $1 AND id = $2";
    let profile = json!({ "email_id": "email-test-00000000-0000-4000-8000-000000000000", "direct_roles": [] });
    world
        .older(move |tx| tx.execute(demote, args![&of.organization.id, &of.id, profile.clone(), system_now()]))
        .await
        .unwrap();
    let (_, answer) = check(&world, &signed, json!({})).await;
    assert_eq!(answer["member_session"]["roles"], json!(["stytch_member"]));
    let of = ada.clone();
    world.older(move |tx| of.organization.delete(tx)).await.unwrap();
    assert_eq!(check(&world, &signed, json!({})).await.0, 404);
}

on_both! {
    sessions_go_on
    links_go_on
    messages_go_on
    policies_get_what_came_later
    what_the_older_program_changes_is_noticed
}
