//! What is refused, in the standard's words.

use foundation::error::{ApiError, Error};

/// What a new or changed member can be refused for, which a directory understands as a name that is taken.
const TAKEN: &[ApiError] =
    &[ApiError::DuplicateMemberEmail, ApiError::DesiredEmailDeactivated, ApiError::InactiveEmail];

/// Why a request cannot be read, or not be done.
pub(super) const READ: &[ApiError] = &[ApiError::ScimInvalidFilter, ApiError::ScimInvalidValue, ApiError::ScimTooMany];

/// What is wrong with a request, as an error of ours.
pub(super) fn refused(error: ::scim::Error) -> Error {
    use ::scim::ErrorKind;
    let kind = match error.kind {
        ErrorKind::InvalidFilter => ApiError::ScimInvalidFilter,
        ErrorKind::InvalidPath => ApiError::ScimInvalidPath,
        ErrorKind::InvalidSyntax => ApiError::ScimInvalidSyntax,
        ErrorKind::InvalidValue => ApiError::ScimInvalidValue,
        ErrorKind::Mutability => ApiError::ScimMutability,
        ErrorKind::NoTarget => ApiError::ScimNoTarget,
    };
    kind.because(error.detail)
}

/// What is wrong with a member, as a directory understands it.
pub(super) fn of_member(error: Error) -> Error {
    match error {
        Error::Api(error, _) if TAKEN.contains(&error) => {
            ApiError::ScimUniqueness.because("Somebody else in the organization has this email address.")
        }
        Error::Api(ApiError::EmailDomainIsClaimed, _) => {
            ApiError::ScimInvalidValue.because("The domain of this email address belongs to another organization.")
        }
        error => error,
    }
}
