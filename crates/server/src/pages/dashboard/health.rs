//! Whether the installation is well: the database, what waits to be delivered, the keys and their ages.

use super::super::phrases::say;
use super::picture::latencies;
use super::words::{ago, locale_of};
use super::{Place, Shown, show};
use crate::operators::Operator;
use crate::pages::probes::READY_WITHIN;
use crate::{MIGRATIONS, outbox, signing, statistics};
use database::Engine;
use foundation::error::Result;
use foundation::keys::{self, Everywhere};
use foundation::time;
use frame::{Call, NoInput, endpoint};
use mail::Locale;
use serde_json::{Value, json};
use std::time::Instant;

/// The health of the installation.
#[endpoint("dashboard.health", page GET "/dashboard/health", quiet)]
pub(super) async fn health(cx: Call<Operator>, _input: NoInput) -> Result<Shown> {
    let (now, locale) = (cx.now(), locale_of(&cx));
    let start = Instant::now();
    let tried = tokio::time::timeout(READY_WITHIN, keys::check_writable(cx.app.db())).await;
    let is_ready = matches!(tried, Ok(Ok(())));
    let took = start.elapsed().as_secs_f64() * 1000.0;
    let counted = statistics::latencies(&cx.app, time::after_minutes(now, -24 * 60)).await?;
    // How many values each key seals takes long to count; `guildhall keys list` does.
    let uncounted = Everywhere { columns: Vec::new(), projects: Vec::new() };
    let data_keys = keys::list(cx.app.db(), cx.app.keys(), &uncounted).await?;
    let key = |key: &keys::Listed| json!({ "name": say(locale, "dashboard.data_key", &[("id", &key.id)]), "purpose": key.purpose, "made": key.created_at, "note": "" });
    let mut keys: Vec<Value> = data_keys.iter().map(key).collect();
    for key in signing_keys(&cx, locale).await? {
        keys.push(key);
    }
    let numbers = cx.app.db().numbers();
    let lanes: Vec<_> = numbers
        .lanes
        .iter()
        .map(|lane| json!({ "name": lane.name, "size": lane.size, "in_use": lane.in_use, "waiting": lane.waiting }))
        .collect();
    let values = json!({
        "is_ready": is_ready, "took": format!("{took:.1}"),
        "version": env!("CARGO_PKG_VERSION"), "public_url": cx.app.public_url(),
        "engine": match cx.app.db().engine() { Engine::Sqlite => "SQLite", Engine::Postgres => "PostgreSQL" },
        "migration": MIGRATIONS.last().map(|last| last.name), "lanes": lanes,
        "queue": outbox::waiting(&cx.app).into_iter().map(|(kind, count, since)| json!({
            "kind": kind, "count": count, "since": since.map(|since| ago(locale, since, now)),
        })).collect::<Vec<_>>(),
        "has_mailer": cx.app.mailer().is_some(), "keys": keys,
        "pictures": [
            latencies(locale, "dashboard_project.picture_checks", &counted, "checks", now), latencies(locale, "dashboard_project.picture_logins", &counted, "logins", now),
            latencies(locale, "dashboard_project.picture_others", &counted, "others", now),
        ],
    });
    show(&cx, Place::Health, "dashboard/health.html", values).await
}

/// The keys that sign session JWTs, of every project.
async fn signing_keys(cx: &Call<Operator>, locale: Locale) -> Result<Vec<Value>> {
    let mut told = Vec::new();
    for project in crate::projects::list(&cx.app).await? {
        let (_, own) = super::within(cx, project.project_id.as_str()).await?;
        let by = own.clone();
        let ages = own.read(move |tx| signing::ages(tx, by.project())).await?;
        told.extend(ages.into_iter().map(|age| {
            let note = match age.published_until {
                Some(until) => say(locale, "dashboard.published_until", &[("time", &time::to_text(until))]),
                None if age.signs_from > cx.now() => {
                    say(locale, "dashboard.signs_from", &[("time", &time::to_text(age.signs_from))])
                }
                None => String::new(),
            };
            json!({
                "name": age.id, "purpose": say(locale, "dashboard.signs_sessions", &[("project", &project.name)]),
                "made": time::to_text(age.created_at), "note": note,
            })
        }));
    }
    Ok(told)
}
