//! What an operator does with the providers of a project, through the command line.

use super::store::{self, Stored};
use super::{Provider, Settings, callback_url};
use crate::projects;
use database::{Json, Timestamp, Tx};
use foundation::app::App;
use foundation::audit::{self, Whose};
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::keys::{Purpose, equal};
use foundation::secret::Secret;
use serde::Serialize;
use serde_json::{Map, json};

/// What is to change of a provider. What is not said stays as it is; an address that is empty is the usual one again.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub client_id: Option<String>,
    pub client_secret: Option<Secret>,
    pub issuer: Option<String>,
    pub authorization_url: Option<String>,
    pub token_url: Option<String>,
    pub userinfo_url: Option<String>,
    pub jwks_url: Option<String>,
    pub api_url: Option<String>,
    pub scopes: Option<Vec<String>>,
    pub verifies_email: Option<bool>,
}

/// A provider, as its operator and the audit log see it.
#[derive(Debug, Serialize)]
pub struct Shown {
    /// Its name in addresses.
    pub provider: String,
    #[serde(flatten)]
    pub settings: Settings,
    /// What has to be registered at the provider.
    pub callback_url: String,
    #[serde(with = "foundation::time")]
    pub created_at: Timestamp,
    #[serde(with = "foundation::time")]
    pub updated_at: Timestamp,
}

/// What the audit log tells of a provider. The secret it does not tell, but when it was another.
#[derive(Serialize)]
struct Recorded<'a> {
    #[serde(flatten)]
    settings: &'a Settings,
    #[serde(with = "foundation::time")]
    changed_at: Timestamp,
}

impl<'a> From<&'a Stored> for Recorded<'a> {
    fn from(stored: &'a Stored) -> Self {
        Self { settings: &stored.settings.0, changed_at: stored.updated_at }
    }
}

impl Change {
    fn apply(&self, settings: &mut Settings) {
        if let Some(client_id) = &self.client_id {
            settings.client_id.clone_from(client_id);
        }
        let set = |field: &mut Option<String>, given: &Option<String>| {
            if let Some(given) = given {
                *field = Some(given.clone()).filter(|text| !text.is_empty());
            }
        };
        set(&mut settings.issuer, &self.issuer);
        set(&mut settings.authorization_url, &self.authorization_url);
        set(&mut settings.token_url, &self.token_url);
        set(&mut settings.userinfo_url, &self.userinfo_url);
        set(&mut settings.jwks_url, &self.jwks_url);
        set(&mut settings.api_url, &self.api_url);
        if let Some(scopes) = &self.scopes {
            settings.scopes.clone_from(scopes);
        }
        settings.verifies_email = self.verifies_email.unwrap_or(settings.verifies_email);
    }
}

/// Gives a project a provider, or changes it.
///
/// # Errors
/// What cannot be a provider; then nothing has changed.
pub async fn set(app: &App, project: &str, provider: Provider, change: Change) -> Result<Shown> {
    projects::by_operator(app, project, move |tx, cx| set_in(tx, cx, &provider, &change)).await
}

fn set_in(tx: &mut Tx, cx: &Cx, provider: &Provider, change: &Change) -> Result<Shown> {
    let stored = store::find(tx, &cx.project().id, provider)?;
    let before = super::find(tx, cx, provider)?;
    let mut settings = before.as_ref().map(|before| before.settings.clone()).unwrap_or_default();
    change.apply(&mut settings);
    let known = before.as_ref().map(|before| before.client_secret.reveal());
    let secret = change.client_secret.as_ref().map(Secret::reveal).or(known).unwrap_or_default();
    settings.check(provider, secret)?;
    let is_known = known.is_some_and(|known| equal(known.as_bytes(), secret.as_bytes()));
    if let Some(stored) = stored.as_ref().filter(|stored| stored.settings.0 == settings && is_known) {
        return Ok(shown(cx, stored));
    }
    let after = Stored {
        name: provider.name().to_owned(),
        settings: Json(settings),
        sealed_secret: cx.app.keys().seal(tx, Purpose::OauthProvider, provider.name(), secret.as_bytes())?,
        created_at: stored.as_ref().map_or(cx.now(), |stored| stored.created_at),
        updated_at: cx.now(),
    };
    store::put(tx, &cx.project().id, &after)?;
    let action = if stored.is_some() { "oauth_provider.update" } else { "oauth_provider.create" };
    record(tx, cx, action, provider, stored.as_ref(), Some(&after))?;
    Ok(shown(cx, &after))
}

/// Tells the audit log what has become of a provider.
fn record(
    tx: &mut Tx,
    cx: &Cx,
    action: &str,
    provider: &Provider,
    before: Option<&Stored>,
    after: Option<&Stored>,
) -> Result<()> {
    let named = |stored: Option<&Stored>| {
        let recorded = stored.map(|stored| (provider.name().to_owned(), json!(Recorded::from(stored))));
        recorded.into_iter().collect::<Map<_, _>>()
    };
    let change = audit::Change::of("oauth_providers", &named(before), &named(after));
    audit::record(tx, cx, action, Whose::Project, &cx.project().id, change)
}

/// The providers of a project.
///
/// # Errors
/// `project_not_found`.
pub async fn list(app: &App, project: &str) -> Result<Vec<Shown>> {
    projects::look_by_operator(app, project, |tx, cx| {
        let all = store::all(tx, &cx.project().id)?;
        Ok(all.iter().map(|stored| shown(cx, stored)).collect())
    })
    .await
}

/// A provider, if the project has it.
///
/// # Errors
/// `project_not_found`.
pub async fn show(app: &App, project: &str, provider: Provider) -> Result<Option<Shown>> {
    projects::look_by_operator(app, project, move |tx, cx| {
        Ok(store::find(tx, &cx.project().id, &provider)?.map(|stored| shown(cx, &stored)))
    })
    .await
}

/// Takes a provider away; whether there was one. Nobody finishes a login at it any more (threat T-27).
///
/// # Errors
/// `project_not_found`.
pub async fn remove(app: &App, project: &str, provider: Provider) -> Result<bool> {
    projects::by_operator(app, project, move |tx, cx| {
        let before = store::find(tx, &cx.project().id, &provider)?;
        if before.is_some() {
            store::delete(tx, &cx.project().id, &provider)?;
            record(tx, cx, "oauth_provider.delete", &provider, before.as_ref(), None)?;
        }
        Ok(before.is_some())
    })
    .await
}

fn shown(cx: &Cx, stored: &Stored) -> Shown {
    Shown {
        provider: stored.name.clone(),
        settings: stored.settings.0.clone(),
        callback_url: callback_url(cx.app.public_url(), &cx.project().id),
        created_at: stored.created_at,
        updated_at: stored.updated_at,
    }
}
