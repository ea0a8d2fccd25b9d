//! The audit log of a project, with filters.

use super::words::{ago, locale_of};
use super::{Shown, address, show_of, within};
use crate::operators::Operator;
use crate::organizations::{self, OrganizationRef};
use database::Tx;
use foundation::audit::{self, Event};
use foundation::error::Result;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Events on a page.
const LISTED: usize = 50;
/// Events that are looked at for it, at most: filters but the organization have no index.
const LOOKED_AT: usize = 5_000;
/// Events that are read at once.
const AT_ONCE: i64 = 250;

#[derive(Clone, Deserialize, JsonSchema)]
pub(super) struct Wanted {
    /// The id of the project.
    project_id: String,
    /// Only events of this organization: its id, slug or external id.
    #[serde(default)]
    organization: String,
    /// Only actions that begin so, e.g. `member.` or `session.revoke`.
    #[serde(default)]
    action: String,
    /// Only what this one did or what was done to it: an id, or the address of an operator.
    #[serde(default)]
    who: String,
    /// Only events before the one with this id.
    #[serde(default)]
    before: String,
}

impl Wanted {
    fn fits(&self, event: &Event) -> bool {
        let who = self.who.trim();
        let ids = [event.actor.id.as_str(), event.object.id.as_str()];
        let mut ids = ids.into_iter().chain(event.impersonator.as_deref());
        let is_of = |id: &str| id.eq_ignore_ascii_case(who);
        let concerns = event.member_id.as_ref().is_some_and(|id| is_of(id.as_str()));
        event.action.starts_with(self.action.trim()) && (who.is_empty() || concerns || ids.any(is_of))
    }
}

struct Found {
    events: Vec<Event>,
    /// The last that was looked at, where there may be more.
    last: Option<String>,
    is_known: bool,
}

fn find(tx: &mut Tx, cx: &foundation::cx::Cx, wanted: &Wanted) -> Result<Found> {
    let named = wanted.organization.trim();
    let organization = match named.is_empty() {
        true => None,
        false => {
            let reference = OrganizationRef::from(named.to_owned());
            match organizations::resolve(tx, cx.project(), &reference)? {
                None => return Ok(Found { events: Vec::new(), last: None, is_known: false }),
                known => known,
            }
        }
    };
    let mut last = Some(wanted.before.clone()).filter(|before| !before.is_empty());
    let (mut events, mut looked_at) = (Vec::new(), 0);
    loop {
        let page = audit::page(tx, &cx.project().id, organization.as_ref(), last.as_deref(), AT_ONCE)?;
        for event in page.events {
            looked_at += 1;
            last = Some(event.event_id.to_string());
            if wanted.fits(&event) {
                events.push(event);
            }
            if events.len() == LISTED || looked_at == LOOKED_AT {
                return Ok(Found { events, last, is_known: true });
            }
        }
        if !page.more {
            return Ok(Found { events, last: None, is_known: true });
        }
    }
}

/// The audit log of a project, newest first.
#[endpoint("dashboard.audit", page GET "/dashboard/projects/{project_id}/audit", quiet, errors(ProjectNotFound))]
pub(super) async fn events(cx: Call<Operator>, input: Wanted) -> Result<Shown> {
    let (project, own) = within(&cx, &input.project_id).await?;
    let (by, wanted) = (own.clone(), input.clone());
    let found = own.scan(move |tx| find(tx, &by, &wanted)).await?;
    let locale = locale_of(&cx);
    let told = |event: &Event| -> Value {
        let mut told = serde_json::to_value(event).unwrap_or_default();
        told["ago"] = ago(locale, event.occurred_at, cx.now()).into();
        let changes = told["changes"].as_object().map(|changes| {
            let entry = |(field, change): (&String, &Value)| json!({ "field": field, "change": change.to_string() });
            changes.iter().map(entry).collect::<Vec<_>>()
        });
        told["fields"] = changes.unwrap_or_default().into();
        told
    };
    let here = format!("/dashboard/projects/{}/audit", project.id);
    let of_filter = |before: &str| {
        let Wanted { organization, action, who, .. } = &input;
        address(&here, &[("organization", organization), ("action", action), ("who", who), ("before", before)])
    };
    let values = json!({
        "events": found.events.iter().map(told).collect::<Vec<_>>(),
        "organization": input.organization, "action": input.action, "who": input.who,
        "older": found.last.as_deref().map(of_filter), "is_known": found.is_known,
        "is_first": input.before.is_empty(), "newest": of_filter(""),
    });
    show_of(&cx, &project, "dashboard.audit", "dashboard/audit.html", values).await
}
