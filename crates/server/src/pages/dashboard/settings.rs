//! The settings of an organization: changed after a look at what that would do.

use super::super::phrases::say;
use super::words::locale_of;
use super::{Shown, address, organization, show_of, within};
use crate::dry_run::dry_run;
use crate::operators::Operator;
use crate::organizations::{self, AuthMethod, MfaMethod, Organization, Update};
use crate::search::{input as read, json_of};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use frame::{Call, endpoint};
use mail::Locale;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Settings that are one word of several, and that a form changes.
const WORDS: &[&str] =
    &["auth_methods", "mfa_policy", "mfa_methods", "email_jit_provisioning", "email_invites", "sso_jit_provisioning"];

#[derive(Deserialize, JsonSchema)]
pub(super) struct Form {
    /// The id of the project.
    project_id: String,
    /// The id of the organization.
    organization_id: String,
}

/// The form with the settings of an organization.
#[endpoint(
    "dashboard.organization_settings",
    page GET "/dashboard/projects/{project_id}/organizations/{organization_id}/settings",
    quiet,
    errors(ProjectNotFound, OrganizationNotFound)
)]
pub(super) async fn form(cx: Call<Operator>, input: Form) -> Result<Shown> {
    let (project, own) = within(&cx, &input.project_id).await?;
    let (by, id) = (own.clone(), input.organization_id.clone());
    let found = own.read(move |tx| json_of(&organization(tx, &by, &id)?)).await?;
    let values = json!({ "organization": found, "form": found });
    show_of(&cx, &project, "dashboard.organizations", "dashboard/settings.html", with_words(values, locale_of(&cx)))
        .await
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Change {
    /// The id of the project.
    project_id: String,
    /// The id of the organization.
    organization_id: String,
    /// `try` to look at what the change would do, `save` to make it.
    #[serde(default)]
    step: String,
    /// The fields of the form: settings by their names, and `auth_METHOD` and `mfa_METHOD` for what is ticked.
    #[serde(flatten)]
    fields: BTreeMap<String, Value>,
}

/// Look at what other settings of an organization would do to its members, or save them.
#[endpoint(
    "dashboard.change_organization",
    page POST "/dashboard/projects/{project_id}/organizations/{organization_id}/settings",
    errors(ProjectNotFound, OrganizationNotFound)
)]
pub(super) async fn change(cx: Call<Operator>, input: Change) -> Result<Shown> {
    let (project, own) = within(&cx, &input.project_id).await?;
    let (by, id) = (own.clone(), input.organization_id.clone());
    let found = own.read(move |tx| organization(tx, &by, &id)).await?;
    let given = given(&input.fields);
    let outcome = match input.step.as_str() {
        "save" => save(&own, &found, &given).await.map(|()| None),
        _ => try_out(&own, &found, &given).await.map(Some),
    };
    let (tried, problem) = match outcome {
        Ok(None) => {
            let here = format!("/dashboard/projects/{}/organizations/{}", project.id, found.organization_id);
            return Ok(Shown::elsewhere(address(&here, &[("saved", "yes")])));
        }
        Ok(Some(tried)) => (Some(tried), None),
        Err(refused @ Error::Api(..)) => (None, Some(refused.sentence())),
        Err(fault) => return Err(fault),
    };
    let mut typed = json_of(&found)?;
    for (name, value) in &given {
        typed[name] = value.clone();
    }
    let values = json!({ "organization": found, "form": typed, "tried": tried, "problem": problem });
    show_of(&cx, &project, "dashboard.organizations", "dashboard/settings.html", with_words(values, locale_of(&cx)))
        .await
}

async fn try_out(own: &Cx, found: &Organization, given: &Map<String, Value>) -> Result<Value> {
    let (by, update) = (own.clone(), update(found, given)?);
    let mut tried = own.scan(move |tx| json_of(&dry_run(tx, &by, update.clone())?)).await?;
    let changes = tried["changes"].as_object().into_iter().flatten();
    tried["told"] =
        changes.map(|(field, change)| json!({ "field": field, "text": change.to_string() })).collect::<Vec<_>>().into();
    Ok(tried)
}

async fn save(own: &Cx, found: &Organization, given: &Map<String, Value>) -> Result<()> {
    let (by, update) = (own.clone(), update(found, given)?);
    own.write(move |tx: &mut Tx| {
        let (before, mut after) = organizations::updated(tx, &by, update.clone())?;
        organizations::save(tx, &by, "organization.update", &before, &mut after)
    })
    .await
}

fn update(found: &Organization, given: &Map<String, Value>) -> Result<Update> {
    let mut fields = given.clone();
    fields.insert("organization_id".into(), json!(found.organization_id));
    read(Value::Object(fields)).map_err(|_| ApiError::InvalidArgument.because("The form has a word that is none."))
}

/// What the form says, as the API takes it.
fn given(fields: &BTreeMap<String, Value>) -> Map<String, Value> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    let ticked = |prefix: &str, words: Vec<&str>| -> Value {
        words.into_iter().filter(|word| fields.contains_key(&format!("{prefix}_{word}"))).collect()
    };
    let domains = text("email_allowed_domains");
    let domains: Vec<_> =
        domains.split([',', '\n', ' ', '\r']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let mut given: Map<String, Value> = WORDS
        .iter()
        .filter(|name| fields.contains_key(**name))
        .map(|name| ((*name).into(), text(name).into()))
        .collect();
    given.insert("allowed_auth_methods".into(), ticked("auth", words(AuthMethod::ALL.iter().map(|m| m.as_str()))));
    given.insert("allowed_mfa_methods".into(), ticked("mfa", words(MfaMethod::ALL.iter().map(|m| m.as_str()))));
    given.insert("email_allowed_domains".into(), domains.into());
    given
}

fn words<'a>(all: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    all.collect()
}

fn with_words(mut values: Value, locale: Locale) -> Value {
    values["methods"] = method_words(locale);
    values["factors"] = factor_words(locale);
    values
}

/// The ways to log in, each with what it is called.
pub(super) fn method_words(locale: Locale) -> Value {
    let called = |method: &AuthMethod| {
        let label = match method {
            AuthMethod::Sso => say(locale, "dashboard_organization.method_sso", &[]),
            AuthMethod::MagicLink => say(locale, "dashboard_organization.method_magic_link", &[]),
            AuthMethod::EmailOtp => say(locale, "dashboard_organization.method_email_otp", &[]),
            AuthMethod::Password => say(locale, "dashboard_organization.method_password", &[]),
            AuthMethod::GoogleOauth => "Google".to_owned(),
            AuthMethod::MicrosoftOauth => "Microsoft".to_owned(),
            AuthMethod::SlackOauth => "Slack".to_owned(),
            AuthMethod::GithubOauth => "GitHub".to_owned(),
            AuthMethod::HubspotOauth => "HubSpot".to_owned(),
            AuthMethod::OidcOauth => say(locale, "dashboard_organization.method_oidc_oauth", &[]),
        };
        json!({ "value": method, "label": label, "is_built": AuthMethod::BUILT.contains(method) })
    };
    AuthMethod::ALL.iter().map(called).collect()
}

/// The second factors, each with what it is called.
pub(super) fn factor_words(locale: Locale) -> Value {
    let called = |method: &MfaMethod| {
        let label = match method {
            MfaMethod::SmsOtp => say(locale, "dashboard_organization.factor_sms_otp", &[]),
            MfaMethod::Totp => say(locale, "dashboard_organization.factor_totp", &[]),
        };
        json!({ "value": method, "label": label })
    };
    MfaMethod::ALL.iter().map(called).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_what_the_api_takes() {
        let typed = [
            ("auth_methods", "RESTRICTED"),
            ("auth_password", "true"),
            ("auth_sso", "true"),
            ("email_allowed_domains", "acme.example,\r\n other.example "),
            ("unknown", "x"),
        ];
        let fields = typed.map(|(name, value)| (name.to_owned(), json!(value))).into();
        let expected = json!({
            "auth_methods": "RESTRICTED", "allowed_auth_methods": ["sso", "password"], "allowed_mfa_methods": [],
            "email_allowed_domains": ["acme.example", "other.example"],
        });
        assert_eq!(Value::Object(given(&fields)), expected);
    }
}
