//! Where somebody goes whose login came to nothing.

use super::begin::{DiscoveryStart, LoginStart, Start};
use super::begun::{Told, parse_state};
use super::callback::{CallbackInput, project_of};
use crate::begun::{self, WayBack};
use crate::projects;
use crate::redirect_urls::{self, Flow};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::Result;
use frame::Head;

impl LoginStart {
    /// Where somebody goes who cannot begin so.
    pub(crate) fn way_back(&self, tx: &mut Tx, cx: &Cx) -> Result<WayBack> {
        of_start(tx, cx, &self.start, Flow::Login, self.login_redirect_url.as_deref())
    }
}

impl DiscoveryStart {
    /// Where somebody goes who cannot begin so.
    pub(crate) fn way_back(&self, tx: &mut Tx, cx: &Cx) -> Result<WayBack> {
        of_start(tx, cx, &self.start, Flow::Discovery, self.discovery_redirect_url.as_deref())
    }
}

/// An app that is not registered is none: anybody can write one into an address.
fn of_start(tx: &mut Tx, cx: &Cx, start: &Start, flow: Flow, redirect_url: Option<&str>) -> Result<WayBack> {
    let Some(project) = projects::by_public_token(&cx.app, tx, &start.public_token)? else {
        return Ok(WayBack::default());
    };
    let cx = cx.of_browser(project);
    let redirect_url = redirect_urls::choose(tx, &cx, flow, redirect_url).ok();
    WayBack::find(tx, &cx, redirect_url)
}

/// That of the address which providers send browsers back to.
pub(crate) fn of_callback(tx: &mut Tx, cx: &Cx, head: &Head, input: &CallbackInput) -> Result<WayBack> {
    let Ok(cx) = project_of(tx, cx, &input.oauth_callback_id) else { return Ok(WayBack::default()) };
    let state = input.answer.state.as_deref().and_then(parse_state);
    let told = state.and_then(|state| begun::find::<Told>(cx.app.keys(), cx.project(), head, &state, cx.now()).ok());
    WayBack::find(tx, &cx, told.map(|told| told.redirect_url))
}
