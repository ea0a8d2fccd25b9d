//! Who the relying party is: a domain of the project's pages.

use crate::projects;
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::public_suffix;
use url::Url;

/// Whether passkeys can be made for a domain: the name of a host that somebody owns, or of this machine.
pub fn is_domain(text: &str) -> bool {
    let is_local = text == "localhost" || text.ends_with(".localhost");
    webauthn::is_domain(text) && (is_local || public_suffix::registrable(text).is_some())
}

/// The domain of a ceremony that begins, for the page at the host that is asked for, or of this origin: the project's, which that is
/// below, or else the host itself.
///
/// # Errors
/// `invalid_passkey_domain`.
pub(super) fn domain(tx: &mut Tx, cx: &Cx, asked: Option<&str>, origin: Option<&str>) -> Result<String> {
    let of_page = || Url::parse(origin?).ok()?.host_str().map(str::to_owned);
    let host = asked.filter(|text| !text.is_empty()).map(str::to_owned).or_else(of_page);
    let is_below =
        |host: &str, domain: &str| host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    if let Some(own) = &cx.project().settings.passkey_domain {
        return match host {
            Some(other) if !is_below(&other, own) => Err(refused(&other, cx)),
            _ => Ok(own.clone()),
        };
    }
    let domain = match host {
        Some(domain) => domain,
        None => projects::usual_host(tx, cx)?.ok_or(ApiError::InvalidPasskeyDomain)?,
    };
    match is_domain(&domain) && projects::has_pages_at(tx, cx, &domain)? {
        true => Ok(domain),
        false => Err(refused(&domain, cx)),
    }
}

fn refused(domain: &str, cx: &Cx) -> foundation::error::Error {
    let id = &cx.project().id;
    // What is no domain is not repeated.
    match webauthn::is_domain(domain) {
        true => ApiError::InvalidPasskeyDomain.because(format!(
            "{domain} is no host at which {id} has passkeys. If its pages are there, register their origin: guildhall project \
             update {id} --add-origin https://{domain}. One domain for several hosts is set with --passkey-domain."
        )),
        false => ApiError::InvalidPasskeyDomain.because(
            "Passkeys are for the names of hosts, as in app.example.com. Open a page of this machine as localhost, not by its address.",
        ),
    }
}

/// The origin that a page says it has, if it is one of the project's.
///
/// # Errors
/// `invalid_public_key_credential`.
pub(super) fn check_origin(tx: &mut Tx, cx: &Cx, origin: &str) -> Result<()> {
    match projects::has_pages_of(tx, cx, origin)? {
        true => Ok(()),
        false => Err(ApiError::InvalidPublicKeyCredential
            .because("It was made on a page whose web origin is not registered for the project.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t41_passkeys_are_for_domains_that_somebody_owns() {
        for good in ["example.com", "app.example.co.uk", "localhost", "acme.localhost", "acme.github.io"] {
            assert!(is_domain(good), "{good}");
        }
        for bad in
            ["com", "co.uk", "github.io", "", "Example.com", "10.0.0.1", "example.com:443", "https://example.com"]
        {
            assert!(!is_domain(bad), "{bad}");
        }
    }
}
