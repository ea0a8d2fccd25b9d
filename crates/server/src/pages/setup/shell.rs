//! What all setup pages have in common.

use crate::organizations::Organization;
use crate::pages::colours::Looks;
use crate::pages::phrases::language;
use crate::pages::render::page_in;
use crate::pages::shown::Shown;
use crate::setup_links::{Purpose, SetupCaller};
use axum::http::StatusCode;
use database::{Timestamp, Tx};
use foundation::cx::Cx;
use foundation::error::{Error, Result};
use foundation::time;
use frame::Call;
use mail::Locale;
use serde_json::{Value, json};
use std::sync::Arc;

/// What an operation has refused, for the page that asked.
pub(super) struct Refused {
    status: StatusCode,
    text: String,
}

impl Refused {
    /// Faults of ours are told as everywhere.
    ///
    /// # Errors
    /// The error, where it is none that a page could tell.
    pub(super) fn of(error: Error) -> Result<Self> {
        match error {
            Error::Api(..) | Error::Kept(..) | Error::TooMany(..) => {
                Ok(Self { status: error.told().status(), text: error.sentence().into_owned() })
            }
            other => Err(other),
        }
    }

    fn is_of(&self) -> Value {
        json!(self.text)
    }
}

/// The parts of the portal, each with the purpose that it is for.
const PARTS: [(Purpose, &str, &str); 5] = [
    (Purpose::Sso, "sso", "key"),
    (Purpose::Domains, "domains", "mail"),
    (Purpose::Scim, "scim", "people"),
    (Purpose::Members, "members", "people"),
    (Purpose::Audit, "audit", "info"),
];

/// Those that the link is for: purpose, name, icon.
pub(super) fn parts(caller: &SetupCaller) -> impl Iterator<Item = (Purpose, &'static str, &'static str)> {
    PARTS.into_iter().filter(|(purpose, _, _)| caller.link.is_for(*purpose))
}

/// The cookie with the language that the address of the link has asked for.
pub(super) const LANGUAGE: &str = "__Host-guildhall_setup_language";

/// A request for one of the pages: as whom, with which link, in which language. It can be taken into transactions.
#[derive(Clone)]
pub(super) struct Visit {
    pub(super) cx: Arc<Cx>,
    pub(super) caller: SetupCaller,
    pub(super) locale: Locale,
}

impl Visit {
    /// Of a request, if the link is for that.
    ///
    /// # Errors
    /// `unauthorized_action`.
    pub(super) fn of(call: &Call<SetupCaller>, purpose: Purpose) -> Result<Self> {
        call.caller.require(purpose)?;
        Ok(Self::of_any(call))
    }

    /// Of a request, whatever the link is for.
    pub(super) fn of_any(call: &Call<SetupCaller>) -> Self {
        let locale = language(&call.head, call.head.cookie(LANGUAGE));
        Self { cx: call.context(), caller: call.caller.clone(), locale }
    }

    /// The organization, as it is in this transaction.
    pub(super) fn organization(&self, tx: &mut Tx) -> Result<Organization> {
        self.caller.find_organization(tx, &self.cx)
    }
}

/// A page of the portal: `at` is the part that it belongs to. What was refused is told above all else.
pub(super) fn page(
    visit: &Visit,
    at: &str,
    template: &str,
    refused: Option<&Refused>,
    mut values: Value,
) -> Result<Shown> {
    let Visit { cx, caller, locale } = visit;
    let link = &caller.link;
    let own = json!({
        "brand": cx.project().name,
        "nav": nav(caller, at),
        "organization_name": caller.organization.organization_name,
        "project_name": cx.project().name,
        "return_url": link.return_url,
        "link_end": shown_time(link.expires_at),
        "refused": refused.map(Refused::is_of),
    });
    Looks::of(cx.project(), Some(&caller.organization)).dress(&mut values);
    if let (Some(values), Some(own)) = (values.as_object_mut(), own.as_object()) {
        values.extend(own.clone());
    }
    let status = refused.map_or(StatusCode::OK, |refused| refused.status);
    let page = page_in(&cx.app, *locale, template, status, &values)?;
    Ok(Shown::page(page))
}

fn nav(caller: &SetupCaller, at: &str) -> Vec<Value> {
    let overview = ("overview", "building");
    let all = std::iter::once(overview).chain(parts(caller).map(|(_, name, icon)| (name, icon)));
    let item = |(name, icon): (&str, &str)| {
        let href = if name == "overview" { "/setup".to_owned() } else { format!("/setup/{name}") };
        json!({ "href": href, "phrase": format!("setup.{name}"), "icon": icon, "current": name == at })
    };
    all.map(item).collect()
}

/// A time for people, by the minute.
pub(super) fn shown_time(at: Timestamp) -> String {
    let text = time::to_text(at);
    let minutes: String = text.chars().take(16).collect();
    format!("{} UTC", minutes.replace('T', " "))
}

/// A day for people.
pub(super) fn shown_day(at: Timestamp) -> String {
    time::to_text(at).chars().take(10).collect()
}
