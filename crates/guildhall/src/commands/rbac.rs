//! `guildhall rbac …`

use super::print;
use crate::config::Common;
use crate::exit::Failure;
use crate::open::open_for_command;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Subcommand)]
pub(crate) enum Rbac {
    /// Replace a project's roles and resources by those of a JSON file. The built-in ones stay.
    Set(Set),
}

#[derive(Args)]
pub(crate) struct Set {
    /// The project's id
    #[arg(long, value_name = "ID")]
    project: String,
    /// `{"roles": […], "resources": […], "scopes": […]}`, as the API shows a policy
    file: PathBuf,
    #[command(flatten)]
    common: Common,
}

impl Rbac {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let Rbac::Set(set) = self;
        let text =
            std::fs::read_to_string(&set.file).map_err(|e| format!("cannot read {}: {e}", set.file.display()))?;
        let policy: foundation::rbac::Policy =
            serde_json::from_str(&text).map_err(|e| format!("{}: {e}", set.file.display()))?;
        let app = open_for_command(set.common).await?;
        let policy = server::rbac::set_policy(&app, &set.project, policy).await?;
        print(&serde_json::to_string(&policy).map_err(|error| error.to_string())?);
        app.db().close().await;
        Ok(())
    }
}
