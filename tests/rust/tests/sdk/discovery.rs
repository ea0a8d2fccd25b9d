//! `discovery`, and the magic links that begin it.

use crate::server::{Server, new_email, unique};
use stytch::b2b::discovery_intermediate_sessions::ExchangeRequest;
use stytch::b2b::discovery_organizations::{CreateRequest, ListRequest};
use stytch::b2b::magic_links_discovery::{AuthenticateRequest, AuthenticateResponse};
use stytch::b2b::magic_links_email_discovery::SendRequest;

async fn discover(server: &Server, email: &str) -> AuthenticateResponse {
    let request = SendRequest { email_address: email.to_owned(), ..SendRequest::default() };
    server.api.magic_links.email.discovery.send(request).await.unwrap();
    let request = AuthenticateRequest {
        discovery_magic_links_token: server.mailed_token(email),
        ..AuthenticateRequest::default()
    };
    server.api.magic_links.discovery.authenticate(request).await.unwrap()
}

#[tokio::test]
async fn somebody_finds_their_organization_and_enters_it() {
    let server = Server::start();
    let organization_id = server.organization().await.organization_id;
    let email = server.member(&organization_id).await.member.email_address;
    let proven = discover(&server, &email).await;
    assert_eq!((proven.email_address.as_str(), proven.discovered_organizations.len()), (email.as_str(), 1));
    assert!(proven.intermediate_session_token_expires_at.is_some());

    let token = proven.intermediate_session_token;
    let request = ListRequest { intermediate_session_token: Some(token.clone()), ..ListRequest::default() };
    let [found] = &server.api.discovery.organizations.list(request).await.unwrap().discovered_organizations[..] else {
        panic!("one organization was expected")
    };
    assert_eq!(found.organization.as_ref().unwrap().organization_id, organization_id);
    assert_eq!(found.membership.as_ref().unwrap().type_, "active_member");

    let request = ExchangeRequest {
        intermediate_session_token: token,
        organization_id: organization_id.clone(),
        ..ExchangeRequest::default()
    };
    let entered = server.api.discovery.intermediate_sessions.exchange(request).await.unwrap();
    assert!(entered.member_authenticated);
    let request = ListRequest { session_token: Some(entered.session_token), ..ListRequest::default() };
    assert_eq!(server.api.discovery.organizations.list(request).await.unwrap().discovered_organizations.len(), 1);
}

#[tokio::test]
async fn somebody_makes_an_organization() {
    let server = Server::start();
    let email = new_email();
    let proven = discover(&server, &email).await;
    assert!(proven.discovered_organizations.is_empty());
    let request = CreateRequest {
        intermediate_session_token: proven.intermediate_session_token,
        organization_name: Some("Founded".to_owned()),
        organization_slug: Some(unique("founded")),
        ..CreateRequest::default()
    };
    let made = server.api.discovery.organizations.create(request).await.unwrap();
    assert!(made.member_authenticated && made.member.is_admin);
    assert_eq!((made.organization.organization_name.as_str(), made.member.email_address), ("Founded", email));
}
