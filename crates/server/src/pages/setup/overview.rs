use super::shell::{Visit, page, parts};
use crate::pages::shown::Shown;
use crate::setup_links::{Purpose, SetupCaller};
use crate::{domain_proofs, scim, sso};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use frame::{Call, NoInput, endpoint};
use serde_json::{Value, json};

/// What there is to be set up with a link, and how far it is.
#[endpoint("setup.overview", page GET "/setup")]
pub(super) fn overview(tx: &mut Tx, cx: &Call<SetupCaller>, _: NoInput) -> Result<Shown> {
    let steps: Vec<Value> = parts(&cx.caller)
        .map(|(purpose, name, icon)| {
            Ok(json!({ "name": name, "icon": icon, "state": state(tx, cx, &cx.caller, purpose)? }))
        })
        .collect::<Result<_>>()?;
    page(&Visit::of_any(cx), "overview", "setup_overview.html", None, json!({ "steps": steps }))
}

/// `done`, `begun` or `open`; nothing where there is nothing to be done.
fn state(tx: &mut Tx, cx: &Cx, caller: &SetupCaller, purpose: Purpose) -> Result<&'static str> {
    let organization = &caller.organization;
    Ok(match purpose {
        Purpose::Sso => {
            let all = sso::all(tx, cx, organization)?;
            if all.iter().any(sso::Connection::is_active) {
                "done"
            } else if all.is_empty() {
                "open"
            } else {
                "begun"
            }
        }
        Purpose::Domains => {
            let all = domain_proofs::all(tx, organization)?;
            let is_done = all.iter().any(|proof| proof.verified_at.is_some());
            if is_done {
                "done"
            } else if all.is_empty() {
                "open"
            } else {
                "begun"
            }
        }
        Purpose::Scim => match scim::active(tx, organization) {
            Ok(_) => "done",
            Err(Error::Api(ApiError::NoActiveScimConnection, _)) => "open",
            Err(error) => return Err(error),
        },
        Purpose::Members | Purpose::Audit => "",
    })
}
