//! Opening a setup link, and closing what it has opened.

use super::shell::LANGUAGE;
use crate::actor::Anyone;
use crate::pages::phrases::known;
use crate::pages::shown::Shown;
use crate::setup_links::{self, SetupCaller};
use database::Tx;
use foundation::error::Result;
use frame::{Call, Cookie, NoInput, SameSite, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Link {
    /// The token of the link.
    #[serde(default)]
    token: String,
    /// The language of its pages: `en`, `es`, `pt-br`, `fr`, `de`, `ja`, `nl` or `it`; what the browser asks for when absent.
    locale: Option<String>,
}

/// Hours that the pages keep the language of a link, which is as long as it stays open.
const HOURS: i64 = 2;

fn language(value: String, seconds: i64) -> Cookie {
    Cookie { name: LANGUAGE.to_owned(), value, seconds, same_site: SameSite::Lax }
}

/// Open a setup link: the browser goes on to its pages, without the token in the address.
#[endpoint("setup.open", page GET "/setup/open", errors(SetupLinkRequired))]
pub(super) async fn open(cx: Call<Anyone>, link: Link) -> Result<Shown> {
    let context = cx.context();
    let asked = link.locale.as_deref().and_then(known);
    let opened = cx.write(move |tx: &mut Tx| setup_links::open(tx, &context, &link.token)).await?;
    let mut cookies = vec![opened];
    cookies.extend(asked.map(|locale| language(locale.name().to_owned(), HOURS * 3600)));
    Ok(Shown::elsewhere(format!("{}/setup", cx.app.public_url())).with(cookies))
}

/// End what a setup link has opened in this browser.
#[endpoint("setup.end", page POST "/setup/end")]
pub(super) fn end(tx: &mut Tx, cx: &Call<SetupCaller>, _: NoInput) -> Result<Shown> {
    let caller = &cx.caller;
    let ended = setup_links::end(tx, cx, &caller.token, &caller.organization.organization_id)?;
    let url = match caller.link.return_url.as_str() {
        "" => format!("{}/", cx.app.public_url()),
        url => url.to_owned(),
    };
    Ok(Shown::elsewhere(url).with([ended, language(String::new(), 0)]))
}
