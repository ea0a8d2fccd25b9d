//! The OAuth providers of a project: which there are, who we are to them, and where they are asked.

mod operations;
mod provider;
mod settings;
mod store;

pub use operations::{Change, Shown, list, remove, set, show};
pub use provider::Provider;
pub use settings::Settings;
pub(crate) use store::TABLES;

use database::Tx;
use foundation::cx::Cx;
use foundation::error::{Error, Result};
use foundation::id::{OauthCallbackId, ProjectId};
use foundation::keys::Purpose;
use foundation::project::Project;
use foundation::secret::Secret;

/// A provider that people of a project can log in at.
#[derive(Clone)]
pub(crate) struct Configured {
    pub(crate) provider: Provider,
    pub(crate) settings: Settings,
    /// What we show to the provider.
    pub(crate) client_secret: Secret,
}

/// The provider, if the project has it.
pub(crate) fn find(tx: &mut Tx, cx: &Cx, provider: &Provider) -> Result<Option<Configured>> {
    let Some(stored) = store::find(tx, &cx.project().id, provider)? else { return Ok(None) };
    let secret = cx.app.keys().open_sealed(tx, Purpose::OauthProvider, provider.name(), &stored.sealed_secret)?;
    let secret = String::from_utf8(secret).map_err(|_| Error::internal("a stored client secret is no text"))?;
    Ok(Some(Configured {
        provider: provider.clone(),
        settings: stored.settings.0,
        client_secret: Secret::from(secret),
    }))
}

/// Whether the project has the provider.
pub(crate) fn has(tx: &mut Tx, project: &Project, provider: &Provider) -> Result<bool> {
    Ok(store::find(tx, &project.id, provider)?.is_some())
}

/// The providers that a project has.
pub(crate) fn of_project(tx: &mut Tx, project: &Project) -> Result<Vec<Provider>> {
    let all = store::all(tx, &project.id)?;
    Ok(all.iter().filter_map(|stored| Provider::parse(&stored.name)).collect())
}

/// The id in the address that providers send browsers of the project back to. It follows from the project's, so it is found
/// without being stored.
fn callback_id(project: &ProjectId) -> OauthCallbackId {
    OauthCallbackId::from_uuid(project.environment(), project.uuid())
}

/// The project that an address of a callback is of, if there is one.
pub(crate) fn project_of_callback(id: &str) -> Option<ProjectId> {
    let id = OauthCallbackId::parse(id)?;
    Some(ProjectId::from_uuid(id.environment(), id.uuid()))
}

/// The address that providers send browsers of the project back to.
pub(crate) fn callback_url(public_url: &str, project: &ProjectId) -> String {
    format!("{public_url}/v1/b2b/oauth/callback/{}", callback_id(project))
}
