//! Opening a setup link, and closing what it has opened.

use super::turn::Turn;
use crate::actor::Anyone;
use crate::setup_links::{self, SetupCaller};
use database::Tx;
use foundation::error::Result;
use frame::{Call, NoInput, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Link {
    /// The token of the link.
    #[serde(default)]
    token: String,
}

/// Open a setup link: the browser goes on to its pages, without the token in the address.
#[endpoint("setup.open", page GET "/setup/open", errors(SetupLinkRequired))]
pub(super) async fn open(cx: Call<Anyone>, link: Link) -> Result<Turn> {
    let context = cx.context();
    let opened = cx.write(move |tx: &mut Tx| setup_links::open(tx, &context, &link.token)).await?;
    Ok(Turn::On { url: format!("{}/setup", cx.app.public_url()), cookies: vec![opened] })
}

/// End what a setup link has opened in this browser.
#[endpoint("setup.end", page POST "/setup/end")]
pub(super) fn end(tx: &mut Tx, cx: &Call<SetupCaller>, _: NoInput) -> Result<Turn> {
    let caller = &cx.caller;
    let cookie = setup_links::end(tx, cx, &caller.token, &caller.organization.organization_id)?;
    let url = match caller.link.return_url.as_str() {
        "" => format!("{}/", cx.app.public_url()),
        url => url.to_owned(),
    };
    Ok(Turn::On { url, cookies: vec![cookie] })
}
