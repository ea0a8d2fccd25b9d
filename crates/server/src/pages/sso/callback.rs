use super::super::led::failed;
use super::super::shown::Shown;
use crate::actor::Anyone;
use crate::sso::{self, ANSWER, Arrived, CALLBACK, CallbackInput, RESPONSE, ResponseInput};
use foundation::error::Result;
use frame::{Call, endpoint};

/// Take a SAML response in: the browser goes on to the app.
#[endpoint(
    "sso.saml_response",
    page POST "/v1/b2b/sso/callback/{connection_id}" from_elsewhere,
    errors(..CALLBACK, ..RESPONSE)
)]
pub(super) async fn saml(cx: Call<Anyone>, input: ResponseInput) -> Result<Shown> {
    let came_with = (input.connection_id.clone(), input.relay_state.clone());
    lead(&cx, sso::saml_response(&cx, &cx.head, input).await, came_with).await
}

/// Take the answer of an OpenID Connect provider in: the browser goes on to the app.
#[endpoint(
    "sso.oidc_callback",
    redirect GET "/v1/b2b/sso/callback/{connection_id}",
    errors(..CALLBACK, ..ANSWER)
)]
pub(super) async fn oidc(cx: Call<Anyone>, input: CallbackInput) -> Result<Shown> {
    let came_with = (input.connection_id.clone(), input.answer.state.clone());
    lead(&cx, sso::oidc_callback(&cx, &cx.head, input).await, came_with).await
}

/// On to the app, or to what was wrong. The browser came with the id of a connection, and a state.
async fn lead(cx: &Call<Anyone>, arrived: Result<Arrived>, came_with: (String, Option<String>)) -> Result<Shown> {
    let head = cx.head.clone();
    let (connection_id, state) = came_with;
    match arrived {
        Ok(arrived) => Ok(Shown::elsewhere(arrived.url).with(arrived.cookie)),
        Err(error) => {
            failed(cx, error, move |tx, cx| sso::way_back_of_callback(tx, cx, &head, &connection_id, state.as_deref()))
                .await
        }
    }
}
