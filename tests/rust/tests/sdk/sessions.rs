//! `sessions`, and the JWTs that the SDK checks by itself.

use crate::server::Server;
use serde_json::json;
use stytch::b2b::magic_links::AuthenticateResponse;
use stytch::b2b::sessions::{
    AuthenticateRequest, AuthorizationCheck, ExchangeRequest, GetJWKSRequest, GetRequest, RevokeRequest,
};
use stytch::consumer::m2m::AuthenticateTokenRequest;

async fn logged_in(server: &Server) -> AuthenticateResponse {
    let organization_id = server.organization().await.organization_id;
    let email = server.member(&organization_id).await.member.email_address;
    server.login(&organization_id, &email).await
}

#[tokio::test]
async fn checked_extended_listed_and_revoked() {
    let server = Server::start();
    let api = &server.api.sessions;
    let login = logged_in(&server).await;
    let by_token = AuthenticateRequest { session_token: Some(login.session_token.clone()), ..Default::default() };
    let by_jwt = AuthenticateRequest { session_jwt: Some(login.session_jwt.clone()), ..Default::default() };
    for request in [by_token.clone(), by_jwt] {
        let answer = api.authenticate(request).await.unwrap();
        assert_eq!(answer.member.member_id, login.member_id);
        assert_eq!(answer.session_token, login.session_token);
        assert!(answer.verdict.is_none());
    }
    let request = AuthenticateRequest {
        session_duration_minutes: Some(120),
        session_custom_claims: Some(json!({ "plan": "gold" })),
        authorization_check: Some(AuthorizationCheck {
            organization_id: login.organization_id.clone(),
            resource_id: "stytch.self".to_owned(),
            action: "update.info.name".to_owned(),
        }),
        ..by_token.clone()
    };
    let answer = api.authenticate(request).await.unwrap();
    assert!(answer.member_session.expires_at > login.member_session.unwrap().expires_at);
    assert_eq!(answer.member_session.custom_claims, Some(json!({ "plan": "gold" })));
    let verdict = answer.verdict.unwrap();
    assert!(verdict.authorized);
    assert_eq!(verdict.granting_roles, ["stytch_member"]);

    let request = GetRequest { organization_id: login.organization_id.clone(), member_id: login.member_id.clone() };
    let sessions = api.get(request.clone()).await.unwrap().member_sessions;
    assert_eq!(sessions.len(), 1);
    api.revoke(RevokeRequest { session_token: Some(login.session_token), ..Default::default() }).await.unwrap();
    assert!(api.get(request).await.unwrap().member_sessions.is_empty());
    assert!(api.authenticate(by_token).await.is_err());
}

#[tokio::test]
async fn exchanged_for_one_elsewhere() {
    let server = Server::start();
    let login = logged_in(&server).await;
    let elsewhere = server.organization().await.organization_id;
    let request = stytch::b2b::organizations_members::CreateRequest {
        organization_id: elsewhere.clone(),
        email_address: login.member.email_address,
        ..Default::default()
    };
    server.api.organizations.members.create(request).await.unwrap();
    let request = ExchangeRequest {
        organization_id: elsewhere.clone(),
        session_token: Some(login.session_token),
        ..ExchangeRequest::default()
    };
    let answer = server.api.sessions.exchange(request).await.unwrap();
    assert!(answer.member_authenticated);
    assert_eq!(answer.organization.organization_id, elsewhere);
}

/// The SDK has no local check of its own for session JWTs, but the one for machines reads any of the project's: key,
/// algorithm, audience, issuer and times.
#[tokio::test]
async fn a_jwt_is_checked_without_asking() {
    let server = Server::start();
    let login = logged_in(&server).await;
    let keys =
        server.api.sessions.get_jwks(GetJWKSRequest { project_id: server.project_id.clone() }).await.unwrap().keys;
    assert_eq!(server.http.fetch_jwk(&keys[0].kid).await.unwrap().alg, "RS256");

    let request = AuthenticateRequest {
        session_token: Some(login.session_token),
        session_duration_minutes: Some(60),
        session_custom_claims: Some(json!({ "scope": "read:things" })),
        ..Default::default()
    };
    let jwt = server.api.sessions.authenticate(request).await.unwrap().session_jwt;
    let check = |jwt: &str| AuthenticateTokenRequest {
        access_token: jwt.to_owned(),
        required_scopes: Some(vec!["read:things".to_owned()]),
        max_token_age_seconds: Some(300),
        scope_authorization_func: None,
    };
    let checked = server.api.m2m.authenticate_token(check(&jwt)).await.unwrap();
    assert_eq!(checked.client_id, login.member_id);
    let organization = &checked.custom_claims["https://stytch.com/organization"];
    assert_eq!(organization["organization_id"], login.organization_id.as_str());
    let bent = format!("{}{}", &jwt[..jwt.len() - 4], if jwt.ends_with("AAAA") { "BBBB" } else { "AAAA" });
    assert!(server.api.m2m.authenticate_token(check(&bent)).await.is_err());
}
