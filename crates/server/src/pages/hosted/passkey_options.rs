//! What browsers are to be given for passkeys. It stands in the page that asks for one: the one thing on these pages that needs a
//! script, because browsers have no other way.

use super::visitor::Visitor;
use foundation::error::{ApiError, Result};
use serde_json::{Value, json};
use url::Url;

/// The host of these pages, to which passkeys made on them belong.
fn domain(visitor: &Visitor) -> Value {
    let url = Url::parse(visitor.cx.app.public_url()).ok();
    json!(url.as_ref().and_then(Url::host_str))
}

/// To have somebody choose a passkey; nothing where these pages can have none.
pub(super) async fn of_anybody(visitor: &Visitor, organization: Option<&str>) -> Result<Option<String>> {
    let asked = json!({ "organization_id": organization, "domain": domain(visitor) });
    match visitor.ask("webauthn.authenticate_start", asked).await {
        Ok(answer) => Ok(Some(answer["public_key_credential_request_options"].to_string())),
        Err(error) if error.api() == Some(ApiError::InvalidPasskeyDomain) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether these pages can have passkeys.
pub(super) async fn are_possible(visitor: &Visitor) -> Result<bool> {
    of_anybody(visitor, None).await.map(|options| options.is_some())
}

/// To have a member show one of theirs.
pub(super) async fn of_member(visitor: &Visitor, holder: Value) -> Result<String> {
    let answer = visitor.ask("webauthn.authenticate_start", of_holder(visitor, holder)).await?;
    Ok(answer["public_key_credential_request_options"].to_string())
}

/// To have a member make one.
pub(super) async fn of_new(visitor: &Visitor, holder: Value) -> Result<String> {
    let answer = visitor.ask("webauthn.register_start", of_holder(visitor, holder)).await?;
    Ok(answer["public_key_credential_creation_options"].to_string())
}

fn of_holder(visitor: &Visitor, mut holder: Value) -> Value {
    holder["intermediate_session_token"] = json!(visitor.login());
    holder["domain"] = domain(visitor);
    holder
}
