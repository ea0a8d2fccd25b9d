//! Redirect URLs: where mailed links may lead. Registered for each flow; only an exact match is followed.

mod matching;
mod store;

pub(crate) use matching::{Pattern, is_label};
pub(crate) use store::TABLES;

use database::Tx;
use foundation::app::App;
use foundation::config::Config;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::Environment;
use foundation::memory::Memory;
use foundation::project::Project;
use foundation::recent::{A_SECOND, Recent};
use matching::PatternError;
use std::sync::Arc;
use uuid::Uuid;

/// The flow that a redirect URL ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Flow {
    Login,
    Signup,
    Invite,
    ResetPassword,
    Discovery,
}

impl Flow {
    const ALL: [Flow; 5] = [Flow::Login, Flow::Signup, Flow::Invite, Flow::ResetPassword, Flow::Discovery];

    fn as_str(self) -> &'static str {
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
            Flow::Login | Flow::ResetPassword => {
                (InvalidLoginRedirectUrl, NoLoginRedirectUrlsSet, NoDefaultLoginRedirectUrl)
            }
            Flow::Signup => (InvalidSignupRedirectUrl, NoSignupRedirectUrlsSet, NoDefaultSignupRedirectUrl),
            Flow::Invite => (InvalidInviteRedirectUrl, NoInviteRedirectUrlsSet, NoDefaultInviteRedirectUrl),
            Flow::Discovery => (InvalidDiscoveryRedirectUrl, NoDiscoveryRedirectUrlsSet, NoDefaultDiscoveryRedirectUrl),
        }
    }
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

fn registered(tx: &mut Tx, app: &App, project: &Project, flow: Flow) -> Result<Arc<[(String, bool)]>> {
    let (known, key) = (&app.memory::<Registered>().0, (project.id.uuid(), flow));
    if let Some(urls) = known.get(&key) {
        return Ok(urls);
    }
    let urls: Arc<[_]> = store::registered(tx, &project.id, flow.as_str())?.into();
    known.insert(key, urls.clone());
    Ok(urls)
}

/// Registers a URL for every flow. The first one that can be a default becomes it.
pub(crate) fn register(tx: &mut Tx, project: &Project, url: &str) -> Result<Pattern> {
    let pattern = Pattern::parse(url, project.environment == Environment::Live).map_err(|error| match error {
        PatternError::InvalidUrl => ApiError::InvalidUrl.because(format!("{url} is not a usable redirect URL.")),
        PatternError::MustUseHttps => ApiError::RedirectUrlMustUseHttps.into(),
        PatternError::CannotUseProtocol => ApiError::RedirectUrlCannotUseProtocol.into(),
        PatternError::NoWildcardsInLive => ApiError::NoWildcardsInLive.into(),
    })?;
    let can_be_default = !pattern.has_placeholder() && !pattern.has_wildcard();
    for flow in Flow::ALL {
        let has_default = store::registered(tx, &project.id, flow.as_str())?.iter().any(|(_, is_default)| *is_default);
        store::insert(tx, &project.id, flow.as_str(), url, can_be_default && !has_default)?;
    }
    Ok(pattern)
}

/// The URL a link of this flow will lead to: the one asked for, if it is registered, or the default.
pub(crate) fn choose(tx: &mut Tx, cx: &Cx, flow: Flow, asked: Option<&str>) -> Result<String> {
    let (invalid, none_set, no_default) = flow.errors();
    let Some(asked) = asked.filter(|url| !url.is_empty()) else {
        let registered = registered(tx, &cx.app, cx.project(), flow)?;
        return match registered.iter().find(|(_, is_default)| *is_default) {
            Some((url, _)) => Ok(url.clone()),
            None if registered.is_empty() => Err(none_set.into()),
            None => Err(no_default.into()),
        };
    };
    if asked.len() > 2048 || url::Url::parse(asked).is_err() {
        return Err(invalid.into());
    }
    let live = cx.project().environment == Environment::Live;
    let matches = registered(tx, &cx.app, cx.project(), flow)?
        .iter()
        .any(|(registered, _)| Pattern::parse(registered, live).is_ok_and(|pattern| pattern.matches(asked)));
    if matches { Ok(asked.to_owned()) } else { Err(ApiError::NoMatchForMagicLinkUrl.into()) }
}
