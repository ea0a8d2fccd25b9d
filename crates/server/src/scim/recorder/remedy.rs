//! What an administrator can do about a refusal. Why it was refused says which rule it met; this is where to turn.

use foundation::error::ApiError;

/// One sentence; empty where only the directory can do something about it.
pub(super) fn remedy(error: ApiError) -> &'static str {
    match error {
        ApiError::ScimUnauthorized => {
            "Enter the connection's token at the directory; if nobody has it any more, replace it (rotate)."
        }
        ApiError::TooManyRequests => {
            "Nothing has to be done: directories come again. The operator can allow more (--scim-rate)."
        }
        ApiError::RouteNotFound => {
            "Compare the address that the directory has with the connection's base_url; nothing comes after it."
        }
        ApiError::ScimUniqueness => {
            "Look for a member with this address: let the directory take them over (by the domains of the organization, or \
             adopts_existing_members of the connection), or have it send another userName."
        }
        ApiError::ScimLastAdministrator => {
            "Give stytch_admin to somebody else first, or set may_remove_last_administrator of the connection."
        }
        ApiError::ScimTooMany => "Have the directory send less at once, or ask for pages.",
        ApiError::ScimInvalidFilter => {
            "Look at what the directory compares users by; userName, externalId and id always do."
        }
        ApiError::ScimInvalidValue => {
            "Compare the directory's mapping of attributes with what is said here; a user needs an email address as userName or in emails."
        }
        _ => "",
    }
}
