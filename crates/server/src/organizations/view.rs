//! Organizations in the memory of a process: each once, for all sessions in it.

use super::Organization;
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
/// Bytes that they may take: what an organization is made of, its administrators write.
const BYTES: u64 = 64 << 20;
/// How many ways of writing an organization's names are remembered.
const NAMES: usize = 8;

struct Views(Cache<OrganizationId, Arc<OrganizationView>, Bytes>);

#[derive(Clone)]
struct Bytes;

impl Weighter<OrganizationId, Arc<OrganizationView>> for Bytes {
    /// The custom roles stand in the JSON, too, and take about twice as much besides.
    fn weight(&self, id: &OrganizationId, view: &Arc<OrganizationView>) -> u64 {
        (size_of::<OrganizationView>() + id.as_str().len() + 3 * view.json.len()) as u64
    }
}

impl Memory for Views {
    fn new(_: &Config) -> Self {
        Self(Cache::with_weighter(MOST, BYTES, Bytes))
    }
}

/// What answers about its sessions need of an organization.
pub(crate) struct OrganizationView {
    pub(crate) organization_id: OrganizationId,
    /// As the API shows it.
    pub(crate) json: Box<str>,
    pub(crate) custom_roles: Box<[Role]>,
    slug: Box<str>,
    external_id: Option<Box<str>>,
    /// What it was called by, as far as that was found to mean it.
    names: Mutex<Vec<Box<str>>>,
}

impl OrganizationView {
    /// That of an organization in this state.
    pub(crate) fn of(app: &App, organization: &Organization) -> Result<Arc<Self>> {
        let json = serde_json::to_string(organization).map_err(|e| Error::Internal(Box::new(e)))?;
        let views = &app.memory::<Views>().0;
        let known = views.get(&organization.organization_id);
        if let Some(known) = known.filter(|known| *known.json == *json) {
            return Ok(known);
        }
        let view = Arc::new(Self {
            organization_id: organization.organization_id.clone(),
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
