//! A sketch of an endpoint for each dialect: the same function shapes, whatever is spoken at the door.

use crate::support::Fixture;
use crate::world::{Answer, Somebody, World};
use axum::http::StatusCode;
use database::Tx;
use foundation::error::{ApiError, Result};
use frame::{Call, NoInput, Nothing, Page, Plain, Redirect, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Deserialize, JsonSchema)]
struct Name {
    id: String,
    name: String,
}

#[derive(Serialize, JsonSchema)]
struct Named {
    id: String,
    name: String,
}

/// Rename a thing: PATCH, for backends and for browsers.
#[endpoint(
    "things.rename",
    PATCH "/v1/things/{id}",
    browser PATCH "/sdk/v1/things/{id}" takes(name),
    errors(OrganizationNotFound)
)]
fn rename(_tx: &mut Tx, _cx: &Call<Somebody>, input: Name) -> Result<Named> {
    match input.id.as_str() {
        "none" => Err(ApiError::OrganizationNotFound.into()),
        _ => Ok(Named { id: input.id, name: input.name }),
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct NewUser {
    user_name: String,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct User {
    schemas: [&'static str; 1],
    id: &'static str,
    user_name: String,
}

/// Provision a user (RFC 7644, section 3.3).
#[endpoint("scim.create", scim POST "/scim/v2/Users" -> 201, errors(DuplicateMemberEmail))]
fn provision(_tx: &mut Tx, _cx: &Call<Somebody>, input: NewUser) -> Result<User> {
    match input.user_name.as_str() {
        "taken" => Err(ApiError::DuplicateMemberEmail.into()),
        _ => Ok(User { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], id: "1", user_name: input.user_name }),
    }
}

#[derive(Deserialize, JsonSchema)]
struct ById {
    id: String,
}

/// Remove a user (RFC 7644, section 3.6).
#[endpoint("scim.delete", scim DELETE "/scim/v2/Users/{id}" -> 204, errors(MemberNotFound))]
fn remove(_tx: &mut Tx, _cx: &Call<Somebody>, input: ById) -> Result<Nothing> {
    if input.id == "1" { Ok(Nothing) } else { Err(ApiError::MemberNotFound.into()) }
}

#[derive(Deserialize, JsonSchema)]
struct Replacement {
    id: String,
    body: serde_json::Map<String, Value>,
}

/// Replace a user (RFC 7644, section 3.5.1): the body may have the names of the path.
#[endpoint("scim.replace", scim PUT "/scim/v2/Users/{id}")]
fn replace(_tx: &mut Tx, _cx: &Call<Somebody>, input: Replacement) -> Result<serde_json::Map<String, Value>> {
    Ok(serde_json::Map::from_iter([(input.id, Value::Object(input.body))]))
}

#[derive(Deserialize, JsonSchema)]
struct TokenRequest {
    grant_type: String,
    expires_in: Option<i64>,
}

#[derive(Serialize, JsonSchema)]
struct TokenResponse {
    access_token: &'static str,
    token_type: &'static str,
    expires_in: i64,
}

/// Ask for a token (RFC 6749, section 4.4.2).
#[endpoint("oauth.token", oauth POST "/v1/oauth2/token", errors(UnauthorizedCredentials))]
fn token(_tx: &mut Tx, _cx: &Call<Somebody>, input: TokenRequest) -> Result<TokenResponse> {
    match input.grant_type.as_str() {
        "client_credentials" => {
            let expires_in = input.expires_in.unwrap_or(3600);
            Ok(TokenResponse { access_token: "t", token_type: "bearer", expires_in })
        }
        _ => Err(ApiError::UnauthorizedCredentials.into()),
    }
}

/// A page with a form on it.
#[endpoint("consent.show", page GET "/consent")]
async fn consent(_cx: Call<Somebody>, _input: NoInput) -> Result<Page> {
    Ok(Page { html: "<!doctype html><form>".into(), status: StatusCode::OK, policy: Page::POLICY, refusal: None })
}

#[derive(Deserialize, JsonSchema)]
struct Decision {
    allow: bool,
}

/// What the form sends.
#[endpoint("consent.decide", page POST "/consent", errors(UnauthorizedAction))]
fn decide(_tx: &mut Tx, _cx: &Call<Somebody>, input: Decision) -> Result<Redirect> {
    match input.allow {
        true => Ok(Redirect("https://app.example/?code=1".into())),
        false => Err(ApiError::UnauthorizedAction.because("You <said> no.")),
    }
}

/// The way to an identity provider.
#[endpoint("sso.start", redirect GET "/v1/sso/start", reads)]
fn start(_tx: &mut Tx, _cx: &Call<Somebody>, _input: NoInput) -> Result<Redirect> {
    Ok(Redirect("https://idp.example/".into()))
}

/// A file for machines.
#[endpoint("keys.show", plain GET "/keys.txt")]
async fn keys(_cx: Call<Somebody>, _input: NoInput) -> Result<Plain> {
    Ok(Plain::text(StatusCode::OK, "keys"))
}

/// An endpoint with a mistake in it.
#[endpoint("things.crash", scim GET "/scim/v2/crash")]
fn crash(_tx: &mut Tx, _cx: &Call<Somebody>, _input: NoInput) -> Result<Named> {
    panic!("a mistake")
}

/// An endpoint that answers what it does not say.
#[endpoint("things.surprise", GET "/v1/things/surprise")]
fn surprise(_tx: &mut Tx, _cx: &Call<Somebody>, _input: NoInput) -> Result<Named> {
    Err(ApiError::InvalidDomain.into())
}

async fn world() -> World {
    let endpoints = vec![
        rename::endpoint(),
        provision::endpoint(),
        remove::endpoint(),
        replace::endpoint(),
        token::endpoint(),
        consent::endpoint(),
        decide::endpoint(),
        start::endpoint(),
        keys::endpoint(),
        crash::endpoint(),
        surprise::endpoint(),
    ];
    World::new(Fixture::sqlite().await, endpoints, "SELECT 1").await
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

fn told(answer: &Answer) -> (u16, &str, Value) {
    let mut body = answer.json();
    for field in ["request_id", "error_message", "error_url", "detail", "error_description", "error_uri"] {
        let taken = body.as_object_mut().and_then(|body| body.remove(field));
        assert!(taken.is_none_or(|taken| taken.as_str().is_some_and(|text| !text.is_empty())));
    }
    (answer.status.as_u16(), answer.header("content-type"), body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_and_a_browser_patch() {
    let world = world().await;
    let answer = world.send("PATCH", "/v1/things/7", Some((JSON, r#"{"name":"x"}"#))).await;
    assert_eq!(told(&answer), (200, JSON, json!({ "status_code": 200, "id": "7", "name": "x" })));
    let answer = world.send("PATCH", "/v1/things/none", Some((JSON, r#"{"name":"x"}"#))).await;
    assert_eq!(told(&answer), (404, JSON, json!({ "status_code": 404, "error_type": "organization_not_found" })));
    let answer = world.send("PATCH", "/sdk/v1/things/7", Some((JSON, r#"{"name":"x"}"#))).await;
    let mut body = answer.json();
    body["data"]["request_id"].take();
    let data = json!({ "status_code": 200, "request_id": null, "id": "7", "name": "x" });
    assert_eq!((answer.status.as_u16(), body), (200, json!({ "data": data })));
}

#[tokio::test(flavor = "multi_thread")]
async fn scim_has_its_own_words() {
    const SCIM: &str = "application/scim+json";
    let world = world().await;
    let user = |name: &str| json!({ "userName": name }).to_string();
    let answer = world.send("POST", "/scim/v2/Users", Some((SCIM, &user("ada")))).await;
    let made = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "userName": "ada" });
    assert_eq!(told(&answer), (201, SCIM, made));
    let answer = world.send("POST", "/scim/v2/Users", Some((SCIM, &user("taken")))).await;
    let error = |status, kind: Option<&str>| {
        let mut error = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": status });
        if let Some(kind) = kind {
            error["scimType"] = kind.into();
        }
        error
    };
    assert_eq!(told(&answer), (400, SCIM, error("400", Some("invalidValue"))));
    let answer = world.send("PUT", "/scim/v2/Users/1", Some((SCIM, r#"{"id":"2","body":{}}"#))).await;
    assert_eq!(told(&answer), (200, SCIM, json!({ "1": { "id": "2", "body": {} } })));
    let answer = world.send("DELETE", "/scim/v2/Users/1", None).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    let answer = world.send("DELETE", "/scim/v2/Users/2", None).await;
    assert_eq!(told(&answer), (404, SCIM, error("404", None)));
    // Whatever goes wrong is worded so.
    assert_eq!(told(&world.send("GET", "/scim/v2/crash", None).await), (500, SCIM, error("500", None)));
    assert_eq!(told(&world.send("POST", "/scim/v2/Users", Some((SCIM, "{"))).await).1, SCIM);
}

#[tokio::test(flavor = "multi_thread")]
async fn oauth_takes_forms() {
    let world = world().await;
    let answer =
        world.send("POST", "/v1/oauth2/token", Some((FORM, "grant_type=client_credentials&expires_in=60"))).await;
    let token = |seconds| json!({ "access_token": "t", "token_type": "bearer", "expires_in": seconds });
    assert_eq!(told(&answer), (200, JSON, token(60)));
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
    let body = r#"{"grant_type":"client_credentials"}"#;
    assert_eq!(told(&world.send("POST", "/v1/oauth2/token", Some((JSON, body))).await), (200, JSON, token(3600)));
    let answer = world.send("POST", "/v1/oauth2/token", Some((FORM, "grant_type=password"))).await;
    assert_eq!(told(&answer), (401, JSON, json!({ "status_code": 401, "error": "invalid_client" })));
    assert!(answer.header("www-authenticate").starts_with("Basic"));
    let twice = world.send("POST", "/v1/oauth2/token", Some((FORM, "grant_type=a&grant_type=b"))).await;
    assert_eq!(told(&twice), (400, JSON, json!({ "status_code": 400, "error": "invalid_request" })));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_for_people() {
    let world = world().await;
    let answer = world.send("GET", "/consent", None).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "text/html; charset=utf-8"));
    assert_eq!(answer.header("content-security-policy"), Page::POLICY);
    let answer = world.send("POST", "/consent", Some((FORM, "allow=true"))).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "https://app.example/?code=1"));
    let answer = world.send("POST", "/consent", Some((FORM, "allow=false"))).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (403, "text/html; charset=utf-8"));
    assert!(answer.text.contains("You &lt;said&gt; no."), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_tells_programs_where_to() {
    let world = world().await;
    let answer = world.send("GET", "/v1/sso/start", None).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (302, "https://idp.example/"));
    assert_eq!(answer.json()["redirect_url"], "https://idp.example/");
    let answer = world.send("GET", "/keys.txt", None).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "keys"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_that_is_not_declared_is_counted() {
    let world = world().await;
    assert!(!world.app.metrics().text().contains(ApiError::InvalidDomain.error_type()));
    let answer = world.send("GET", "/v1/things/surprise", None).await;
    assert_eq!(answer.json()["error_type"], ApiError::InvalidDomain.error_type());
    let numbers = world.app.metrics().text();
    let line = numbers.lines().find(|line| line.contains("undeclared") && line.contains("things.surprise"));
    assert!(
        line.is_some_and(|line| line.contains(ApiError::InvalidDomain.error_type()) && line.ends_with(" 1")),
        "{numbers}"
    );
}
