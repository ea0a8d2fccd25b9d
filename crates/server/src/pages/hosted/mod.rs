//! The hosted login: pages on which people sign in and look after their account, without an app's own.
//!
//! They do nothing by themselves: each step asks an operation of the browser API (`visitor`). An app sends people to `/login` and gets
//! them back with a token of what they have proven (`done`).

mod account;
mod arrive;
mod asking;
mod done;
mod mail_step;
mod organizations;
mod outcome;
mod passkey_options;
mod passkeys;
mod password;
mod second;
mod start;
mod step;
mod told;
mod typed;
mod visitor;
mod way;
mod ways;

use frame::Endpoint;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        start::start::endpoint(),
        start::start_in::endpoint(),
        mail_step::email::endpoint(),
        mail_step::sent::endpoint(),
        mail_step::code::endpoint(),
        password::form::endpoint(),
        password::password::endpoint(),
        password::reset::endpoint(),
        password::new_password::endpoint(),
        arrive::arrive::endpoint(),
        arrive::take::endpoint(),
        organizations::choose::endpoint(),
        organizations::enter_one::endpoint(),
        organizations::create::endpoint(),
        second::second::endpoint(),
        second::text_message::endpoint(),
        second::code::endpoint(),
        second::app::endpoint(),
        passkeys::passkey::endpoint(),
        passkeys::new_passkey::endpoint(),
        passkeys::register::endpoint(),
        done::done::endpoint(),
        done::recovery_codes::endpoint(),
        done::sign_out::endpoint(),
        account::account::endpoint(),
        account::change::endpoint(),
    ]
}
