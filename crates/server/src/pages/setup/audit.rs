use super::shell::{Visit, page, shown_time};
use crate::pages::shown::Shown;
use crate::setup_links::{Purpose, SetupCaller};
use database::Tx;
use foundation::audit::{self, Event};
use foundation::error::Result;
use foundation::id::AuditEventId;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Events that are looked through for a page, and that it shows.
const LOOKED_THROUGH: i64 = 500;
const SHOWN: usize = 50;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Asked {
    /// Only events whose action, actor or object has this in it.
    #[serde(default)]
    text: String,
    /// Only events before the one with this id.
    #[serde(default)]
    before: String,
}

/// What happened in the organization, newest first.
#[endpoint("setup.audit", page GET "/setup/audit", scans, errors(UnauthorizedAction))]
pub(super) fn show(tx: &mut Tx, cx: &Call<SetupCaller>, asked: Asked) -> Result<Shown> {
    let visit = Visit::of(cx, Purpose::Audit)?;
    let organization = visit.organization(tx)?;
    let text = asked.text.trim().to_lowercase();
    let before = AuditEventId::parse(&asked.before);
    let before = before.as_ref().map(AuditEventId::as_str);
    let found = audit::page(tx, &cx.project().id, Some(&organization.organization_id), before, LOOKED_THROUGH)?;
    let mut wanted = found.events.iter().filter(|event| text.is_empty() || has(event, &text));
    let shown: Vec<&Event> = wanted.by_ref().take(SHOWN).collect();
    // Where to go on: after the last that is shown, or that was looked at.
    let has_more = wanted.next().is_some();
    let older = match (has_more, found.more) {
        (true, _) => shown.last().map(|event| event.event_id.as_str()),
        (false, true) => found.events.last().map(|event| event.event_id.as_str()),
        (false, false) => None,
    };
    let values = json!({
        "events": shown.into_iter().map(row).collect::<Vec<_>>(),
        "text": asked.text.trim(),
        "older": older,
    });
    page(&visit, "audit", "setup_audit.html", None, values)
}

fn has(event: &Event, text: &str) -> bool {
    let texts = [&event.action, &event.actor.kind, &event.actor.id, &event.object.kind, &event.object.id];
    texts.into_iter().chain(&event.impersonator).any(|value| value.to_lowercase().contains(text))
}

fn row(event: &Event) -> Value {
    let changes = serde_json::to_value(&event.changes).unwrap_or_default();
    let fields: Vec<_> = changes.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    json!({
        "at": shown_time(event.occurred_at),
        "action": event.action,
        "actor": event.actor,
        "impersonator": event.impersonator,
        "reason": changes.pointer("/reason/after"),
        "object": event.object,
        "fields": fields,
    })
}
