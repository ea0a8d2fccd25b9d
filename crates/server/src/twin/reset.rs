//! Beginning anew.

use super::caller::Developer;
use super::clock::{Clock, tell, twin};
use super::host::hosted;
use foundation::error::{Error, Result};
use frame::{Call, NoInput, endpoint};

/// Bring everything back to how it was at the start: what was seeded, the clock, and what is drawn.
#[endpoint("dev.reset", POST "/dev/reset")]
pub(super) async fn reset(cx: Call<Developer>, _input: NoInput) -> Result<Clock> {
    (hosted(&cx.app)?.reset)().await.map_err(|words| Error::internal(words.as_str()))?;
    twin(&cx.app).map(tell)
}
