//! Errors parse into the SDK's type only when all five of their fields are there.

use crate::server::Server;
use stytch::Error;
use stytch::b2b::organizations::{CreateRequest, GetRequest};
use stytch::b2b::sessions::{AuthenticateRequest, AuthorizationCheck};

fn check<T: std::fmt::Debug>(result: stytch::Result<T>, status: u16, error_type: &str) {
    let Err(Error::Response(error)) = result else { panic!("{error_type} was expected, not {result:?}") };
    assert_eq!((error.status_code.as_u16(), error.error_type.as_str()), (status, error_type));
    assert!(error.request_id.starts_with("request-id-") && !error.error_message.is_empty());
    assert!(error.error_url.ends_with(error_type), "{}", error.error_url);
}

#[tokio::test]
async fn errors_of_every_kind_parse() {
    let server = Server::start();
    let organizations = &server.api.organizations;
    let unknown = GetRequest { organization_id: "no-such-slug".to_owned() };
    check(organizations.get(unknown.clone()).await, 404, "organization_not_found");
    let request = CreateRequest { organization_name: "x".repeat(129), ..Default::default() };
    check(organizations.create(request).await, 400, "invalid_organization_name");
    let stranger = server.api_with_secret("secret-test-wrong");
    check(stranger.organizations.get(unknown).await, 401, "unauthorized_credentials");
    let nobody = AuthenticateRequest { session_token: Some("x".to_owned()), ..Default::default() };
    check(server.api.sessions.authenticate(nobody).await, 400, "invalid_session_token");

    let organization_id = server.organization().await.organization_id;
    let email = server.member(&organization_id).await.member.email_address;
    let session_token = Some(server.login(&organization_id, &email).await.session_token);
    let authorization_check = Some(AuthorizationCheck {
        organization_id,
        resource_id: "stytch.organization".to_owned(),
        action: "delete".to_owned(),
    });
    let request = AuthenticateRequest { session_token, authorization_check, ..Default::default() };
    check(server.api.sessions.authenticate(request).await, 403, "session_authorization_error");

    let request = stytch::b2b::oauth::AuthenticateRequest { oauth_token: "x".to_owned(), ..Default::default() };
    check(server.api.oauth.authenticate(request).await, 404, "oauth_token_not_found");
}
