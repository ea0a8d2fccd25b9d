//! Telling whether a password would do.

use super::policy;
use crate::actor::ProjectCaller;
use foundation::email_address::{AnySpelling, EmailAddress};
use foundation::error::{ApiError, Result};
use foundation::project::PasswordPolicy;
use foundation::secret::Secret;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, JsonSchema)]
pub(super) struct StrengthCheck {
    /// The password that is looked at. It is not kept.
    #[schemars(with = "String")]
    password: Secret,
    /// The address of whose password it would be: what stands in it is easy to guess.
    #[schemars(with = "Option<AnySpelling>")]
    email_address: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Strength {
    /// Whether the password may be set.
    valid_password: bool,
    /// The strength, from 0 to 4, by the number of guesses that it would take.
    score: u8,
    /// Whether the password is known from breaches. `false` where nobody looks.
    breached_password: bool,
    /// What decides whether a password would do: an estimate of its strength, or kinds of characters.
    #[schemars(extend("enum" = ["zxcvbn", "luds"]))]
    strength_policy: &'static str,
    /// Whether the project refuses new passwords that are known from breaches.
    breach_detection_on_create: bool,
    /// What stands in it by kinds of characters, and what is missing.
    luds_feedback: LudsFeedback,
    /// What an estimate of its strength says.
    zxcvbn_feedback: ZxcvbnFeedback,
}

#[derive(Serialize, JsonSchema)]
struct LudsFeedback {
    /// Whether there is a lower case letter in it.
    has_lower_case: bool,
    /// Whether there is an upper case letter in it.
    has_upper_case: bool,
    /// Whether there is a digit in it.
    has_digit: bool,
    /// Whether there is a symbol in it.
    has_symbol: bool,
    /// How many kinds of characters more it would take.
    missing_complexity: u32,
    /// How many characters more it would take.
    missing_characters: u32,
}

#[derive(Serialize, JsonSchema)]
struct ZxcvbnFeedback {
    /// What is weak about it, for people. Empty for nothing.
    warning: String,
    /// What would make it better, for people.
    suggestions: Vec<String>,
}

/// Tell whether a password would do.
///
/// Nothing is stored. The password is held against the project's policy, and against those known from breaches where the
/// project has that done for new ones.
#[endpoint(
    "passwords.strength_check",
    POST "/v1/b2b/passwords/strength_check",
    browser POST "/sdk/v1/b2b/passwords/strength_check" takes(email_address, password),
    errors(InvalidEmail)
)]
pub(super) async fn strength_check(cx: Call<ProjectCaller>, input: StrengthCheck) -> Result<Strength> {
    let email =
        input.email_address.map(|email| EmailAddress::parse(&email)).transpose().map_err(|_| ApiError::InvalidEmail)?;
    let settings = &cx.project().settings;
    let (policy, breach_detection_on_create) = (settings.password_policy, settings.check_breach_on_creation);
    let judged = policy::judge(&cx, &input.password, email.as_ref(), breach_detection_on_create).await?;
    let luds = judged.luds;
    Ok(Strength {
        valid_password: judged.is_strong && !judged.is_breached,
        score: judged.zxcvbn.score,
        breached_password: judged.is_breached,
        strength_policy: match policy {
            PasswordPolicy::Zxcvbn => "zxcvbn",
            PasswordPolicy::Luds => "luds",
        },
        breach_detection_on_create,
        luds_feedback: LudsFeedback {
            has_lower_case: luds.has_lower_case,
            has_upper_case: luds.has_upper_case,
            has_digit: luds.has_digit,
            has_symbol: luds.has_symbol,
            missing_complexity: luds.missing_complexity,
            missing_characters: luds.missing_characters,
        },
        zxcvbn_feedback: ZxcvbnFeedback { warning: judged.zxcvbn.warning, suggestions: judged.zxcvbn.suggestions },
    })
}
