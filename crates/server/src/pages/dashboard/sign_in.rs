//! Coming to the dashboard and leaving it.

use super::super::phrases::say;
use super::super::render::page_in;
use super::Shown;
use super::words::{Problem, locale_of};
use crate::actor::Anyone;
use crate::operators::{self, Came, Operator, SIGN_IN, SignedIn};
use crate::search::json_of;
use axum::http::StatusCode;
use foundation::error::{ApiError, Error, Result};
use foundation::secret::Secret;
use frame::{Call, NoInput, endpoint};
use mail::Locale;
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

fn shown<C>(cx: &Call<C>, email: &str, problem: Option<Problem>, status: StatusCode) -> Result<Shown> {
    let values = json!({
        "email": email, "problem": problem.as_ref().map(Problem::shown), "mark": { "name": "Guildhall" },
        "error_type": problem.as_ref().map(|problem| problem.error.error_type()),
    });
    let mut page = page_in(&cx.app, locale_of(cx), "dashboard/sign_in.html", status, &values)?;
    page.refusal = problem.map(|problem| problem.error);
    Ok(Shown::page(page))
}

/// What is said while no password of an account is looked at.
pub(super) fn too_many_wrong(locale: Locale, seconds: i64) -> Problem {
    let minutes = seconds / 60 + 1;
    let text = say(locale, "dashboard.sign_in_too_many", &[("minutes", &minutes)]);
    Problem::said(ApiError::UserLockLimitReached, text)
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
    let locale = locale_of(&cx);
    let problem = match operators::sign_in(&cx, &input.email, input.password).await {
        Ok(Came::In(signed_in)) => return Ok(signed_in.into()),
        Ok(Came::ToPasskey(options)) => {
            let values = json!({ "options": json_of(&options)?.to_string(), "mark": { "name": "Guildhall" } });
            let page = page_in(&cx.app, locale, "dashboard/sign_in_passkey.html", StatusCode::OK, &values)?;
            return Ok(Shown::page(page));
        }
        Err(refused @ Error::Api(ApiError::InvalidPasskeyDomain, _)) => Problem::of(&refused),
        Err(Error::Api(error @ ApiError::WrongPassword, _) | Error::Kept(error, _)) => {
            Problem::said(error, say(locale, "dashboard.sign_in_wrong", &[]))
        }
        Err(Error::Locked(seconds)) => too_many_wrong(locale, seconds),
        Err(other) => return Err(other),
    };
    let status = problem.error.status();
    shown(&cx, &input.email, Some(problem), status)
}

impl From<SignedIn> for Shown {
    fn from(SignedIn(cookie): SignedIn) -> Self {
        Shown::elsewhere("/dashboard").with([cookie])
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
        Err(refused @ Error::Api(error, _)) => shown(&cx, "", Some(Problem::of(&refused)), error.status()),
        Err(fault) => Err(fault),
    }
}

/// Sign an operator out.
#[endpoint("dashboard.sign_out", page POST "/dashboard/sign-out")]
pub(super) async fn sign_out(cx: Call<Operator>, _input: NoInput) -> Result<Shown> {
    let SignedIn(cookie) = operators::sign_out(&cx).await?;
    Ok(Shown::elsewhere("/dashboard/sign-in").with([cookie]))
}
