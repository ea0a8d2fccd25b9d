//! What is in a twin from the beginning, as its file says.

use foundation::error::ApiError;
use foundation::id::{Environment, ProjectId};
use foundation::project::Settings;
use foundation::rbac::Policy;
use foundation::secret::Secret;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// Projects, and what is in them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    pub(super) projects: Vec<SeededProject>,
}

/// A project. What is not said is drawn, or is as `guildhall project create` makes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeededProject {
    pub(super) project_id: Option<String>,
    pub(super) secret: Option<Secret>,
    pub(super) public_token: Option<String>,
    #[serde(default = "usual_name")]
    pub(super) name: String,
    #[serde(default)]
    pub(super) redirect_urls: Vec<String>,
    #[serde(default)]
    pub(super) origins: Vec<String>,
    #[serde(default)]
    pub(super) settings: Settings,
    pub(super) rbac_policy: Option<Policy>,
    #[serde(default)]
    pub(super) organizations: Vec<SeededOrganization>,
}

fn usual_name() -> String {
    "My project".into()
}

/// An organization: the fields that the API makes one of, and its members.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct SeededOrganization {
    #[serde(default)]
    pub(super) members: Vec<SeededMember>,
    #[serde(flatten)]
    pub(super) fields: Map<String, Value>,
}

/// A member: the fields that the API makes one of, and a password.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct SeededMember {
    pub(super) password: Option<Secret>,
    #[serde(flatten)]
    pub(super) fields: Map<String, Value>,
}

/// The numbers among the settings, with their bounds, which `guildhall project update` has too.
fn numbers(settings: &Settings) -> [(&'static str, i64, RangeInclusive<i64>); 5] {
    [
        ("luds_min_password_length", settings.luds_min_password_length, 8..=32),
        ("luds_min_password_complexity", settings.luds_min_password_complexity, 1..=4),
        ("max_session_duration_minutes", settings.max_session_duration_minutes, 5..=527_040),
        ("lock_threshold", settings.lock_threshold, 1..=100),
        ("lock_minutes", settings.lock_minutes, 5..=10_080),
    ]
}

impl Seed {
    /// The project with this id, or else the first.
    pub(super) fn project(&self, id: Option<&str>) -> Option<&SeededProject> {
        self.projects.iter().find(|project| id.is_none_or(|id| project.project_id.as_deref() == Some(id)))
    }
}

impl SeededProject {
    /// Another one like it.
    pub(super) fn without_credentials(&self) -> Self {
        Self { project_id: None, secret: None, public_token: None, ..self.clone() }
    }

    /// Its id, if one is said.
    ///
    /// # Errors
    /// In words, when it is none of a test project.
    pub(super) fn id(&self) -> Result<Option<ProjectId>, String> {
        let Some(text) = &self.project_id else { return Ok(None) };
        let id = ProjectId::parse(text).filter(|id| id.environment() == Environment::Test);
        id.map(Some).ok_or_else(|| "project_id: write project-test- and a UUID".into())
    }

    /// What can be seen to be wrong with it.
    ///
    /// # Errors
    /// In words.
    pub(super) fn check(&self) -> Result<(), String> {
        self.id()?;
        let follows = |text: &str, prefix: &str| {
            let rest = text.strip_prefix(prefix).unwrap_or_default();
            (1..=200).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if self.secret.as_ref().is_some_and(|secret| !follows(secret.reveal(), "secret-test-")) {
            return Err("secret: write secret-test- and up to 200 characters, such as secret-test-of-my-tests".into());
        }
        if self.public_token.as_deref().is_some_and(|token| !follows(token, "public-token-test-")) {
            return Err("public_token: write public-token-test- and up to 200 characters".into());
        }
        if let Some((name, _, bounds)) = numbers(&self.settings).into_iter().find(|(_, n, bounds)| !bounds.contains(n))
        {
            return Err(format!("settings.{name}: write a whole number from {} to {}", bounds.start(), bounds.end()));
        }
        let is_country = |word: &String| word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_uppercase());
        match self.settings.sms_countries.iter().all(is_country) {
            true => Ok(()),
            false => Err("settings.sms_countries: write two capitals for each country, such as DE".into()),
        }
    }
}

/// An error of ours as the reader of a file hears of it.
pub(super) fn in_words(error: &foundation::error::Error) -> String {
    match error {
        foundation::error::Error::Api(error, message) | foundation::error::Error::Kept(error, message) => {
            message.as_deref().unwrap_or(ApiError::message(*error)).to_owned()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(project: Value) -> Result<SeededProject, String> {
        let seed: Seed = serde_json::from_value(json!({ "projects": [project] })).map_err(|error| error.to_string())?;
        seed.projects[0].check().map(|()| seed.projects[0].clone())
    }

    #[test]
    fn t78_no_live_project_is_seeded() {
        let uuid = "00000000-0000-4000-8000-000000000001";
        assert!(read(json!({ "project_id": format!("project-test-{uuid}") })).unwrap().id().unwrap().is_some());
        for wrong in [
            json!({ "project_id": format!("project-live-{uuid}") }),
            json!({ "project_id": "project-test-1" }),
            json!({ "secret": "secret-live-x" }),
            json!({ "secret": "secret-test-" }),
            json!({ "secret": "secret-test-a b" }),
            json!({ "public_token": "public-token-live-x" }),
            json!({ "environment": "live" }),
            json!({ "settings": { "lock_threshold": 0 } }),
            json!({ "settings": { "lock_treshold": 5 } }),
            json!({ "settings": { "sms_countries": ["de"] } }),
        ] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn another_like_it_has_credentials_of_its_own() {
        let project = read(json!({ "secret": "secret-test-x", "public_token": "public-token-test-x", "name": "A" }));
        let other = project.unwrap().without_credentials();
        assert!(other.secret.is_none() && other.public_token.is_none() && other.name == "A");
    }
}
