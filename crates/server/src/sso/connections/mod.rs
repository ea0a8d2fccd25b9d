//! The connections of an organization to identity providers.

mod addresses;
mod attribute_mapping;
mod endpoints;
mod external;
pub(crate) mod good;
mod id;
mod identity_provider;
mod names;
mod oidc;
pub(crate) mod operations;
mod remembered;
mod role_assignments;
mod roles;
mod saml;
mod secrets;
mod store;

pub(crate) use external::External;
pub(crate) use id::{ConnectionId, Kind};
pub(crate) use oidc::{Changes as OidcChanges, Oidc, create as create_oidc, update as update_oidc};
pub(crate) use remembered::{current, project_of, recall, recall_project_of};
pub(crate) use saml::{
    Changes as SamlChanges, POST, Saml, Source as MetadataSource, StoredCertificate, create as create_saml,
    remove_certificate, take_metadata, update as update_saml,
};
pub(crate) use secrets::Secrets;
pub(crate) use store::TABLES;

use database::Timestamp;
use foundation::app::App;
use foundation::cx::Cx;
use foundation::id::{OrganizationId, ProjectId};
use foundation::rbac::RoleId;
use foundation::stored::{Stored, Unknown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// From the name of what is wanted (`email`, `full_name`, `first_name`, `last_name`, `groups`, `idp_user_id`, or a key of
/// trusted metadata) to that of the identity provider's attribute or claim.
pub(crate) type AttributeMapping = BTreeMap<String, String>;

/// The names in it that are not keys of trusted metadata.
pub(crate) const RESERVED: [&str; 6] = ["email", "full_name", "first_name", "last_name", "groups", "idp_user_id"];

/// A role that everybody has who logs in by the connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ConnectionRole {
    /// The role that is given.
    pub(crate) role_id: RoleId,
    #[serde(flatten)]
    #[schemars(skip)]
    pub(crate) unknown: Unknown,
}

/// A role that everybody has who logs in by the connection and is in the group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct GroupRole {
    /// The role that is given.
    pub(crate) role_id: RoleId,
    /// As the identity provider spells it.
    pub(crate) group: String,
    #[serde(flatten)]
    #[schemars(skip)]
    pub(crate) unknown: Unknown,
}

/// A connection.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    pub(crate) project_id: ProjectId,
    pub(crate) organization_id: OrganizationId,
    pub(crate) connection_id: ConnectionId,
    /// Counts its changes.
    pub(crate) version: i64,
    pub(crate) display_name: String,
    pub(crate) settings: Settings,
    pub(crate) secrets: Secrets,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// What a connection is set to, by its kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Settings {
    Saml(Stored<Saml>),
    Oidc(Stored<Oidc>),
    External(Stored<External>),
}

impl Settings {
    /// Whether nobody logs in by it before a test login.
    pub(crate) fn awaits_test_login(&self) -> bool {
        match self {
            Settings::Saml(saml) => saml.awaits_test_login,
            Settings::Oidc(oidc) => oidc.awaits_test_login,
            Settings::External(_) => false,
        }
    }

    pub(crate) fn await_test_login(&mut self, awaits: bool) {
        match self {
            Settings::Saml(saml) => saml.awaits_test_login = awaits,
            Settings::Oidc(oidc) => oidc.awaits_test_login = awaits,
            Settings::External(_) => {}
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Settings::Saml(_) => Kind::Saml,
            Settings::Oidc(_) => Kind::Oidc,
            Settings::External(_) => Kind::External,
        }
    }
}

impl Connection {
    /// A new one, which is not stored yet.
    fn new(cx: &Cx, organization: &OrganizationId, display_name: String, settings: Settings, secrets: Secrets) -> Self {
        Self {
            project_id: cx.project().id.clone(),
            organization_id: organization.clone(),
            connection_id: ConnectionId::new(settings.kind(), cx.project().environment),
            version: 0,
            display_name,
            settings,
            secrets,
            created_at: cx.now(),
            updated_at: cx.now(),
        }
    }

    /// Whether people can log in by it. A connection becomes so by itself, once all is there that a login needs.
    pub(crate) fn is_active(&self) -> bool {
        self.missing().is_empty()
    }

    /// What it lacks for that: names of fields, as the API has them.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let awaits = self.settings.awaits_test_login().then_some("test_login");
        self.lacking().into_iter().chain(awaits).collect()
    }

    /// What it lacks to be tried.
    pub(crate) fn lacking(&self) -> Vec<&'static str> {
        match &self.settings {
            Settings::Saml(saml) => saml.missing(),
            Settings::Oidc(oidc) => oidc.missing(),
            Settings::External(external) if external.external_connection_is_active => Vec::new(),
            Settings::External(_) => vec!["an active connection of the other organization"],
        }
    }

    /// Its word for that.
    pub(crate) fn status(&self) -> &'static str {
        if self.is_active() { "active" } else { "pending" }
    }

    /// Where the identity provider sends people back to, and what it knows us by.
    pub(crate) fn callback_url(&self, app: &App) -> String {
        format!("{}/v1/b2b/sso/callback/{}", app.public_url(), self.connection_id)
    }

    /// Whose product the identity provider is, as the API spells it.
    pub(crate) fn identity_provider(&self) -> &str {
        match &self.settings {
            Settings::Saml(saml) => &saml.identity_provider,
            Settings::Oidc(oidc) => &oidc.identity_provider,
            Settings::External(external) => &external.identity_provider,
        }
    }
}

/// The endpoints of this subject.
pub(crate) fn endpoints() -> Vec<frame::Endpoint> {
    let all = [endpoints::endpoints(), saml::endpoints(), oidc::endpoints(), external::endpoints()];
    all.into_iter().flatten().collect()
}
