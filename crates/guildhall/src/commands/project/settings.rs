//! The flags that say how a project is set.

use crate::command_line::{number, word};
use crate::commands::told_colors;
use clap::Args;
use foundation::project::PasswordPolicy;
use mail::Color;
use server::projects::Settings;
use server::sentences_about_colors;

/// Characters of a URL: as many as an organization's logo may have.
const LONGEST_URL: usize = 2048;

#[derive(Args)]
pub(super) struct SettingFlags {
    /// Keep session tokens in cookies that scripts cannot read
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    http_only_cookies: Option<bool>,
    /// Whether browsers may create organizations
    #[arg(long, value_name = "BOOL")]
    create_organization_enabled: Option<bool>,
    /// Whether browsers must use PKCE for email links
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pkce_required_for_email_magic_links: Option<bool>,
    /// Whether mails with a link for logging in hold a code too, for people who read mail on another device
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    code_in_magic_link_mails: Option<bool>,
    /// Whether browsers must use PKCE for password resets
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pkce_required_for_password_resets: Option<bool>,
    /// Whether browsers must use PKCE for logins by OAuth
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pkce_required_for_oauth: Option<bool>,
    /// Whether browsers must use PKCE for logins by SSO
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pkce_required_for_sso: Option<bool>,
    /// Whether an address has one password in all organizations; cannot be changed while there are passwords
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    cross_org_passwords_enabled: Option<bool>,
    /// How strong passwords have to be
    #[arg(long, value_name = "POLICY", ignore_case = true, value_parser = word::<PasswordPolicy>(["zxcvbn", "luds"]))]
    password_policy: Option<PasswordPolicy>,
    /// With luds: so many characters at least, 8 to 32
    #[arg(long, value_name = "CHARACTERS", value_parser = number::<i64>(8..=32))]
    luds_min_password_length: Option<i64>,
    /// With luds: so many of lower case, upper case, digits and symbols at least, 1 to 4
    #[arg(long, value_name = "KINDS", value_parser = number::<i64>(1..=4))]
    luds_min_password_complexity: Option<i64>,
    /// Whether nobody may set a password that is known from breaches
    #[arg(long, value_name = "BOOL")]
    check_breach_on_creation: Option<bool>,
    /// Whether a password that is known from breaches must be reset at the next login
    #[arg(long, value_name = "BOOL")]
    check_breach_on_authentication: Option<bool>,
    /// Whether a password that does not meet the policy any more must be reset at the next login
    #[arg(long, value_name = "BOOL")]
    validate_on_authentication: Option<bool>,
    /// The longest session that a browser may ask for: 5 to 527040
    #[arg(long, value_name = "MINUTES", value_parser = number::<i64>(5..=527_040))]
    max_session_duration_minutes: Option<i64>,
    /// Where the browser SDK finds the organization's slug, e.g. `*.example.com/{{slug}}/login`
    #[arg(long, value_name = "PATTERN", value_parser = slug_pattern)]
    slug_pattern: Option<String>,
    /// The countries whose phone numbers are sent text messages, with commas: two letters each (ISO 3166-1) [default: CA,US]
    #[arg(long, value_name = "COUNTRIES", value_delimiter = ',', value_parser = country)]
    sms_countries: Option<Vec<String>>,
    /// So many failed proofs in a row lock a member: 1 to 100
    #[arg(long, value_name = "FAILURES", value_parser = number::<i64>(1..=100))]
    lock_threshold: Option<i64>,
    /// How long a lock lasts: 5 to 10080
    #[arg(long, value_name = "MINUTES", value_parser = number::<i64>(5..=10_080))]
    lock_minutes: Option<i64>,
    /// Whether a locked member is mailed a link that ends the lock
    #[arg(long, value_name = "BOOL")]
    lock_self_serve_enabled: Option<bool>,
    /// Whether operators may sign in as a member for an hour, from the dashboard
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    user_impersonation_enabled: Option<bool>,
    /// One domain for the passkeys of all pages of the project, such as example.com, instead of the host of each page; "" takes it
    /// away. Passkeys for another domain work no more
    #[arg(long, value_name = "DOMAIN", value_parser = passkey_domain)]
    passkey_domain: Option<String>,
    /// The logo on pages and in mails, an https URL, where the organization has none; "" takes it away
    #[arg(long, value_name = "URL", value_parser = logo_url)]
    logo_url: Option<String>,
    /// The color of buttons and links on pages and in mails, such as #1f5f8b, where the organization has none; "" takes it away
    #[arg(long, visible_alias = "brand-colour", value_name = "COLOR", value_parser = brand_color)]
    brand_color: Option<BrandColor>,
    /// The color of what is behind, on pages and at the head of mails, where the organization has none; "" takes it away
    #[arg(long, visible_alias = "background-colour", value_name = "COLOR", value_parser = brand_color)]
    background_color: Option<BrandColor>,
}

/// A color, or none.
#[derive(Clone, Copy)]
struct BrandColor(Option<Color>);

impl SettingFlags {
    /// Says which of the colors that are given become others somewhere.
    pub(super) fn tell(&self, settings: &Settings) {
        if self.brand_color.is_some() || self.background_color.is_some() {
            told_colors(&sentences_about_colors(settings));
        }
    }

    pub(super) fn apply(&self, settings: &mut Settings) {
        let set = |field: &mut bool, given: Option<bool>| *field = given.unwrap_or(*field);
        set(&mut settings.http_only_cookies, self.http_only_cookies);
        set(&mut settings.create_organization_enabled, self.create_organization_enabled);
        set(&mut settings.pkce_required_for_email_magic_links, self.pkce_required_for_email_magic_links);
        set(&mut settings.code_in_magic_link_mails, self.code_in_magic_link_mails);
        set(&mut settings.lock_self_serve_enabled, self.lock_self_serve_enabled);
        set(&mut settings.user_impersonation_enabled, self.user_impersonation_enabled);
        settings.lock_threshold = self.lock_threshold.unwrap_or(settings.lock_threshold);
        settings.lock_minutes = self.lock_minutes.unwrap_or(settings.lock_minutes);
        set(&mut settings.pkce_required_for_password_resets, self.pkce_required_for_password_resets);
        set(&mut settings.pkce_required_for_oauth, self.pkce_required_for_oauth);
        set(&mut settings.pkce_required_for_sso, self.pkce_required_for_sso);
        set(&mut settings.cross_org_passwords_enabled, self.cross_org_passwords_enabled);
        set(&mut settings.check_breach_on_creation, self.check_breach_on_creation);
        set(&mut settings.check_breach_on_authentication, self.check_breach_on_authentication);
        set(&mut settings.validate_on_authentication, self.validate_on_authentication);
        settings.password_policy = self.password_policy.unwrap_or(settings.password_policy);
        let set_number = |field: &mut i64, given: Option<i64>| *field = given.unwrap_or(*field);
        set_number(&mut settings.luds_min_password_length, self.luds_min_password_length);
        set_number(&mut settings.luds_min_password_complexity, self.luds_min_password_complexity);
        set_number(&mut settings.max_session_duration_minutes, self.max_session_duration_minutes);
        if let Some(countries) = &self.sms_countries {
            settings.sms_countries = countries.clone();
            settings.sms_countries.sort_unstable();
            settings.sms_countries.dedup();
        }
        if let Some(domain) = &self.passkey_domain {
            settings.passkey_domain = Some(domain.clone()).filter(|domain| !domain.is_empty());
        }
        if let Some(url) = &self.logo_url {
            settings.logo_url = Some(url.clone()).filter(|url| !url.is_empty());
        }
        if let Some(BrandColor(color)) = self.brand_color {
            settings.brand_color = color;
        }
        if let Some(BrandColor(color)) = self.background_color {
            settings.background_color = color;
        }
        if let Some(pattern) = &self.slug_pattern {
            settings.slug_pattern = Some(pattern.clone()).filter(|pattern| !pattern.is_empty());
        }
    }
}

/// A pattern with a place for the slug; or nothing, which takes the pattern away.
fn slug_pattern(text: &str) -> Result<String, String> {
    match text.is_empty() || text.contains("{{slug}}") {
        true => Ok(text.to_owned()),
        false => Err("a pattern says where the slug is with {{slug}}".into()),
    }
}

/// A domain that passkeys can be made for; or nothing, which takes it away.
fn passkey_domain(text: &str) -> Result<String, String> {
    match text.is_empty() || server::passkeys::is_domain(text) {
        true => Ok(text.to_owned()),
        false => Err("a domain is the name of a host that you own, in lower case, such as example.com".into()),
    }
}

/// A URL that mails can show a logo from; or nothing, which takes it away.
fn logo_url(text: &str) -> Result<String, String> {
    match text.is_empty() || (text.len() <= LONGEST_URL && mail::is_logo_url(text)) {
        true => Ok(text.to_owned()),
        false => {
            Err("a logo is an https URL without a password in it, such as https://www.example.com/logo.png".into())
        }
    }
}

/// A color; or nothing, which takes it away.
fn brand_color(text: &str) -> Result<BrandColor, String> {
    match text.is_empty() {
        true => Ok(BrandColor(None)),
        false => text.parse().map(|color| BrandColor(Some(color))),
    }
}

/// The code of a country that has phone numbers.
fn country(text: &str) -> Result<String, String> {
    let code = text.trim().to_ascii_uppercase();
    match foundation::phone_number::is_country(&code) {
        true => Ok(code),
        false => Err("a country is written as its two letters, as in US".into()),
    }
}
