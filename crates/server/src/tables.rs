//! Every table of the schema, as its subject declares it.

use crate::{
    attempts, email_codes, login, members, oauth, oauth_accounts, oauth_providers, one_time_tokens, organizations,
    outbox, projects, redirect_urls, scim, second_factors, sessions, signing, sms_codes, sso, stored_passwords,
};
use database::Tx;
use foundation::app::App;
use foundation::audit;
use foundation::error::Result;
use foundation::keys::Everywhere;
use foundation::tables::{OF_NOBODY, Tables};

/// In the order in which the rows of an organization that is gone are deleted: what is found through others goes first.
pub const TABLES: Tables = Tables(&[
    sessions::TABLES,
    one_time_tokens::TABLES,
    email_codes::TABLES,
    attempts::TABLES,
    login::TABLES,
    second_factors::TABLES,
    sms_codes::TABLES,
    sso::LOGIN_TABLES,
    sso::RECORDER_TABLES,
    sso::TABLES,
    oauth::TABLES,
    oauth_accounts::TABLES,
    oauth_providers::TABLES,
    scim::DIRECTORY_TABLES,
    scim::TABLES,
    outbox::TABLES,
    stored_passwords::TABLES,
    members::REGISTRATION_TABLES,
    members::TABLES,
    organizations::TABLES,
    projects::TABLES,
    redirect_urls::TABLES,
    signing::TABLES,
    audit::TABLES,
    OF_NOBODY,
]);

/// Where sealed values are: what a new sealing key must reach.
pub async fn everything_sealed(app: &App) -> Result<Everywhere> {
    let columns = TABLES.iter().filter_map(|table| table.sealed).collect();
    let projects = app.db().read(|tx: &mut Tx| projects::ids(tx)).await?;
    Ok(Everywhere { columns, projects })
}
