//! Where somebody goes whose login came to nothing: who only reads what was wrong would not know where to begin anew.

use super::arrival;
use super::begin::Start;
use super::parse_state;
use crate::begun::WayBack;
use crate::projects;
use crate::redirect_urls::{self, Flow};
use crate::sso::connections::project_of;
use database::Tx;
use foundation::cx::Cx;
use foundation::error::Result;
use frame::Head;

/// That of the address which a login begins with. An app that is not registered is none: anybody can write one there.
pub(crate) fn of_start(tx: &mut Tx, cx: &Cx, start: &Start) -> Result<WayBack> {
    let Some(project) = projects::by_public_token(&cx.app, tx, &start.public_token)? else {
        return Ok(WayBack::default());
    };
    let cx = cx.of_browser(project);
    let login_redirect_url = redirect_urls::choose(tx, &cx, Flow::Login, start.login_redirect_url.as_deref()).ok();
    WayBack::find(tx, &cx, login_redirect_url)
}

/// That of the address which an identity provider sends browsers back to, with the state that it says.
pub(crate) fn of_callback(
    tx: &mut Tx,
    cx: &Cx,
    head: &Head,
    connection_id: &str,
    state: Option<&str>,
) -> Result<WayBack> {
    let Some(project) = project_of(&cx.app, tx, connection_id)? else { return Ok(WayBack::default()) };
    let cx = cx.of_browser(project);
    let login = arrival::begun(&cx, head, state.and_then(parse_state).as_ref()).ok().flatten();
    WayBack::find(tx, &cx, login.map(|login| login.told.login_redirect_url))
}
