//! What browsers tell of themselves.

use crate::actor::Anyone;
use foundation::error::Result;
use frame::{Call, Ignored, endpoint};
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Serialize, JsonSchema)]
pub(super) struct Dropped {}

/// Take the telemetry of the browser SDK, so that its console stays quiet, and drop it.
#[endpoint("telemetry.drop", browser POST "/sdk/v1/events", quiet)]
pub(super) async fn events(_cx: Call<Anyone>, _input: Ignored) -> Result<Dropped> {
    Ok(Dropped {})
}
