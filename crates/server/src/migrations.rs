//! The migrations, in order. Forward only: a new one is a new file.

use database::Migration;

macro_rules! migrations {
    ($($name:literal)*) => {
        /// Every change of the schema there has been.
        pub const MIGRATIONS: &[Migration] = &[$(Migration {
            name: $name,
            sql: include_str!(concat!("../migrations/", $name, ".sql")),
        }),*];
    };
}
migrations! {
    "0001_first"
    "0002_revisions"
    "0003_row_level_security"
    "0004_changes"
    "0005_fewer_indexes"
    "0006_session_generation"
    "0007_indexes_for_the_house"
    "0008_the_house"
    "0009_folded_names"
    "0010_derived_sessions"
    "0011_parents"
    "0012_mail_counts"
    "0013_outbox_destinations"
    "0014_whose_events"
    "0015_directory_use"
    "0016_phone_numbers"
    "0017_given_up_names"
    "0018_failed_attempts"
    "0019_email_codes"
    "0020_passwords"
    "0021_authenticator_apps"
    "0022_text_message_codes"
    "0024_hour_of_end"
    "0025_single_sign_on"
    "0026_scim"
    "0027_exchanges"
    "0028_oauth"
    "0029_oauth_tenants"
    "0030_passkeys"
    "0031_hosted_login"
    "0032_setup_links"
    "0033_operators"
    "0034_colors"
    "0035_operators_again"
    "0036_what_goes_together"
    "0037_greek_names"
}
