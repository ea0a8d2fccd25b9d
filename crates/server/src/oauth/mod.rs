//! Logging in with an account at an OAuth provider: Google, Microsoft, GitHub, Slack, HubSpot, and whatever OpenID Connect provider a
//! project has set up.
//!
//! 1. [`begin`]: the browser is sent to the provider, with a state that only this browser can come back with, and only for this
//!    provider. It keeps the login; nothing is stored here.
//! 2. [`callback`]: the code that it brings back becomes an account and its tokens (`oauth_accounts`). The browser goes on to the app,
//!    with a token.
//! 3. `authenticate`: the app gives the token. An account that is a member's logs in as them; any other has arrived, and becomes a
//!    member's when the login is complete. For discovery it leads to organizations.

mod asking;
mod disconnecting;
mod login;
mod providers;
mod tokens;

pub(crate) use login::{
    BEGIN, CALLBACK, CallbackInput, DiscoveryStart, LoginStart, Started, TABLES, begin, begin_discovery, callback, way,
    way_back_of_callback,
};

use frame::Endpoint;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    [login::endpoints(), tokens::endpoints(), disconnecting::endpoints()].into_iter().flatten().collect()
}
