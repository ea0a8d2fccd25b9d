//! Redirect URLs: where mailed links may lead. Registered for each flow; only an exact match is followed.

mod matching;
mod store;

pub(crate) use matching::Pattern;

use crate::error::{ApiError, Result};
use crate::id::Environment;
use crate::projects::Project;
use database::Tx;
use matching::PatternError;

/// The flow that a redirect URL ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
        let is_default = can_be_default && store::default(tx, &project.id, flow.as_str())?.is_none();
        store::insert(tx, &project.id, flow.as_str(), url, is_default)?;
    }
    Ok(pattern)
}

/// The URL a link of this flow will lead to: the one asked for, if it is registered, or the default.
pub(crate) fn choose(tx: &mut Tx, project: &Project, flow: Flow, asked: Option<&str>) -> Result<String> {
    let (invalid, none_set, no_default) = flow.errors();
    let Some(asked) = asked.filter(|url| !url.is_empty()) else {
        return match store::default(tx, &project.id, flow.as_str())? {
            Some(url) => Ok(url),
            None if store::registered(tx, &project.id, flow.as_str())?.is_empty() => Err(none_set.into()),
            None => Err(no_default.into()),
        };
    };
    if asked.len() > 2048 || url::Url::parse(asked).is_err() {
        return Err(invalid.into());
    }
    let live = project.environment == Environment::Live;
    let matches = store::registered(tx, &project.id, flow.as_str())?
        .iter()
        .any(|registered| Pattern::parse(registered, live).is_ok_and(|pattern| pattern.matches(asked)));
    if matches { Ok(asked.to_owned()) } else { Err(ApiError::NoMatchForMagicLinkUrl.into()) }
}
