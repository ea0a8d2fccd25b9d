//! The second factor: proving one, or setting one up.

use super::organizations::anew;
use super::outcome::{arrived, end_of, text};
use super::passkey_options;
use super::told::{Told, begins_anew, told};
use super::typed;
use super::visitor::{VISITOR, Visitor};
use super::way::Way;
use crate::actor::Anyone;
use crate::decision::may_add_passkey;
use crate::pages::shown::Shown;
use crate::second_factors::qr_code;
use axum::http::StatusCode;
use foundation::error::{Error, Result};
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize, JsonSchema)]
pub(super) struct By {
    #[serde(flatten)]
    way: Way,
    /// By which: `passkey`, `app`, `text`, `recovery` or `new`; the usual one when absent.
    #[serde(default)]
    by: String,
}

/// Ask for a second factor.
#[endpoint("hosted.second", page GET "/login/step/second", quiet, errors(..VISITOR))]
pub(super) async fn second(cx: Call<Anyone>, input: By) -> Result<Shown> {
    let mut visitor = Visitor::of(&cx, input.way).await?;
    whose(&mut visitor).await?;
    page(visitor, &input.by, None).await
}

/// Whose second factor it is: the login says it, or the session.
pub(super) async fn whose(visitor: &mut Visitor) -> Result<()> {
    if visitor.login().is_some() && !visitor.step.member_id.is_empty() {
        return Ok(());
    }
    let Some(presented) = visitor.signed_in().await? else { return Ok(()) };
    let (member, settings) = (presented.member, &presented.organization.settings);
    let organization = serde_json::to_value(settings).unwrap_or_default();
    let allows = |method: &str| {
        let allowed = organization["allowed_mfa_methods"].as_array();
        organization["mfa_methods"] != "RESTRICTED"
            || allowed.is_some_and(|known| known.iter().any(|known| known == method))
    };
    let step = &mut visitor.step;
    step.organization_id = presented.organization.organization_id.to_string();
    step.member_id = member.member_id.to_string();
    step.email = member.email_address.to_string();
    step.phone = if member.mfa_phone_number_verified { end_of(&member.mfa_phone_number) } else { String::new() };
    step.has_app = !member.totp_registration_id.is_empty();
    (step.may_text, step.may_app) = (allows("sms_otp"), allows("totp"));
    step.has_passkey = member.has_passkey;
    (step.may_passkey, step.only_passkey) = (may_add_passkey(settings, member.is_breakglass), false);
    Ok(())
}

/// The page. A passkey is asked for where there is one: it is shown with one touch, and to no wrong page.
pub(super) async fn page(visitor: Visitor, by: &str, problem: Option<Told>) -> Result<Shown> {
    let step = &visitor.step;
    if step.member_id.is_empty() {
        return Ok(visitor.go("/login"));
    }
    let (may_app, may_text) = (step.may_app && !step.only_passkey, step.may_text && !step.only_passkey);
    let (has_app, has_phone) = (step.has_app && may_app, !step.phone.is_empty() && may_text);
    let has_passkey = step.has_passkey && step.may_passkey;
    let by = match by {
        "passkey" | "app" | "text" | "recovery" | "new" => by,
        _ if step.texted => "text",
        _ if has_passkey => "passkey",
        _ if has_app => "app",
        _ if has_phone => "text",
        _ => "new",
    };
    let (passkey, problem) = match by {
        "passkey" => match passkey_options::of_member(&visitor, holder(&visitor)).await {
            Ok(options) => (Some(options), problem),
            Err(error) if begins_anew(&error) => return anew(visitor, told(error)?).await,
            Err(error) => (None, Some(told(error)?)),
        },
        _ => (None, problem),
    };
    let status = problem.as_ref().map_or(StatusCode::OK, |problem| problem.status);
    let values = json!({
        "problem": problem, "by": by, "has_app": has_app, "has_phone": has_phone, "phone": step.phone,
        "texted": step.texted, "may_app": may_app, "may_text": may_text, "has_any": has_app || has_phone || has_passkey,
        "has_passkey": has_passkey, "may_passkey": step.may_passkey, "passkey": passkey,
    });
    let organization = visitor.organization_if_any().await?;
    visitor.show("login_second.html", status, organization.as_ref(), values).await
}

/// Whose it is, for the operations.
pub(super) fn holder(visitor: &Visitor) -> Value {
    json!({ "organization_id": visitor.step.organization_id, "member_id": visitor.step.member_id })
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Number {
    #[serde(flatten)]
    way: Way,
    /// A phone number, where the person has none yet.
    #[serde(default)]
    phone_number: String,
}

/// Send a code by text message.
#[endpoint("hosted.text", page POST "/login/step/text", errors(..VISITOR))]
pub(super) async fn text_message(cx: Call<Anyone>, input: Number) -> Result<Shown> {
    let mut visitor = Visitor::of(&cx, input.way).await?;
    whose(&mut visitor).await?;
    let number = typed::phone_number(&input.phone_number);
    let is_new = !number.is_empty();
    let mut asked = holder(&visitor);
    asked["mfa_phone_number"] = if is_new { number.as_str().into() } else { Value::Null };
    asked["intermediate_session_token"] = json!(visitor.login());
    asked["locale"] = visitor.locale.name().into();
    match visitor.ask("otps.sms.send", asked).await {
        Ok(_) => {
            visitor.step.texted = true;
            visitor.step.enrolling |= is_new;
            if is_new {
                visitor.step.phone = end_of(&number);
            }
            Ok(visitor.go("/login/step/second"))
        }
        Err(error) if begins_anew(&error) => anew(visitor, told(error)?).await,
        Err(error) => {
            let by = if visitor.step.phone.is_empty() || is_new { "new" } else { "text" };
            page(visitor, by, Some(told(error)?)).await
        }
    }
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Entered {
    #[serde(flatten)]
    way: Way,
    /// By which: `app`, `text` or `recovery`.
    #[serde(default)]
    by: String,
    /// The code.
    #[serde(default)]
    code: String,
    /// What the app was set up with, where that goes on.
    #[serde(default)]
    url: String,
}

/// Take a code of a second factor.
#[endpoint("hosted.second_code", page POST "/login/step/second", errors(..VISITOR))]
pub(super) async fn code(cx: Call<Anyone>, input: Entered) -> Result<Shown> {
    let mut visitor = Visitor::of(&cx, input.way).await?;
    whose(&mut visitor).await?;
    let code = typed::code(&input.code);
    let is_new_app = input.url.starts_with(qr_code::SCHEME);
    let enrols = visitor.step.enrolling || is_new_app;
    let mut asked = holder(&visitor);
    let operation = match input.by.as_str() {
        "text" => "otps.sms.authenticate",
        "recovery" => "recovery_codes.recover",
        _ => "totp.authenticate",
    };
    asked[if input.by == "recovery" { "recovery_code" } else { "code" }] = code.into();
    asked["set_mfa_enrollment"] = if enrols && input.by != "recovery" { "enroll".into() } else { Value::Null };
    match visitor.ask_to_go_on(operation, asked).await {
        Ok(answer) => {
            visitor.step.new_codes = is_new_app;
            Ok(arrived(visitor, &answer))
        }
        Err(error) if begins_anew(&error) => anew(visitor, told(error)?).await,
        Err(error) if is_new_app => app_page(visitor, &input.url, Some(told(error)?)).await,
        Err(error) => page(visitor, &input.by, Some(told(error)?)).await,
    }
}

/// Set an authenticator app up: show what it scans.
#[endpoint("hosted.app", page POST "/login/step/app", errors(..VISITOR))]
pub(super) async fn app(cx: Call<Anyone>, way: Way) -> Result<Shown> {
    let mut visitor = Visitor::of(&cx, way).await?;
    whose(&mut visitor).await?;
    let mut asked = holder(&visitor);
    asked["intermediate_session_token"] = json!(visitor.login());
    match visitor.ask("totp.create", asked).await {
        Ok(answer) => {
            let (organization, member) = (&answer["organization"], &answer["member"]);
            let (name, email) = (text(organization, "organization_name"), text(member, "email_address"));
            let url = qr_code::url(&visitor.project().name, name, email, text(&answer, "secret"));
            app_page(visitor, &url, None).await
        }
        Err(error) if begins_anew(&error) => anew(visitor, told(error)?).await,
        Err(error) => page(visitor, "new", Some(told(error)?)).await,
    }
}

/// The page with the picture, which is drawn from what the form carries on: the secret is kept nowhere else.
async fn app_page(visitor: Visitor, url: &str, problem: Option<Told>) -> Result<Shown> {
    let (size, path) = qr_code::outline(url).map_err(|_| Error::internal("the picture cannot be drawn"))?;
    let secret = url.split("secret=").nth(1).and_then(|rest| rest.split('&').next()).unwrap_or_default();
    let grouped: Vec<_> = secret.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
    let status = problem.as_ref().map_or(StatusCode::OK, |problem| problem.status);
    let values = json!({ "problem": problem, "size": size, "path": path, "secret": grouped.join(" "), "url": url });
    visitor.show("login_app.html", status, None, values).await
}
