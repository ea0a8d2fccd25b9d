//! What an answer that redirects makes the next request (RFC 9110, section 15.4).

use crate::{refused::Refused, request::Request};
use hyper::{
    HeaderMap, Method, StatusCode,
    body::Bytes,
    header::{
        ACCEPT, ACCEPT_LANGUAGE, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE, HeaderName,
        LOCATION, USER_AGENT,
    },
};

/// What another origin may see. Any other field may be a credential.
const HARMLESS: [HeaderName; 6] =
    [ACCEPT, ACCEPT_LANGUAGE, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE, USER_AGENT];

/// What describes a body, and goes with it.
const OF_THE_BODY: [HeaderName; 4] = [CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE];

/// The request that follows, if this is an answer to follow.
pub(crate) fn next(request: &Request, status: StatusCode, headers: &HeaderMap) -> Result<Option<Request>, Refused> {
    let becomes_get = match status.as_u16() {
        301..=303 => true,
        307 | 308 => false,
        _ => return Ok(None),
    };
    if request.redirects == 0 {
        return Ok(None);
    }
    let refused = |why| Refused::Redirect { host: request.name(), why };
    if request.followed == request.redirects {
        return Err(refused("more often than it may"));
    }
    let mut locations = headers.get_all(LOCATION).iter();
    let (Some(location), None) = (locations.next(), locations.next()) else {
        return Err(refused("without saying where, or to several places"));
    };
    let location = location.to_str().map_err(|_| refused("to what is no URL"))?;
    let target = request.target.redirected(location).map_err(refused)?;
    if request.target.secure && !target.secure {
        return Err(refused("from https to http"));
    }

    let same_origin = target.same_origin(&request.target);
    let mut next = request.clone();
    next.target = target;
    next.followed += 1;
    if becomes_get {
        next.method = Method::GET;
        next.body = Bytes::new();
        OF_THE_BODY.iter().for_each(|name| drop(next.headers.remove(name)));
    }
    if !same_origin {
        if !next.body.is_empty() {
            return Err(refused("to another host with what was sent, which may be secret"));
        }
        next.headers = HARMLESS.iter().filter_map(|name| Some((name.clone(), next.headers.remove(name)?))).collect();
    }
    Ok(Some(next))
}

#[cfg(test)]
#[path = "redirect_tests.rs"]
mod tests;
