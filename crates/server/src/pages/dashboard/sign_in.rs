//! Coming to the dashboard and leaving it.

use super::super::render::page;
use super::Shown;
use crate::actor::Anyone;
use crate::operators::{self, Came, Operator, SIGN_IN, SignedIn};
use crate::search::json_of;
use axum::http::StatusCode;
use foundation::error::{ApiError, Error, Result};
use foundation::secret::Secret;
use frame::{Call, NoInput, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// The page on which an operator signs in to the dashboard.
#[endpoint("dashboard.sign_in_page", page GET "/dashboard/sign-in", quiet, errors(RouteNotFound))]
pub(super) async fn form(cx: Call<Anyone>, _input: NoInput) -> Result<Shown> {
    // Where nobody could sign in there is no dashboard.
    if !operators::exist(&cx.app).await? {
        return Err(ApiError::RouteNotFound.into());
    }
    shown(&cx, "", None, StatusCode::OK)
}

fn shown<C>(cx: &Call<C>, email: &str, problem: Option<(ApiError, String)>, status: StatusCode) -> Result<Shown> {
    let values = json!({
        "email": email, "problem": problem.as_ref().map(|(_, text)| text), "mark": { "name": "Guildhall" },
        "error_type": problem.as_ref().map(|(error, _)| error.error_type()),
    });
    let mut page = page(&cx.app, "dashboard/sign_in.html", status, &values)?;
    page.refusal = problem.map(|(error, _)| error);
    Ok(Shown::page(page))
}

/// What is said while no password of an account is looked at.
pub(super) fn too_many_wrong(seconds: i64) -> (ApiError, String) {
    let minutes = seconds / 60 + 1;
    let text = format!("Too many passwords were wrong. None is looked at for {minutes} minutes.");
    (ApiError::UserLockLimitReached, text)
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct SignIn {
    /// The operator's address.
    #[serde(default)]
    email: String,
    /// Their password.
    #[serde(default)]
    #[schemars(with = "String")]
    password: Secret,
}

/// Sign an operator in to the dashboard.
#[endpoint("dashboard.sign_in", page POST "/dashboard/sign-in", errors(RouteNotFound, ..SIGN_IN))]
pub(super) async fn sign_in(cx: Call<Anyone>, input: SignIn) -> Result<Shown> {
    if !operators::exist(&cx.app).await? {
        return Err(ApiError::RouteNotFound.into());
    }
    let problem = match operators::sign_in(&cx, &input.email, input.password).await {
        Ok(Came::In(signed_in)) => return Ok(signed_in.into()),
        Ok(Came::ToPasskey(options)) => {
            let values = json!({ "options": json_of(&options)?.to_string(), "mark": { "name": "Guildhall" } });
            let page = page(&cx.app, "dashboard/sign_in_passkey.html", StatusCode::OK, &values)?;
            return Ok(Shown::page(page));
        }
        Err(Error::Api(error @ ApiError::InvalidPasskeyDomain, why)) => (error, why.unwrap_or_default().into_owned()),
        Err(Error::Api(error @ ApiError::WrongPassword, _) | Error::Kept(error, _)) => {
            (error, "The email address or the password is wrong.".to_owned())
        }
        Err(Error::Locked(seconds)) => too_many_wrong(seconds),
        Err(other) => return Err(other),
    };
    let status = problem.0.status();
    shown(&cx, &input.email, Some(problem), status)
}

impl From<SignedIn> for Shown {
    fn from(SignedIn(cookie): SignedIn) -> Self {
        Shown::elsewhere("/dashboard".into()).with([cookie])
    }
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Given {
    /// What the browser has given, as JSON.
    #[serde(default)]
    credential: String,
}

/// Sign an operator in who has shown their password, by a passkey.
#[endpoint(
    "dashboard.sign_in_passkey",
    page POST "/dashboard/sign-in/passkey",
    errors(RouteNotFound, InvalidPublicKeyCredential, WebauthnChallengeNotFound, UnableToAuthenticateWebauthn)
)]
pub(super) async fn with_passkey(cx: Call<Anyone>, input: Given) -> Result<Shown> {
    if !operators::exist(&cx.app).await? {
        return Err(ApiError::RouteNotFound.into());
    }
    match operators::sign_in_with_passkey(&cx, &input.credential).await {
        Ok(signed_in) => Ok(signed_in.into()),
        Err(refused @ Error::Api(error, _)) => {
            shown(&cx, "", Some((error, refused.sentence().into_owned())), error.status())
        }
        Err(fault) => Err(fault),
    }
}

/// Sign an operator out.
#[endpoint("dashboard.sign_out", page POST "/dashboard/sign-out")]
pub(super) async fn sign_out(cx: Call<Operator>, _input: NoInput) -> Result<Shown> {
    let SignedIn(cookie) = operators::sign_out(&cx).await?;
    Ok(Shown::elsewhere("/dashboard/sign-in".into()).with([cookie]))
}
