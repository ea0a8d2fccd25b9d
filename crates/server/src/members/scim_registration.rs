//! What a directory says of a member.

use foundation::id::{Environment, MemberId, ScimConnectionId, ScimGroupId, ScimRegistrationId};
use foundation::stored::Unknown;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A person of a directory, as a member is shown with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ScimRegistration {
    /// The connection by which it came.
    pub connection_id: String,
    /// The id of this registration.
    pub registration_id: String,
    /// What the directory calls the person, if it says so.
    pub external_id: Option<String>,
    /// What it has said of them last.
    pub scim_attributes: Map<String, Value>,
    /// The ids of the groups that it has put them into.
    #[serde(default)]
    pub groups: Vec<String>,
    #[serde(flatten)]
    #[schemars(skip)]
    pub unknown: Unknown,
}

/// A group that somebody is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScimGroup {
    pub(crate) id: ScimGroupId,
    pub(crate) name: String,
}

impl ScimRegistration {
    /// A new one, in no group.
    pub(crate) fn new(environment: Environment, connection: &ScimConnectionId) -> Self {
        Self {
            connection_id: connection.to_string(),
            registration_id: ScimRegistrationId::new(environment).to_string(),
            external_id: None,
            scim_attributes: Map::new(),
            groups: Vec::new(),
            unknown: Unknown::new(),
        }
    }

    /// Puts what the directory says now in the place of what it said before. Groups are not said with a person.
    pub(crate) fn describe(&mut self, external_id: Option<String>, mut attributes: Map<String, Value>) {
        let groups = self.scim_attributes.remove("groups").unwrap_or_else(|| Value::Array(Vec::new()));
        attributes.insert("groups".to_owned(), groups);
        self.external_id = external_id;
        self.scim_attributes = attributes;
    }

    /// Says whose it is, where that was not known when the person was described.
    pub(super) fn belong_to(&mut self, member: &MemberId) {
        self.scim_attributes.insert("id".to_owned(), member.as_str().into());
    }

    /// Puts the person into these groups and into no others. The roles follow when the member is saved.
    pub(crate) fn set_groups(&mut self, groups: &[ScimGroup]) {
        let shown = groups.iter().map(|group| serde_json::json!({ "value": group.id, "display": group.name }));
        self.scim_attributes.insert("groups".to_owned(), shown.collect());
        self.groups = groups.iter().map(|group| group.id.to_string()).collect();
    }
}
