//! The account: who somebody is, how they sign in, and where they are signed in.

use super::outcome::end_of;
use super::passkey_options;
use super::told::{Told, told};
use super::visitor::{VISITOR, Visitor};
use super::way::Way;
use crate::actor::Anyone;
use crate::decision::{may_add_passkey, may_begin_with_passkey};
use crate::members::SsoRegistration;
use crate::oauth_accounts::{self, Own};
use crate::organizations::Settings;
use crate::pages::shown::Shown;
use crate::sessions::{self, Client, Credential, MemberSession, Presented};
use axum::http::StatusCode;
use database::Tx;
use foundation::email_address::EmailAddress;
use foundation::error::Result;
use foundation::time;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// The account of whoever is signed in on these pages.
#[endpoint("hosted.account", page GET "/account", quiet, errors(..VISITOR))]
pub(super) async fn account(cx: Call<Anyone>, way: Way) -> Result<Shown> {
    let visitor = Visitor::of(&cx, way).await?;
    if let Some(elsewhere) = visitor.by_another_name("/account") {
        return Ok(elsewhere);
    }
    match visitor.signed_in().await? {
        Some(presented) => page(visitor, presented, None).await,
        None => Ok(visitor.go("/login")),
    }
}

async fn page(mut visitor: Visitor, presented: Presented, problem: Option<Told>) -> Result<Shown> {
    let (cx, token) = (visitor.cx.clone(), presented.session.token(&visitor.cx.app).to_text());
    let own = visitor.cx.read(move |tx: &mut Tx| {
        let presented = Credential::Token(token.clone().into()).find(&cx.app, tx, cx.project(), cx.now())?;
        let Presented { organization, member, .. } = &presented;
        let accounts = oauth_accounts::all_of_member(tx, &cx, &organization.organization_id, &member.member_id)?;
        Ok((sessions::own(tx, &cx, &presented)?, accounts))
    });
    let now = visitor.cx.now();
    let shown = |(session, client): &(MemberSession, Client)| {
        let methods: Vec<_> = session.authentication_factors.iter().map(|factor| &factor.kind).collect();
        json!({
            "device": client.device(), "ip_address": client.ip_address,
            "id": session.member_session_id, "is_this": session.member_session_id == presented.session.member_session_id,
            "started_at": time::to_text(session.started_at), "last_used_at": time::to_text(session.last_accessed_at),
            "minutes_ago": time::seconds_until(now, session.last_accessed_at) / 60, "methods": methods,
        })
    };
    let (sessions, accounts) = own.await?;
    let sessions: Vec<_> = sessions.iter().map(shown).collect();
    let accounts: Vec<_> = accounts.iter().map(shown_account).collect();
    let passkeys = visitor.ask("webauthn.list", json!({})).await?;
    let Presented { organization, member, .. } = presented;
    let (settings, is_breakglass) = (&organization.settings, member.is_breakglass);
    let may_passkey = may_begin_with_passkey(settings, is_breakglass) || may_add_passkey(settings, is_breakglass);
    let values = json!({
        "organization_name": organization.organization_name,
        "who": member.email_address,
        "name": member.name,
        "phone": if member.mfa_phone_number_verified { end_of(&member.mfa_phone_number) } else { String::new() },
        "has_app": !member.totp_registration_id.is_empty(),
        "has_password": !member.member_password_id.is_empty(),
        "accounts": accounts,
        "connections": connections(settings, &member.sso_registrations),
        "is_of_directory": member.scim_registration.is_some(),
        "passkeys": passkeys["webauthn_registrations"],
        "may_passkey": may_passkey && passkey_options::are_possible(&visitor).await?,
        "sessions": sessions,
        "problem": problem,
        "done": std::mem::take(&mut visitor.step.done),
    });
    let status = problem_status(&values);
    let whose = json!({
        "organization_name": organization.organization_name,
        "organization_logo_url": organization.settings.organization_logo_url,
        "brand_color": organization.colors.brand_color,
        "background_color": organization.colors.background_color,
    });
    visitor.show("account.html", status, Some(&whose), values).await
}

/// An account at an OAuth provider, by what its owner knows it.
fn shown_account(own: &Own) -> Value {
    let Own { id, account, created_at } = own;
    let address = account.email.as_ref().map(EmailAddress::as_str);
    json!({
        "id": id, "provider": account.provider().type_name(), "since": time::to_text(*created_at),
        "name": address.or(account.full_name.as_deref()),
    })
}

/// The names of the connections by which somebody signs in at their organization; empty where one has none.
fn connections(settings: &Settings, registrations: &[SsoRegistration]) -> Vec<String> {
    let is_theirs = |id: &str| registrations.iter().any(|known| known.connection_id == id);
    let active = settings.sso_active_connections.iter().filter(|active| is_theirs(&active.connection_id));
    active.map(|active| active.display_name.clone()).collect()
}

fn problem_status(values: &Value) -> StatusCode {
    if values["problem"].is_null() { StatusCode::OK } else { StatusCode::BAD_REQUEST }
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Change {
    #[serde(flatten)]
    way: Way,
    /// What to do: `rename`, `rename_passkey`, `remove_passkey`, `disconnect`, `end_session`, `end_all`, `remove_app`,
    /// `remove_phone` or `new_codes`.
    #[serde(default)]
    action: String,
    /// The new name.
    #[serde(default)]
    name: String,
    /// Which passkey.
    #[serde(default)]
    passkey_id: String,
    /// Which account at an OAuth provider.
    #[serde(default)]
    account_id: String,
    /// Which session ends.
    #[serde(default)]
    session_id: String,
}

/// Change something of one's own account.
#[endpoint("hosted.change_account", page POST "/account", errors(..VISITOR))]
pub(super) async fn change(cx: Call<Anyone>, input: Change) -> Result<Shown> {
    let mut visitor = Visitor::of(&cx, input.way).await?;
    let Some(presented) = visitor.signed_in().await? else { return Ok(visitor.go("/login")) };
    let asked = match input.action.as_str() {
        "rename" => visitor.ask("members.update", json!({ "name": input.name.trim() })).await,
        "rename_passkey" => {
            let asked = json!({ "webauthn_registration_id": input.passkey_id, "name": input.name.trim() });
            visitor.ask("webauthn.update", asked).await
        }
        "remove_passkey" => {
            visitor.ask("webauthn.delete", json!({ "webauthn_registration_id": input.passkey_id })).await
        }
        "disconnect" => {
            let asked = json!({ "member_oauth_registration_id": input.account_id });
            visitor.ask("members.delete_oauth_registration", asked).await
        }
        "remove_app" => visitor.ask("members.delete_totp", json!({})).await,
        "remove_phone" => visitor.ask("members.delete_mfa_phone_number", json!({})).await,
        "new_codes" => visitor.ask("recovery_codes.rotate", json!({})).await,
        "end_session" => end_session(&visitor, &presented, input.session_id).await,
        "end_all" => visitor.ask("sessions.revoke", json!({ "member_id": presented.member.member_id })).await,
        _ => Ok(Value::Null),
    };
    let (done, to) = match (asked, input.action.as_str()) {
        (Err(error), _) => return page(visitor, presented, Some(told(error)?)).await,
        (Ok(_), "end_all") => {
            visitor.forget();
            return Ok(visitor.go("/login"));
        }
        (Ok(_), "rename") => ("account.done_name", "/account"),
        (Ok(_), "rename_passkey") => ("account.done_passkey_name", "/account"),
        (Ok(_), "disconnect") => ("account.done_account", "/account"),
        (Ok(_), "end_session") => ("account.done_session", "/account"),
        (Ok(_), "new_codes") => {
            visitor.step.new_codes = true;
            ("", "/login/step/recovery-codes")
        }
        (Ok(_), _) => ("account.done_factor", "/account"),
    };
    visitor.step.done = done.to_owned();
    Ok(visitor.go(to))
}

async fn end_session(visitor: &Visitor, presented: &Presented, id: String) -> Result<Value> {
    let (cx, token) = (visitor.cx.clone(), presented.session.token(&visitor.cx.app).to_text());
    let work = move |tx: &mut Tx| {
        let presented = Credential::Token(token.clone().into()).find(&cx.app, tx, cx.project(), cx.now())?;
        sessions::end_own(tx, &cx, &presented, &id)
    };
    visitor.cx.write(work).await.map(|()| Value::Null)
}
