//! Time travel.

use super::caller::Developer;
use crate::workers;
use database::Timestamp;
use foundation::app::App;
use foundation::error::{ApiError, Error, Result};
use foundation::time::{self, SECOND};
use foundation::twin::Twin;
use frame::{Call, NoInput, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The time of the twin.
#[derive(Serialize, JsonSchema)]
pub(super) struct Clock {
    /// RFC 3339.
    #[serde(with = "time")]
    #[schemars(with = "String")]
    now: Timestamp,
    /// How far it is ahead of the machine's.
    ahead_seconds: i64,
}

/// What makes a server one.
pub(super) fn twin(app: &App) -> Result<&Twin> {
    app.twin().ok_or_else(|| Error::internal("this server is no twin"))
}

pub(super) fn tell(twin: &Twin) -> Clock {
    Clock { now: twin.now(), ahead_seconds: twin.ahead().div_euclid(SECOND) }
}

/// Say what time it is.
#[endpoint("dev.clock", GET "/dev/clock", quiet)]
pub(super) async fn show(cx: Call<Developer>, _input: NoInput) -> Result<Clock> {
    twin(&cx.app).map(tell)
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Advance {
    advance_seconds: Option<i64>,
    /// RFC 3339.
    #[serde(default, with = "time::optional")]
    #[schemars(with = "Option<String>")]
    now: Option<Timestamp>,
}

/// Set the clock forward, by so many seconds or to a time, and do at once what is due by then.
#[endpoint("dev.clock.advance", POST "/dev/clock", errors(InvalidArgument))]
pub(super) async fn advance(cx: Call<Developer>, input: Advance) -> Result<Clock> {
    let twin = twin(&cx.app)?;
    // What checks have changed until now is of now.
    workers::flush(cx.app.clone()).await?;
    let is_possible = match (input.advance_seconds, input.now) {
        (Some(seconds), None) => twin.advance(seconds),
        (None, Some(now)) => twin.advance_to(now),
        _ => return Err(ApiError::InvalidArgument.because("Give advance_seconds or now: how far, or to what time.")),
    };
    if !is_possible {
        return Err(ApiError::InvalidArgument.because(
            "The clock of a twin goes forward only, by a hundred years in all. POST /dev/reset sets it back, with everything \
             else.",
        ));
    }
    workers::catch_up(&cx.app).await?;
    Ok(tell(twin))
}
