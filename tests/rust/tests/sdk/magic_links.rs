//! `magic_links`, with and without a second factor to come.

use crate::server::{Server, new_email};
use stytch::b2b::magic_links::AuthenticateRequest;
use stytch::b2b::magic_links_email::{InviteRequest, InviteRequestLocale};
use stytch::b2b::organizations::UpdateRequest;

#[tokio::test]
async fn a_member_logs_in() {
    let server = Server::start();
    let organization_id = server.organization().await.organization_id;
    let email = server.member(&organization_id).await.member.email_address;
    let answer = server.login(&organization_id, &email).await;
    assert!(answer.member_authenticated && answer.mfa_required.is_none() && answer.primary_required.is_none());
    assert_eq!(
        (answer.organization_id.as_str(), answer.member.email_address_verified),
        (organization_id.as_str(), true)
    );
    let session = answer.member_session.unwrap();
    assert_eq!(session.authentication_factors.len(), 1);
    assert!(session.expires_at > session.started_at);
}

#[tokio::test]
async fn an_invitation_is_accepted() {
    let server = Server::start();
    let organization_id = server.organization().await.organization_id;
    let email = new_email();
    let request = InviteRequest {
        organization_id,
        email_address: email.clone(),
        name: Some("Ada".to_owned()),
        locale: Some(InviteRequestLocale::Es),
        invite_expiration_minutes: Some(60),
        ..InviteRequest::default()
    };
    assert_eq!(server.api.magic_links.email.invite(request).await.unwrap().member.status, "invited");
    let magic_links_token = server.mailed_token(&email);
    let request = AuthenticateRequest { magic_links_token, session_duration_minutes: Some(30), ..Default::default() };
    assert_eq!(server.api.magic_links.authenticate(request).await.unwrap().member.status, "active");
}

#[tokio::test]
async fn half_a_login_says_what_is_missing() {
    let server = Server::start();
    let organization_id = server.organization().await.organization_id;
    let email = server.member(&organization_id).await.member.email_address;
    let request = UpdateRequest {
        organization_id: organization_id.clone(),
        mfa_policy: Some("REQUIRED_FOR_ALL".to_owned()),
        ..UpdateRequest::default()
    };
    server.api.organizations.update(request).await.unwrap();
    let answer = server.login(&organization_id, &email).await;
    assert!(!answer.member_authenticated && answer.mfa_required.is_some() && answer.member_session.is_none());
    assert!(!answer.intermediate_session_token.is_empty() && answer.session_token.is_empty());
}

/// What the SDK calls Brazilian Portuguese.
#[tokio::test]
async fn every_locale_of_the_sdk_is_known() {
    let server = Server::start();
    let organization_id = server.organization().await.organization_id;
    let locale = Some(InviteRequestLocale::Ptbr);
    let request = InviteRequest { organization_id, email_address: new_email(), locale, ..InviteRequest::default() };
    server.api.magic_links.email.invite(request).await.unwrap();
}
