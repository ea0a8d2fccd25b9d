//! Projects, as everything done in one needs them: one environment of one app. Nothing crosses from one to another.

use crate::id::{Environment, ProjectId};
use crate::stored::{Fields, Stored};
use mail::Color;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A project.
#[derive(Debug, Clone)]
pub struct Project {
    pub id: ProjectId,
    pub name: String,
    pub environment: Environment,
    pub settings: Stored<Settings>,
}

/// What an operator can set for a project; `guildhall project update` does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Keep session tokens in cookies that scripts cannot read, instead of giving them to the page.
    pub http_only_cookies: bool,
    /// Whether people who log in by discovery in a browser may create organizations.
    pub create_organization_enabled: bool,
    /// Whether browsers must start an email link with a PKCE code challenge (RFC 7636).
    pub pkce_required_for_email_magic_links: bool,
    /// Whether mails with a link for logging in hold a code too, where the organization lets members log in by code.
    pub code_in_magic_link_mails: bool,
    /// Whether browsers must start a password reset with a PKCE code challenge (RFC 7636).
    pub pkce_required_for_password_resets: bool,
    /// Whether browsers must start a login by OAuth with a PKCE code challenge (RFC 7636).
    pub pkce_required_for_oauth: bool,
    /// Whether browsers must start a login by SSO with a PKCE code challenge (RFC 7636).
    pub pkce_required_for_sso: bool,
    /// Whether an address has one password in all organizations, instead of each member one of their own.
    pub cross_org_passwords_enabled: bool,
    /// How strong a password has to be.
    pub password_policy: PasswordPolicy,
    /// With the policy LUDS, so many characters at least: 8 to 32.
    pub luds_min_password_length: i64,
    /// With the policy LUDS, so many kinds of characters at least: 1 to 4.
    pub luds_min_password_complexity: i64,
    /// Whether nobody may set a password that is known from breaches.
    pub check_breach_on_creation: bool,
    /// Whether a password that has become known from breaches must be reset.
    pub check_breach_on_authentication: bool,
    /// Whether a password that does not meet the policy any more must be reset.
    pub validate_on_authentication: bool,
    /// The longest session that a browser may ask for, in minutes.
    pub max_session_duration_minutes: i64,
    /// Where the browser SDK finds the organization's slug in the page's URL, e.g. `*.example.com/{{slug}}/login`.
    pub slug_pattern: Option<String>,
    /// The countries whose phone numbers are sent text messages (ISO 3166-1, two capitals).
    pub sms_countries: Vec<String>,
    /// So many failed proofs in a row lock a member: 1 to 100.
    pub lock_threshold: i64,
    /// How long a lock lasts, and failures count: 5 to 10,080 minutes.
    pub lock_minutes: i64,
    /// Whether a locked member is mailed a link that ends the lock.
    pub lock_self_serve_enabled: bool,
    /// Whether operators may sign in as a member for a while, from the dashboard.
    pub user_impersonation_enabled: bool,
    /// The domain that passkeys are made for, where it is to be one for all pages of the project.
    pub passkey_domain: Option<String>,
    /// The logo on pages and in mails, unless the organization has one.
    pub logo_url: Option<String>,
    /// The color of buttons and links, on pages and in mails, unless the organization has one.
    pub brand_color: Option<Color>,
    /// What is behind: the ground of pages, and of the head of mails, unless the organization has one.
    pub background_color: Option<Color>,
}

/// How the strength of passwords is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum PasswordPolicy {
    /// How many guesses it would take: at least 3 of 4.
    Zxcvbn,
    /// Length, and kinds of characters: lower case, upper case, digits, symbols.
    Luds,
}

impl std::str::FromStr for PasswordPolicy {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word.to_ascii_lowercase().as_str() {
            "zxcvbn" => Ok(PasswordPolicy::Zxcvbn),
            "luds" => Ok(PasswordPolicy::Luds),
            _ => Err("a password policy is zxcvbn or luds".into()),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            http_only_cookies: false,
            create_organization_enabled: true,
            pkce_required_for_email_magic_links: false,
            code_in_magic_link_mails: false,
            pkce_required_for_password_resets: false,
            pkce_required_for_oauth: false,
            pkce_required_for_sso: false,
            cross_org_passwords_enabled: false,
            password_policy: PasswordPolicy::Zxcvbn,
            luds_min_password_length: 8,
            luds_min_password_complexity: 3,
            check_breach_on_creation: true,
            check_breach_on_authentication: true,
            validate_on_authentication: true,
            max_session_duration_minutes: 527_040,
            slug_pattern: None,
            sms_countries: vec!["CA".into(), "US".into()],
            lock_threshold: 10,
            lock_minutes: 60,
            lock_self_serve_enabled: true,
            user_impersonation_enabled: false,
            passkey_domain: None,
            logo_url: None,
            brand_color: None,
            background_color: None,
        }
    }
}

impl Fields for Settings {
    fn strictest(field: &str) -> Option<Value> {
        match field {
            "sms_countries" => Some(serde_json::json!([])),
            "create_organization_enabled" | "code_in_magic_link_mails" => Some(false.into()),
            "cross_org_passwords_enabled" | "user_impersonation_enabled" => Some(false.into()),
            "http_only_cookies"
            | "pkce_required_for_email_magic_links"
            | "pkce_required_for_password_resets"
            | "pkce_required_for_oauth"
            | "pkce_required_for_sso"
            | "check_breach_on_creation"
            | "check_breach_on_authentication"
            | "validate_on_authentication" => Some(true.into()),
            "luds_min_password_length" => Some(32.into()),
            "luds_min_password_complexity" => Some(4.into()),
            "max_session_duration_minutes" => Some(5.into()),
            "lock_threshold" => Some(1.into()),
            _ => None,
        }
    }
}

impl Project {
    /// The project of requests that belong to none.
    pub fn none() -> Self {
        let id = ProjectId::from_uuid(Environment::Test, uuid::Uuid::nil());
        let settings = Stored::new(Settings::default());
        Self { id, name: String::new(), environment: Environment::Test, settings }
    }
}
