//! Reading what would have been sent.

use super::caller::Developer;
use super::in_project;
use crate::outbox::{self, Received, Sought};
use foundation::error::{ApiError, Result};
use foundation::id::OutboxId;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long a test may wait, in seconds.
const LONGEST: u64 = 30;
/// How often the mailbox is looked at meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(10);

#[derive(Deserialize, JsonSchema)]
pub(super) struct Read {
    /// The first, unless it is said.
    project_id: Option<String>,
    /// An address or a phone number.
    to: Option<String>,
    /// `mail` or `sms`.
    kind: Option<String>,
    /// Which mail: `login`, `invite`, `password_reset`, ….
    template: Option<String>,
    /// A `message_id`: only what was written after it.
    after: Option<String>,
    /// How long to wait for a message where there is none yet.
    #[schemars(range(min = 0, max = LONGEST))]
    wait_seconds: Option<u64>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Mailbox {
    /// The oldest first.
    messages: Vec<Received>,
}

/// Read the messages of a project, and wait for one where there is none.
#[endpoint("dev.mailbox", GET "/dev/mailbox", quiet, errors(InvalidArgument, ProjectNotFound))]
pub(super) async fn read(call: Call<Developer>, input: Read) -> Result<Mailbox> {
    let cx = in_project(&call, input.project_id.as_deref()).await?;
    let seconds = input.wait_seconds.unwrap_or_default();
    if seconds > LONGEST {
        return Err(ApiError::InvalidArgument.because(format!("wait_seconds is {LONGEST} at most.")));
    }
    let after = |id: String| OutboxId::parse(&id).ok_or(ApiError::InvalidArgument.because("after is a message_id."));
    let after = input.after.map(after).transpose()?;
    let wanted = Sought { to: input.to, kind: input.kind, template: input.template, after };
    let deadline = Instant::now() + Duration::from_secs(seconds);
    loop {
        let messages = outbox::received(&cx, wanted.clone()).await?;
        if !messages.is_empty() || Instant::now() >= deadline {
            return Ok(Mailbox { messages });
        }
        sleep(LOOK_EVERY).await;
    }
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Empty {
    /// The first, unless it is said.
    project_id: Option<String>,
    /// Only what went to this address or phone number.
    to: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Emptied {}

/// Delete the messages of a project.
#[endpoint("dev.mailbox.empty", DELETE "/dev/mailbox", errors(ProjectNotFound))]
pub(super) async fn empty(call: Call<Developer>, input: Empty) -> Result<Emptied> {
    let cx = in_project(&call, input.project_id.as_deref()).await?;
    outbox::empty(&cx, input.to).await?;
    Ok(Emptied {})
}
