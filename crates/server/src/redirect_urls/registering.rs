//! What an operator changes of a project's redirect URLs, and what is registered.

use super::matching::{Pattern, PatternError};
use super::{Flow, store};
use database::Tx;
use foundation::error::{ApiError, Result};
use foundation::id::Environment;
use foundation::project::Project;
use serde::Serialize;

/// The longest URL that is registered, in bytes: no longer one is followed.
pub(super) const LONGEST: usize = 2048;
/// How many of each flow.
const MOST: usize = 100;

/// A URL, and what it is registered for.
#[derive(Serialize)]
pub struct Listed {
    pub url: String,
    /// The flows that it may end, and those of them that it ends where no other is asked for.
    pub flows: Vec<Flow>,
    pub default_of: Vec<Flow>,
}

/// What is registered, in the order of the URLs.
pub(crate) fn list(tx: &mut Tx, project: &Project) -> Result<Vec<Listed>> {
    let mut listed: Vec<Listed> = Vec::new();
    for flow in Flow::ALL {
        for (url, is_default) in store::registered(tx, &project.id, flow.as_str())? {
            let at = match listed.iter().position(|known| known.url == url) {
                Some(at) => at,
                None => {
                    listed.push(Listed { url, flows: Vec::new(), default_of: Vec::new() });
                    listed.len() - 1
                }
            };
            listed[at].flows.push(flow);
            listed[at].default_of.extend(is_default.then_some(flow));
        }
    }
    listed.sort_by(|a, b| a.url.cmp(&b.url));
    Ok(listed)
}

/// Registers a URL for flows. The first of a flow that can be its default becomes it.
///
/// # Errors
/// When it cannot be used.
pub(crate) fn register(tx: &mut Tx, project: &Project, url: &str, flows: &[Flow]) -> Result<Pattern> {
    let pattern = check(url, project.environment)?;
    for flow in flows {
        store::insert(tx, &project.id, flow.as_str(), url)?;
        if store::registered(tx, &project.id, flow.as_str())?.len() > MOST {
            let told = format!("A flow has at most {MOST} redirect URLs. Remove one, or use a wildcard.");
            return Err(ApiError::InvalidArgument.because(told));
        }
        ensure_default(tx, project, *flow)?;
    }
    Ok(pattern)
}

/// Whether links of such projects may lead to a URL, once it is registered.
///
/// # Errors
/// When it cannot be used.
pub(crate) fn check(url: &str, environment: Environment) -> Result<Pattern> {
    let pattern = Pattern::parse(url, environment == Environment::Live).map_err(|error| match error {
        PatternError::InvalidUrl => ApiError::InvalidUrl.because(format!(
            "{url} is not a usable redirect URL. Write an absolute URL without user name and fragment, such as \
             https://app.example.com/authenticate; a * stands for the first label of a host under a domain of yours."
        )),
        PatternError::MustUseHttps => ApiError::RedirectUrlMustUseHttps.into(),
        PatternError::CannotUseProtocol => ApiError::RedirectUrlCannotUseProtocol.because(format!(
            "{url} begins with no scheme that a redirect URL may have. Write https://app.example.com/authenticate, \
             http://localhost:3000/authenticate to try things out, or for a mobile app com.example.app://authenticate."
        )),
        PatternError::NoWildcardsInLive => ApiError::NoWildcardsInLive.into(),
    })?;
    if url.len() > LONGEST {
        return Err(ApiError::InvalidUrl.because(format!("A redirect URL has at most {LONGEST} characters.")));
    }
    Ok(pattern)
}

/// Removes a URL from flows. Where it was the default, the first of the others that can be becomes it.
///
/// # Errors
/// When it is registered for none of them.
pub(crate) fn remove(tx: &mut Tx, project: &Project, url: &str, flows: &[Flow]) -> Result<()> {
    let mut removed = false;
    for flow in flows {
        removed |= store::delete(tx, &project.id, flow.as_str(), url)?;
        ensure_default(tx, project, *flow)?;
    }
    if removed { Ok(()) } else { Err(not_registered(project, url)) }
}

/// Makes a registered URL the default of flows.
///
/// # Errors
/// When it is not registered for each of them, or part of it is left open.
pub(crate) fn set_default(tx: &mut Tx, project: &Project, url: &str, flows: &[Flow]) -> Result<()> {
    if !can_be_default(project, url) {
        let told = format!("Part of {url} is left open, so it cannot be a default.");
        return Err(ApiError::InvalidArgument.because(told));
    }
    for flow in flows {
        if !store::registered(tx, &project.id, flow.as_str())?.iter().any(|(known, _)| known == url) {
            return Err(not_registered(project, url));
        }
        store::set_default(tx, &project.id, flow.as_str(), url)?;
    }
    Ok(())
}

fn not_registered(project: &Project, url: &str) -> foundation::error::Error {
    let id = &project.id;
    let told = format!("{url} is not registered with {id}: see guildhall project show {id}");
    ApiError::NoMatchForMagicLinkUrl.because(told)
}

fn ensure_default(tx: &mut Tx, project: &Project, flow: Flow) -> Result<()> {
    let registered = store::registered(tx, &project.id, flow.as_str())?;
    if registered.iter().any(|(_, is_default)| *is_default) {
        return Ok(());
    }
    match registered.iter().find(|(url, _)| can_be_default(project, url)) {
        Some((url, _)) => store::set_default(tx, &project.id, flow.as_str(), url),
        None => Ok(()),
    }
}

fn can_be_default(project: &Project, url: &str) -> bool {
    let pattern = Pattern::parse(url, project.environment == Environment::Live);
    pattern.is_ok_and(|pattern| !pattern.has_placeholder() && !pattern.has_wildcard())
}
