//! What a directory says of a member.

use foundation::id::{Environment, ScimConnectionId, ScimGroupId, ScimRegistrationId};
use foundation::stored::Unknown;
use foundation::written::{fields, text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
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
    #[schemars(with = "Map<String, Value>")]
    pub scim_attributes: ScimAttributes,
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
            scim_attributes: ScimAttributes::default(),
            groups: Vec::new(),
            unknown: Unknown::new(),
        }
    }

    /// Puts what the directory says now in the place of what it said before. Groups are not said with a person.
    pub(crate) fn describe(&mut self, external_id: Option<String>, mut attributes: Map<String, Value>) {
        let groups = serde_json::from_str(self.scim_attributes.groups().get()).unwrap_or_default();
        attributes.insert("groups".to_owned(), groups);
        self.external_id = external_id;
        self.scim_attributes = ScimAttributes(text(&attributes));
    }

    /// Puts the person into these groups and into no others. The roles follow when the member is saved.
    pub(crate) fn set_groups(&mut self, groups: &[ScimGroup]) {
        let shown: Vec<_> = groups.iter().map(|group| ShownGroup { value: &group.id, display: &group.name }).collect();
        self.scim_attributes.set_groups(&text(&shown));
        self.groups = groups.iter().map(|group| group.id.to_string()).collect();
    }
}

/// What is shown of a person as the directory has said it: an object, kept as it is written, as it is shown often and looked into by
/// nobody here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ScimAttributes(Box<RawValue>);

/// A group, as it stands among the attributes.
#[derive(Serialize)]
struct ShownGroup<'a> {
    value: &'a ScimGroupId,
    display: &'a str,
}

impl ScimAttributes {
    /// The groups that stand among them, a list.
    pub(super) fn groups(&self) -> Box<RawValue> {
        #[derive(Deserialize)]
        struct Groups<'a> {
            #[serde(borrow)]
            groups: &'a RawValue,
        }
        serde_json::from_str(self.0.get()).map_or_else(|_| text(&[(); 0]), |Groups { groups }| groups.to_owned())
    }

    fn set_groups(&mut self, groups: &RawValue) {
        let mut all = fields(&self.0);
        all.insert("groups".into(), groups);
        self.0 = text(&all);
    }
}

impl Default for ScimAttributes {
    fn default() -> Self {
        Self(text(&Map::new()))
    }
}

/// Whether they say the same: PostgreSQL writes an object in another way than it was written.
impl PartialEq for ScimAttributes {
    fn eq(&self, other: &Self) -> bool {
        let value = |text: &RawValue| serde_json::from_str::<Value>(text.get()).ok();
        self.0.get() == other.0.get() || value(&self.0) == value(&other.0)
    }
}
