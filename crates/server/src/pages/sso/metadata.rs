use crate::actor::Anyone;
use crate::sso;
use axum::http::StatusCode;
use database::Tx;
use foundation::error::{ApiError, Result};
use frame::{Call, Plain, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use std::borrow::Cow;

#[derive(Deserialize, JsonSchema)]
pub(super) struct OfConnection {
    /// The id of the SSO connection.
    connection_id: String,
}

/// Our SAML metadata, for the identity provider of a connection.
#[endpoint(
    "sso.metadata",
    plain GET "/v1/b2b/sso/callback/{connection_id}/metadata",
    reads,
    errors(SsoConnectionNotFound)
)]
pub(super) fn metadata(tx: &mut Tx, cx: &Call<Anyone>, input: OfConnection) -> Result<Plain> {
    let connection = sso::find_public(tx, cx, &input.connection_id)?.ok_or(ApiError::SsoConnectionNotFound)?;
    let xml = sso::metadata(&cx.app, &connection)?.ok_or(ApiError::SsoConnectionNotFound)?;
    Ok(Plain {
        status: StatusCode::OK,
        media_type: "application/samlmetadata+xml",
        content: Cow::Owned(xml.into_bytes()),
        seconds: 0,
    })
}
