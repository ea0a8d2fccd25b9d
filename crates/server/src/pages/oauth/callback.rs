use super::super::led::failed;
use super::super::shown::Shown;
use crate::actor::Anyone;
use crate::oauth::{self, CALLBACK, CallbackInput};
use foundation::error::Result;
use frame::{Call, endpoint};

/// Take the answer of an OAuth provider in: the browser goes on to the app.
#[endpoint(
    "oauth.callback",
    redirect GET "/v1/b2b/oauth/callback/{oauth_callback_id}",
    errors(..CALLBACK)
)]
pub(super) async fn callback(cx: Call<Anyone>, input: CallbackInput) -> Result<Shown> {
    let head = cx.head.clone();
    match oauth::callback(&cx, &cx.head, input.clone()).await {
        Ok(arrived) => Ok(Shown::elsewhere(arrived.url).with([arrived.cookie])),
        Err(error) => failed(&cx, error, move |tx, cx| oauth::way_back_of_callback(tx, cx, &head, &input)).await,
    }
}
