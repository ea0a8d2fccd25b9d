//! Reading a request's body, within bounds.

use crate::error::{ApiError, Result};
use axum::body::Body;
use http_body_util::BodyExt as _;

/// The most an endpoint reads.
const LIMIT: usize = 1 << 20;
/// What is read and thrown away, so that a client that sends too much still gets to see the answer.
const DRAIN_LIMIT: usize = 64 << 20;

/// The whole body.
///
/// # Errors
/// When it is larger than 1 MiB, or when the client goes away in the middle of it.
pub(super) async fn read(mut body: Body) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ApiError::BadRequest.because("The request body ended early."))?;
        if let Some(data) = frame.data_ref() {
            seen += data.len();
            if seen <= LIMIT {
                bytes.extend_from_slice(data);
            } else if seen > DRAIN_LIMIT {
                break;
            }
        }
    }
    if seen > LIMIT { Err(ApiError::BodyTooLarge.into()) } else { Ok(bytes) }
}
