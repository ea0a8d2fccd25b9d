//! What a client is told of an error.

use super::{ApiError, Error};
use std::borrow::Cow;

impl Error {
    /// What a client is told of it.
    pub fn told(&self) -> ApiError {
        match self {
            Error::Api(error, _) | Error::Kept(error, _) => *error,
            Error::TooMany(..) => ApiError::TooManyRequests,
            Error::Locked(_) => ApiError::UserLockLimitReached,
            Error::Conflict | Error::Unavailable(_) => ApiError::ServerUnavailable,
            Error::Internal(_) => ApiError::Internal,
        }
    }

    /// The answer it is, if it is one.
    pub fn api(&self) -> Option<ApiError> {
        match self {
            Error::Api(error, _) | Error::Kept(error, _) => Some(*error),
            Error::TooMany(..) => Some(ApiError::TooManyRequests),
            Error::Locked(_) => Some(ApiError::UserLockLimitReached),
            _ => None,
        }
    }

    /// What was wrong and what to do, as a client is told.
    pub fn sentence(&self) -> Cow<'static, str> {
        match self {
            Error::Api(_, Some(message)) | Error::Kept(_, Some(message)) | Error::TooMany(message, _) => {
                message.clone()
            }
            error => Cow::Borrowed(error.told().message()),
        }
    }
}
