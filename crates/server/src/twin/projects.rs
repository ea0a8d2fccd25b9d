//! A project of its own for each test, or for each process that runs some.

use super::caller::Developer;
use super::host::hosted;
use super::planting::{Planted, plant};
use foundation::error::{ApiError, Result};
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Create {
    /// The seeded project that it is to be like; the first, unless it is said.
    like: Option<String>,
}

/// Make a project with credentials of its own, and all in it that was seeded into another.
#[endpoint("dev.projects.create", POST "/dev/projects", errors(ProjectNotFound, InvalidArgument))]
pub(super) async fn create(cx: Call<Developer>, input: Create) -> Result<Planted> {
    let hosted = hosted(&cx.app)?;
    let like = hosted.seed.project(input.like.as_deref()).ok_or(ApiError::ProjectNotFound)?;
    let planted = plant(&cx.app, &hosted.ask, &like.without_credentials()).await;
    planted.map_err(|words| ApiError::InvalidArgument.because(words))
}
