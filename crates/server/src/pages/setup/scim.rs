use super::shell::{Refused, Visit, page, shown_day};
use crate::pages::shown::Shown;
use crate::scim::{self, IdentityProvider};
use crate::setup_links::{Purpose, SetupCaller};
use database::Tx;
use foundation::error::{ApiError, Error, Result};
use foundation::rbac::resource::SCIM;
use frame::{Call, NoInput, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Exchanges of the flight recorder that are shown.
const SHOWN: usize = 10;
/// Changes of an exchange that are shown.
const CHANGES: usize = 3;

/// The connection of the organization's directory, and what it has sent lately.
#[endpoint("setup.scim", page GET "/setup/scim", errors(UnauthorizedAction))]
pub(super) async fn show(cx: Call<SetupCaller>, _: NoInput) -> Result<Shown> {
    let visit = Visit::of(&cx, Purpose::Scim)?;
    scim::flush(&cx.app).await?;
    cx.read(move |tx| shown(tx, &visit, None, None)).await
}

/// The page. A token that was just made is shown this once.
fn shown(tx: &mut Tx, visit: &Visit, refused: Option<&Refused>, token: Option<&str>) -> Result<Shown> {
    let (cx, organization) = (&*visit.cx, visit.organization(tx)?);
    let connection = match scim::active(tx, &organization) {
        Ok(connection) => Some(connection),
        Err(Error::Api(ApiError::NoActiveScimConnection, _)) => None,
        Err(error) => return Err(error),
    };
    let values = match &connection {
        None => json!({ "connection": null, "products": products() }),
        Some(connection) => {
            let (end, last_four) = connection.token_shown();
            let sent: Vec<_> = scim::recorded(tx, connection)?.iter().take(SHOWN).map(exchange).collect();
            json!({
                "connection": {
                    "base_url": connection.base_url(&cx.app),
                    "is_entra": connection.settings.identity_provider == IdentityProvider::MicrosoftEntra.as_str(),
                    "token_end": shown_day(end),
                    "last_four": last_four,
                    "is_rotating": connection.is_rotating(),
                },
                "sent": sent,
                "token": token,
            })
        }
    };
    page(visit, "scim", "setup_scim.html", refused, values)
}

/// An exchange of the flight recorder, for the page.
fn exchange(recorded: &scim::Recorded) -> Value {
    let scim::Recorded { created_at, method, path, status, verdict, reason, remedy, changes, further_changes, .. } =
        recorded;
    json!({
        "at": created_at.get(..16).unwrap_or(created_at).replace('T', " "),
        "asked": format!("{method} {path}"),
        "status": status,
        "is_accepted": verdict == "accepted",
        "reason": reason,
        "remedy": remedy,
        "changes": changes.iter().take(CHANGES).collect::<Vec<_>>(),
        "further": changes.len().saturating_sub(CHANGES) + further_changes,
    })
}

/// What a form of the page of the directory sends.
#[derive(Clone, Deserialize, JsonSchema)]
pub(super) struct Change {
    /// What is to be done: `create`, `rotate`, `complete`, `cancel` or `delete`.
    #[serde(default)]
    action: String,
    /// Whose product the directory is.
    #[serde(default)]
    identity_provider: String,
}

/// Create or delete the connection of the directory, or replace its token.
#[endpoint("setup.scim_change", page POST "/setup/scim", errors(UnauthorizedAction))]
pub(super) async fn change(cx: Call<SetupCaller>, input: Change) -> Result<Shown> {
    let visit = Visit::of(&cx, Purpose::Scim)?;
    let asked = visit.clone();
    // A token that was made is on the page that answers: it is shown this once, so there is none to go on to.
    let done = cx.write(move |tx| match done(tx, &asked, &input)? {
        Some(token) => shown(tx, &asked, None, Some(&token)),
        None => Ok(Shown::elsewhere("/setup/scim")),
    });
    match done.await {
        Ok(shown) => Ok(shown),
        Err(error) => {
            let refused = Arc::new(Refused::of(error)?);
            cx.read(move |tx| shown(tx, &visit, Some(&refused), None)).await
        }
    }
}

/// Does it; the token that was made.
fn done(tx: &mut Tx, visit: &Visit, input: &Change) -> Result<Option<String>> {
    let (cx, organization) = (&*visit.cx, visit.organization(tx)?);
    let allowed = |action: &str| cx.require(SCIM, action);
    if input.action == "create" {
        allowed("create")?;
        let product = IdentityProvider::parse(&input.identity_provider).ok_or(ApiError::InvalidScimIdp)?;
        let identity_provider = product.as_str().to_owned();
        let settings = scim::Settings { identity_provider, ..scim::Settings::default() };
        let (_, token) = scim::create(tx, cx, organization, String::new(), settings)?;
        return Ok(Some(token));
    }
    let connection = scim::active(tx, &organization)?;
    match input.action.as_str() {
        "rotate" => {
            allowed("update")?;
            scim::rotate(tx, cx, organization, &connection).map(|(_, token)| Some(token))
        }
        "complete" | "cancel" => {
            allowed("update")?;
            let replaces = input.action == "complete";
            scim::complete_rotation(tx, cx, organization, &connection, replaces).map(|_| None)
        }
        "delete" => {
            allowed("delete")?;
            scim::delete_connection(tx, cx, organization, &connection).map(|()| None)
        }
        _ => Err(ApiError::InvalidArgument.because("The form says nothing that could be done.")),
    }
}

/// The products, for a form.
fn products() -> Vec<Value> {
    let named = [
        (IdentityProvider::Okta, "Okta"),
        (IdentityProvider::MicrosoftEntra, "Microsoft Entra ID"),
        (IdentityProvider::Jumpcloud, "JumpCloud"),
        (IdentityProvider::Onelogin, "OneLogin"),
        (IdentityProvider::Pingfederate, "PingFederate"),
        (IdentityProvider::Cyberark, "CyberArk"),
        (IdentityProvider::Rippling, "Rippling"),
    ];
    named.into_iter().map(|(product, name)| json!({ "value": product.as_str(), "label": name })).collect()
}
