//! `guildhall keys …`

use super::{explain, print};
use crate::config::Common;
use crate::open::open_for_command;
use clap::{Args, Subcommand};

#[derive(Subcommand)]
pub(crate) enum Keys {
    /// Give a project a new signing key. It is published at once and signs once clients had time to learn of it.
    Rotate(Rotate),
}

#[derive(Args)]
pub(crate) struct Rotate {
    /// The project's id
    #[arg(long, value_name = "ID")]
    project: String,
    #[command(flatten)]
    common: Common,
}

impl Keys {
    pub(crate) async fn run(self) -> Result<(), String> {
        let Keys::Rotate(rotate) = self;
        let app = open_for_command(rotate.common).await?;
        print(&server::rotate_signing_key(&app, &rotate.project).await.map_err(explain)?);
        app.db().close().await;
        Ok(())
    }
}
