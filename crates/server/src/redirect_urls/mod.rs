//! Redirect URLs: where mailed links may lead. Registered for each flow; only an exact match is followed.

mod matching;
mod registering;
mod store;

pub(crate) use matching::{Pattern, is_label};
pub use registering::Listed;
pub(crate) use registering::{check, list, register, remove, set_default};
pub(crate) use store::TABLES;

use database::Tx;
use foundation::app::App;
use foundation::config::Config;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::id::Environment;
use foundation::memory::Memory;
use foundation::project::Project;
use foundation::recent::{A_SECOND, Recent};
use foundation::text;
use serde::Serialize;
use std::str::FromStr;
use std::sync::Arc;
use uuid::Uuid;

/// The flow that a redirect URL ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    Login,
    Signup,
    Invite,
    ResetPassword,
    Discovery,
}

impl Flow {
    /// All of them.
    pub const ALL: [Flow; 5] = [Flow::Login, Flow::Signup, Flow::Invite, Flow::ResetPassword, Flow::Discovery];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Flow::Login => "login",
            Flow::Signup => "signup",
            Flow::Invite => "invite",
            Flow::ResetPassword => "reset_password",
            Flow::Discovery => "discovery",
        }
    }

    /// The errors for: not a URL, none registered, no default.
    fn errors(self) -> (ApiError, ApiError, ApiError) {
        use ApiError::*;
        match self {
            Flow::Login => (InvalidLoginRedirectUrl, NoLoginRedirectUrlsSet, NoDefaultLoginRedirectUrl),
            Flow::ResetPassword => {
                (InvalidPasswordResetRedirectUrl, NoPasswordResetRedirectUrl, NoPasswordResetRedirectUrl)
            }
            Flow::Signup => (InvalidSignupRedirectUrl, NoSignupRedirectUrlsSet, NoDefaultSignupRedirectUrl),
            Flow::Invite => (InvalidInviteRedirectUrl, NoInviteRedirectUrlsSet, NoDefaultInviteRedirectUrl),
            Flow::Discovery => (InvalidDiscoveryRedirectUrl, NoDiscoveryRedirectUrlsSet, NoDefaultDiscoveryRedirectUrl),
        }
    }
}

impl FromStr for Flow {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let known = Flow::ALL.into_iter().find(|flow| flow.as_str() == word.replace('-', "_"));
        known.ok_or_else(|| format!("a flow is one of {}", Flow::ALL.map(Flow::as_str).join(", ")))
    }
}

/// The page of this server that people come back to who log in on its own pages. It needs no registration.
pub(crate) const ARRIVAL: &str = "/login/step/arrive";

/// Whether a URL is that page, with whatever it is told.
pub(crate) fn is_arrival(app: &App, url: &str) -> bool {
    let rest = url.strip_prefix(app.public_url()).and_then(|rest| rest.strip_prefix(ARRIVAL));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('?'))
}

/// Where somebody begins anew who would have come back to that page, as they had begun.
pub(crate) fn beginning_of(app: &App, arrival: &str) -> Option<String> {
    is_arrival(app, arrival).then(|| arrival.replacen(ARRIVAL, "/login", 1))
}

/// What can be wrong with where people come back to after a login elsewhere.
pub(crate) const REDIRECT: &[ApiError] = &[
    ApiError::InvalidLoginRedirectUrl,
    ApiError::NoLoginRedirectUrlsSet,
    ApiError::NoDefaultLoginRedirectUrl,
    ApiError::InvalidSignupRedirectUrl,
    ApiError::NoMatchForMagicLinkUrl,
];

/// The same after discovery elsewhere.
pub(crate) const DISCOVERY_REDIRECT: &[ApiError] = &[
    ApiError::InvalidDiscoveryRedirectUrl,
    ApiError::NoDiscoveryRedirectUrlsSet,
    ApiError::NoDefaultDiscoveryRedirectUrl,
    ApiError::NoMatchForMagicLinkUrl,
];

text! {
    /// A URL that a request asks for; empty for the default.
    pub(crate) Asked: Bytes { length: 0..=registering::LONGEST };
}

/// How many flows of projects are remembered.
const MOST: usize = 10_000;

/// The URLs of flows, and whether each is the default.
struct Registered(Recent<(Uuid, Flow), Urls>);

/// URLs, and whether each is the default.
type Urls = Arc<[(String, bool)]>;

impl Memory for Registered {
    fn new(_: &Config) -> Self {
        Self(Recent::new(MOST, A_SECOND))
    }
}

/// Where the app of a redirect URL begins: its own paths want a token. Apps that are no pages have no such place.
pub(crate) fn app_of(redirect_url: &str) -> Option<String> {
    let url = url::Url::parse(redirect_url).ok()?;
    let is_page = matches!(url.scheme(), "http" | "https") && !redirect_url.contains('*');
    is_page.then(|| format!("{}/", url.origin().ascii_serialization()))
}

/// Where people log in who come from nowhere else.
pub(crate) fn app_of_project(tx: &mut Tx, app: &App, project: &Project) -> Result<Option<String>> {
    Ok(default_of(tx, app, project, Flow::Login)?.as_deref().and_then(app_of))
}

/// The URL that links of a flow lead to when nobody says another, as it was registered.
fn default_of(tx: &mut Tx, app: &App, project: &Project, flow: Flow) -> Result<Option<String>> {
    let urls = registered(tx, app, project, flow)?;
    Ok(urls.iter().find(|(_, is_default)| *is_default).map(|(url, _)| url.clone()))
}

fn registered(tx: &mut Tx, app: &App, project: &Project, flow: Flow) -> Result<Urls> {
    let (known, key) = (&app.memory::<Registered>().0, (project.id.uuid(), flow));
    if let Some(urls) = known.get(&key) {
        return Ok(urls);
    }
    let urls: Arc<[_]> = store::registered(tx, &project.id, flow.as_str())?.into();
    known.insert(key, urls.clone());
    Ok(urls)
}

/// The URL a link of this flow will lead to: the one asked for, if it is registered, or the default.
pub(crate) fn choose(tx: &mut Tx, cx: &Cx, flow: Flow, asked: Option<&str>) -> Result<String> {
    let (invalid, none_set, no_default) = flow.errors();
    let Some(asked) = asked.filter(|url| !url.is_empty()) else {
        let registered = registered(tx, &cx.app, cx.project(), flow)?;
        return match registered.iter().find(|(_, is_default)| *is_default) {
            Some((url, _)) => Ok(url.clone()),
            None if registered.is_empty() => {
                Err(with_command(cx.project(), none_set, "--add-redirect-url", "https://…"))
            }
            None => Err(with_command(cx.project(), no_default, "--default-redirect-url", "https://…")),
        };
    };
    if !Asked::fits(asked) || url::Url::parse(asked).is_err() {
        return Err(invalid.into());
    }
    if is_arrival(&cx.app, asked) {
        return Ok(asked.to_owned());
    }
    let live = cx.project().environment == Environment::Live;
    let matches = registered(tx, &cx.app, cx.project(), flow)?
        .iter()
        .any(|(registered, _)| Pattern::parse(registered, live).is_ok_and(|pattern| pattern.matches(asked)));
    if matches { Ok(asked.to_owned()) } else { Err(not_registered(cx.project(), flow, asked)) }
}

/// Says with the sentence of the table by which command the operator mends it.
fn with_command(project: &Project, error: ApiError, option: &str, value: &str) -> Error {
    error.because(format!("{} guildhall project update {} {option} {value}", error.message(), project.id))
}

fn not_registered(project: &Project, flow: Flow, asked: &str) -> Error {
    let (id, flow) = (&project.id, flow.as_str());
    let told = format!("{asked} is not registered as a redirect URL of {id} for the flow {flow}.");
    // What cannot stand in quotes is not registered by a command that is copied.
    let is_copied = asked.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\'');
    ApiError::NoMatchForMagicLinkUrl.because(match is_copied {
        true => format!("{told} Register it: guildhall project update {id} --flow {flow} --add-redirect-url '{asked}'"),
        false => told,
    })
}
