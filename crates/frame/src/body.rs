//! Reading a request's body.

use axum::body::Body;
use foundation::error::{ApiError, Error};
use transport::{Bodies, Received, Refused};

/// The most bytes that an endpoint reads.
const LIMIT: usize = 1 << 20;

/// The whole body.
///
/// # Errors
/// When it is larger than 1 MiB or too slow, when the client goes away in the middle of it, and when the bodies of others
/// fill the memory for them.
pub(crate) async fn read(bodies: &Bodies, body: Body) -> Result<Received, Error> {
    bodies.read(body, LIMIT).await.map_err(|refused| match refused {
        Refused::TooLarge => ApiError::BodyTooLarge.into(),
        Refused::TooSlow => ApiError::RequestTimeout.into(),
        Refused::Busy => Error::Unavailable("request bodies fill the memory for them".into()),
        Refused::EndedEarly => ApiError::BadRequest.because("The request body ended early."),
    })
}
