//! Errors that have a type of their own while a request is read.

use super::ApiError;

const TYPED: &str = "[error_type:";

/// What a `Deserialize` implementation says of a value that has an error type of its own.
pub fn typed(error: ApiError) -> String {
    format!("{TYPED}{}]", error.error_type())
}

/// The error type that [`typed`] put into a parse error, if it is one of those.
pub fn type_in(parse_error: &str) -> Option<ApiError> {
    let (error_type, _) = parse_error.strip_prefix(TYPED)?.split_once(']')?;
    ApiError::of_type(error_type)
}
