//! Organizations in the memory of a process: each once, for all sessions in it.

use super::Organization;
use database::Timestamp;
use foundation::app::App;
use foundation::config::Config;
use foundation::error::{Error, Result};
use foundation::id::OrganizationId;
use foundation::memory::Memory;
use foundation::rbac::Role;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many are expected.
const MOST: usize = 10_000;
/// How many ways of writing an organization's names are remembered.
const NAMES: usize = 8;

struct Views(Cache<OrganizationId, Arc<OrganizationView>, Bytes>);

#[derive(Clone)]
struct Bytes;

impl Weighter<OrganizationId, Arc<OrganizationView>> for Bytes {
    fn weight(&self, id: &OrganizationId, view: &Arc<OrganizationView>) -> u64 {
        let names = [id.as_str(), &view.slug, view.external_id.as_deref().unwrap_or_default()].map(str::len);
        let learnt = NAMES * (size_of::<Box<str>>() + names.iter().max().unwrap_or(&0));
        // The custom roles stand in the JSON, too, and take about twice as much besides.
        let roles = if view.custom_roles.is_empty() { 0 } else { 2 * view.json.len() };
        let bytes = size_of::<OrganizationView>() + names.iter().sum::<usize>() + learnt + view.json.len() + roles;
        bytes as u64
    }
}

impl Memory for Views {
    /// What an organization is made of, its administrators write: they have a fourth of what there is for sessions.
    fn new(config: &Config) -> Self {
        Self(Cache::with_weighter(MOST, config.session_memory / 4, Bytes))
    }
}

/// What answers about its sessions need of an organization.
pub(crate) struct OrganizationView {
    pub(crate) organization_id: OrganizationId,
    /// The state that this is of.
    revision: (i64, Timestamp),
    /// As the API shows it.
    pub(crate) json: Box<str>,
    pub(crate) custom_roles: Box<[Role]>,
    slug: Box<str>,
    external_id: Option<Box<str>>,
    /// What it was called by, as far as that was found to mean it.
    names: Mutex<Vec<Box<str>>>,
}

impl OrganizationView {
    /// That of an organization in this state, if it is remembered.
    pub(crate) fn recall(app: &App, organization: &OrganizationId, revision: (i64, Timestamp)) -> Option<Arc<Self>> {
        app.memory::<Views>().0.get(organization).filter(|known| known.revision == revision)
    }

    /// That of an organization as it is.
    pub(crate) fn of(app: &App, organization: &Organization) -> Result<Arc<Self>> {
        let revision = organization.state();
        if let Some(known) = Self::recall(app, &organization.organization_id, revision) {
            return Ok(known);
        }
        let json = serde_json::to_string(organization).map_err(|e| Error::Internal(Box::new(e)))?;
        let views = &app.memory::<Views>().0;
        let view = Arc::new(Self {
            organization_id: organization.organization_id.clone(),
            revision,
            json: json.into(),
            custom_roles: organization.settings.custom_roles.clone().into(),
            slug: organization.organization_slug.as_str().into(),
            external_id: organization.organization_external_id.as_deref().map(Box::from),
            names: Mutex::default(),
        });
        views.insert(organization.organization_id.clone(), view.clone());
        Ok(view)
    }

    /// Whether it has this name. That the name means it is not said.
    pub(crate) fn may_be_called(&self, name: &str) -> bool {
        self.slug.eq_ignore_ascii_case(name) || self.external_id.as_deref() == Some(name)
    }

    fn names(&self) -> MutexGuard<'_, Vec<Box<str>>> {
        // Nothing panics while it holds the lock.
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this name was found to mean it.
    pub(crate) fn is_known_as(&self, name: &str) -> bool {
        self.names().iter().any(|known| **known == *name)
    }

    /// Remembers that this name was found to mean it.
    pub(crate) fn learn_name(&self, name: &str) {
        let mut names = self.names();
        if names.len() < NAMES {
            names.push(name.into());
        }
    }
}
