//! A project, as its operator and the audit log see it.

use super::{Settings, store};
use crate::redirect_urls::{self, Listed};
use database::{Timestamp, Tx};
use foundation::error::Result;
use foundation::id::{Environment, ProjectId, SecretId};
use foundation::project::Project;
use foundation::stored::Stored;
use foundation::time::SECOND;
use serde::Serialize;

/// A project as its operator sees it.
#[derive(Serialize)]
pub struct Shown {
    pub project_id: ProjectId,
    pub name: String,
    pub environment: Environment,
    pub public_tokens: Vec<String>,
    pub secrets: Vec<ShownSecret>,
    pub settings: Stored<Settings>,
    pub redirect_urls: Vec<Listed>,
    pub origins: Vec<String>,
}

/// What may be known of a secret.
#[derive(Serialize)]
pub struct ShownSecret {
    pub secret_id: String,
    pub last_four: String,
}

impl ShownSecret {
    /// When it was made, which its id says.
    pub(crate) fn made_at(&self) -> Option<Timestamp> {
        let (seconds, nanoseconds) = SecretId::parse(&self.secret_id)?.uuid().get_timestamp()?.to_unix();
        Some(Timestamp(i64::try_from(seconds).ok()? * SECOND + i64::from(nanoseconds) / 1000))
    }
}

pub(super) fn show_in(tx: &mut Tx, project: &Project) -> Result<Shown> {
    let secrets = store::secrets(tx, &project.id)?.into_iter();
    Ok(Shown {
        project_id: project.id.clone(),
        name: project.name.clone(),
        environment: project.environment,
        public_tokens: store::public_tokens(tx, &project.id)?,
        secrets: secrets.map(|(secret_id, last_four)| ShownSecret { secret_id, last_four }).collect(),
        settings: project.settings.clone(),
        redirect_urls: redirect_urls::list(tx, project)?,
        origins: store::origins(tx, &project.id)?,
    })
}

/// What the audit log tells of a project.
#[derive(Serialize)]
pub(super) struct Recorded<'a> {
    name: &'a str,
    #[serde(flatten)]
    settings: &'a Stored<Settings>,
    redirect_urls: &'a [Listed],
    origins: &'a [String],
}

impl Shown {
    pub(super) fn recorded(&self) -> Recorded<'_> {
        let Self { name, settings, redirect_urls, origins, .. } = self;
        Recorded { name, settings, redirect_urls, origins }
    }
}
