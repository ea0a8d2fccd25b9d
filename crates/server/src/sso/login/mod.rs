//! Logging in at an organization's identity provider.
//!
//! 1. [`begin`]: the browser is sent to the identity provider, with a state that only this browser can come back with. It keeps the
//!    login; nothing is stored here.
//! 2. [`saml_response`] or [`oidc_callback`]: what it brings back becomes an [`Identity`], or a refusal that the connection's
//!    flight recorder explains. The browser goes on to the app, with a token.
//! 3. [`authenticate`]: the app gives the token, and only then somebody becomes a member, or is logged in as one.

mod arrival;
mod authenticate;
mod begin;
mod begun;
mod discovery;
mod identity;
mod known_keys;
mod numbers;
mod oidc;
mod provisioning;
mod saml;
mod started;
mod store;
mod token;
mod usable;
mod way;
mod way_back;

pub(crate) use arrival::{Arrived, CALLBACK};
pub(crate) use begin::{BEGIN, Start, begin};
pub(crate) use numbers::write as write_numbers;
pub(crate) use oidc::{ANSWER, CallbackInput, callback as oidc_callback};
pub(crate) use saml::{RESPONSE, ResponseInput, metadata, response as saml_response};
pub(crate) use started::Way;
pub(crate) use store::TABLES;
pub(crate) use way::way;
pub(crate) use way_back::{of_callback as way_back_of_callback, of_start as way_back_of_start};

use crate::begun::State;
use foundation::keys::token::TokenKind;
use frame::Endpoint;

/// The state of a login by SSO; `None` for anything else.
fn parse_state(text: &str) -> Option<State> {
    State::parse(TokenKind::SsoState, text)
}

/// The endpoints of this subject.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![authenticate::authenticate::endpoint(), discovery::connections::endpoint()]
}
