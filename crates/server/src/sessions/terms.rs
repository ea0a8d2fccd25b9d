//! How long a session is to last, and what the app adds to it.

use super::claims::{self, CustomClaims};
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Minutes of the shortest session that can be asked for.
const SHORTEST: i64 = 5;
/// Minutes of the longest session: 366 days.
const LONGEST: i64 = 527_040;
/// Minutes that a session lasts unless asked otherwise.
const USUAL: i64 = 60;

/// How the session is to be. Browsers are held to the project's longest session.
#[derive(Default, Deserialize, JsonSchema)]
pub(crate) struct TermsInput {
    #[schemars(range(min = SHORTEST, max = LONGEST), description = duration())]
    pub(crate) session_duration_minutes: Option<i64>,
    #[serde(default)]
    #[schemars(schema_with = "claims::schema")]
    pub(crate) session_custom_claims: Option<Map<String, Value>>,
}

/// What the API description says of a duration.
fn duration() -> String {
    format!(
        "Minutes from now. When absent, a session that begins lasts {USUAL}, or as long as the project lets one if that is \
         shorter, and a session that goes on keeps its end."
    )
}

/// What can be wrong with terms.
pub(crate) const TERMS: &[ApiError] =
    &[ApiError::InvalidSessionDuration, ApiError::CustomClaimsTooLarge, ApiError::StytchClaimsInCustomClaims];

/// Checked terms.
#[derive(Clone)]
pub(crate) struct Terms {
    /// Minutes from now; `None` leaves a session that goes on as it is.
    pub(crate) duration: Option<i64>,
    /// Minutes of a session that begins, when nothing else is said.
    pub(crate) usual: i64,
    pub(crate) claims: Option<CustomClaims>,
}

impl Terms {
    /// Those that leave a session that goes on as it is, but for these claims.
    pub(crate) fn unchanged(claims: Option<CustomClaims>) -> Self {
        Self { duration: None, usual: USUAL, claims }
    }
}

impl TermsInput {
    /// Checks them.
    ///
    /// # Errors
    /// [`TERMS`].
    pub(crate) fn check(self, cx: &Cx) -> Result<Terms> {
        let longest = if cx.is_browser() { cx.project().settings.max_session_duration_minutes } else { LONGEST };
        if self.session_duration_minutes.is_some_and(|minutes| !(SHORTEST..=longest).contains(&minutes)) {
            return Err(ApiError::InvalidSessionDuration.into());
        }
        let claims = self.session_custom_claims.map(claims::check).transpose()?;
        Ok(Terms { duration: self.session_duration_minutes, usual: USUAL.min(longest), claims })
    }
}
