//! Who may use the dashboard, and what was done to their accounts.

use super::words::{ago, locale_of};
use super::{Place, Shown, address, show};
use crate::operators::{self, Operator};
use foundation::error::Result;
use foundation::time;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// Events on a page.
const LISTED: i64 = 50;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Wanted {
    /// Only events before the one with this id.
    #[serde(default)]
    before: String,
}

/// The operators, and the log of their accounts.
#[endpoint("dashboard.operators", page GET "/dashboard/operators", quiet)]
pub(super) async fn all(cx: Call<Operator>, input: Wanted) -> Result<Shown> {
    let all = operators::list(&cx.app).await?;
    let before = Some(input.before).filter(|before| !before.is_empty());
    let mut events = operators::events(&cx.app, before, LISTED + 1).await?;
    let has_older = events.len() as i64 > LISTED;
    events.truncate(LISTED as usize);
    let older = events
        .last()
        .filter(|_| has_older)
        .map(|last| address("/dashboard/operators", &[("before", last.id.as_str())]));
    let locale = locale_of(&cx);
    let told = |account: &operators::Shown| {
        json!({
            "email_address": account.email_address, "created_at": time::to_text(account.created_at),
            "signed_in": account.signed_in_at.map(|at| ago(locale, at, cx.now())),
            "passkeys": account.passkeys,
            "is_oneself": account.operator_id == cx.caller.account.operator_id,
        })
    };
    let event = |event: &operators::Event| {
        json!({
            "action": event.action, "operator": event.operator, "email_address": event.email_address,
            "occurred_at": time::to_text(event.occurred_at), "ago": ago(locale, event.occurred_at, cx.now()),
            "ip_address": event.ip_address,
        })
    };
    let values = json!({
        "operators": all.iter().map(told).collect::<Vec<_>>(),
        "events": events.iter().map(event).collect::<Vec<_>>(), "older": older,
    });
    show(&cx, Place::Operators, "dashboard/operators.html", values).await
}
