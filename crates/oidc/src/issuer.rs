//! Issuers: where a provider describes itself, and which one is meant.
//!
//! An issuer is compared letter by letter (OpenID Connect Discovery, section 4.3; Core, section 3.1.3.7; RFC 9207, section
//! 2.4). These departures of real providers are taken, and no others:
//!
//! | provider | departure | where |
//! |---|---|---|
//! | any (Auth0 has one slash, people type none) | one slash more or less at the end | everywhere |
//! | Microsoft Entra, `…/common/v2.0`, `…/organizations/v2.0` | the document says `…/{tenantid}/v2.0`, literally; tokens say the id of a tenant there, and the same in `tid` | document, tokens, callback |
//! | Google | `accounts.google.com` for `https://accounts.google.com` | tokens |
//!
//! Who asks Entra by the domain name of a tenant gets the tenant's id as the issuer. That is refused, and the refusal says
//! what the issuer is.

use crate::endpoint::{self, BadUrl};

/// Where the document stands (OpenID Connect Discovery, section 4).
const WELL_KNOWN: &str = "/.well-known/openid-configuration";

/// The hosts of Microsoft Entra: global, US government, China.
const ENTRA: [&str; 3] = ["login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"];
/// The issuers of its older tokens.
const OLDER_ENTRA: [&str; 2] = ["sts.windows.net", "sts.chinacloudapi.cn"];
/// What its document for many tenants says in the place of the tenant.
const ANY_TENANT: &str = "{tenantid}";
/// The tenant of personal accounts, which `organizations` leaves out.
const PERSONAL_ACCOUNTS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// Why a text is no issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadIssuer {
    /// It is no address of a provider.
    #[error("the issuer cannot be asked: {0}")]
    Url(#[from] BadUrl),
    /// It has a query (`?`).
    #[error("the issuer has a query (?), which no issuer has")]
    Query,
    /// It is where the document is, and not the issuer.
    #[error("the issuer is what stands before /.well-known/openid-configuration")]
    Document,
}

/// The address of the document of an issuer. A path stays, and a slash at its end does not (section 4.1).
///
/// # Errors
/// The issuer is not `https`, or has a query or a fragment.
pub fn document_url(issuer: &str) -> Result<String, BadIssuer> {
    let url = endpoint::check(issuer)?;
    if url.query().is_some() {
        return Err(BadIssuer::Query);
    }
    if url.path().ends_with(WELL_KNOWN) {
        return Err(BadIssuer::Document);
    }
    Ok(format!("{}{WELL_KNOWN}", without_slash(issuer)))
}

/// Whether a document with this issuer is about the issuer that was asked.
pub(crate) fn is_of_document(asked: &str, seen: &str) -> bool {
    is_same(asked, seen)
        || match (entra(asked), entra(seen)) {
            (Some(asked), Some(seen)) => asked.is_for_many() && asked.host == seen.host && seen.tenant == ANY_TENANT,
            _ => false,
        }
}

/// Whether a token with this issuer, and perhaps this `tid`, is of the issuer that is expected.
pub(crate) fn is_of_token(expected: &str, seen: &str, tenant: Option<&str>) -> bool {
    match entra(expected).filter(Entra::is_for_many) {
        Some(many) => entra(seen).is_some_and(|seen| many.has(&seen) && Some(seen.tenant) == tenant),
        None => is_same(expected, seen) || (is_google(expected) && seen == "accounts.google.com"),
    }
}

/// Whether the `iss` of a callback (RFC 9207) is the issuer that is expected.
pub(crate) fn is_of_callback(expected: &str, seen: &str) -> bool {
    match entra(expected).filter(Entra::is_for_many) {
        Some(many) => is_same(expected, seen) || entra(seen).is_some_and(|seen| many.has(&seen)),
        None => is_same(expected, seen),
    }
}

/// Whether it is one of Microsoft Entra, whose tenants write any address into `email` (threat T-21).
pub fn is_entra(issuer: &str) -> bool {
    entra(issuer).is_some() || OLDER_ENTRA.contains(&host(issuer))
}

/// Whether it lets in the people of every tenant of Microsoft Entra, and not of one.
pub fn is_of_many_tenants(issuer: &str) -> bool {
    entra(issuer).is_some_and(|entra| entra.is_for_many())
}

fn is_same(a: &str, b: &str) -> bool {
    without_slash(a) == without_slash(b)
}

fn without_slash(issuer: &str) -> &str {
    issuer.strip_suffix('/').unwrap_or(issuer)
}

fn host(issuer: &str) -> &str {
    let rest = issuer.strip_prefix("https://").unwrap_or_default();
    rest.split_once('/').map_or(rest, |(host, _)| host)
}

fn is_google(issuer: &str) -> bool {
    without_slash(issuer) == "https://accounts.google.com"
}

/// An issuer of Microsoft Entra, taken apart.
struct Entra<'a> {
    host: &'a str,
    tenant: &'a str,
}

fn entra(issuer: &str) -> Option<Entra<'_>> {
    let (host, path) = without_slash(issuer).strip_prefix("https://")?.split_once('/')?;
    let tenant = path.strip_suffix("/v2.0").unwrap_or(path);
    (ENTRA.contains(&host) && !tenant.contains('/')).then_some(Entra { host, tenant })
}

impl Entra<'_> {
    fn is_for_many(&self) -> bool {
        ["common", "organizations", ANY_TENANT].contains(&self.tenant)
    }

    /// Whether this issuer for many has that one among them.
    fn has(&self, one: &Entra<'_>) -> bool {
        let is_left_out = self.tenant == "organizations" && one.tenant == PERSONAL_ACCOUNTS;
        self.host == one.host && is_uuid(one.tenant) && !is_left_out
    }
}

fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "8e0ef1a0-5d2b-4c2e-9a3f-0123456789ab";

    fn microsoft(tenant: &str) -> String {
        format!("https://login.microsoftonline.com/{tenant}/v2.0")
    }

    #[test]
    fn a_document_stands_below_its_issuer() {
        let cases = [
            ("https://idp.example", "https://idp.example/.well-known/openid-configuration"),
            ("https://idp.example/", "https://idp.example/.well-known/openid-configuration"),
            ("https://idp.example/realms/a", "https://idp.example/realms/a/.well-known/openid-configuration"),
            ("https://idp.example/realms/a/", "https://idp.example/realms/a/.well-known/openid-configuration"),
        ];
        for (issuer, url) in cases {
            assert_eq!(document_url(issuer).as_deref(), Ok(url));
        }
        let refused = [
            ("https://idp.example/?a", BadIssuer::Query),
            ("https://idp.example/a/.well-known/openid-configuration", BadIssuer::Document),
            ("http://idp.example", BadIssuer::Url(BadUrl::NotSecure)),
            ("https://idp.example/#", BadIssuer::Url(BadUrl::Fragment)),
            ("idp.example", BadIssuer::Url(BadUrl::NotUrl)),
        ];
        for (issuer, why) in refused {
            assert_eq!(document_url(issuer), Err(why), "{issuer}");
        }
    }

    #[test]
    fn t28_an_issuer_is_compared_letter_by_letter() {
        let issuer = "https://idp.example/a";
        for other in [
            "",
            "https://idp.example",
            "https://idp.example/a//",
            "https://idp.example/A",
            "https://idp.example/a/b",
            "https://idp.example/a?b",
            "https://IDP.example/a",
            "https://idp.example:443/a",
            "http://idp.example/a",
            "https://idp.example.evil.example/a",
            "https://idp.example/%61",
            " https://idp.example/a",
        ] {
            assert!(!is_of_document(issuer, other), "{other}");
            assert!(!is_of_token(issuer, other, None), "{other}");
            assert!(!is_of_callback(issuer, other), "{other}");
        }
        for same in [issuer, "https://idp.example/a/"] {
            assert!(is_of_document(issuer, same) && is_of_token(issuer, same, None) && is_of_callback(issuer, same));
        }
    }

    #[test]
    fn t21_the_tenant_of_entra_is_the_one_that_signed() {
        let other = "11111111-2222-3333-4444-555555555555";
        let cases = [
            ("common", TENANT, Some(TENANT), true),
            ("organizations", TENANT, Some(TENANT), true),
            ("{tenantid}", TENANT, Some(TENANT), true),
            ("common", PERSONAL_ACCOUNTS, Some(PERSONAL_ACCOUNTS), true),
            ("organizations", PERSONAL_ACCOUNTS, Some(PERSONAL_ACCOUNTS), false),
            ("common", TENANT, Some(other), false),
            ("common", TENANT, None, false),
            ("common", "common", Some("common"), false),
            ("{tenantid}", "{tenantid}", Some("{tenantid}"), false),
            ("common", "contoso.example", Some("contoso.example"), false),
            (TENANT, TENANT, Some(TENANT), true),
            (TENANT, TENANT, None, true),
            (TENANT, other, Some(other), false),
            (TENANT, other, Some(TENANT), false),
        ];
        for (expected, seen, tenant, taken) in cases {
            let case = format!("{expected} {seen} {tenant:?}");
            assert_eq!(is_of_token(&microsoft(expected), &microsoft(seen), tenant), taken, "{case}");
        }
        let elsewhere = format!("https://login.microsoftonline.us/{TENANT}/v2.0");
        assert!(!is_of_token(&microsoft("common"), &elsewhere, Some(TENANT)));
        let nearly = format!("https://login.microsoftonline.com.evil.example/{TENANT}/v2.0");
        assert!(!is_of_token(&microsoft("common"), &nearly, Some(TENANT)));
    }

    #[test]
    fn documents_of_entra_have_a_template() {
        assert!(is_of_document(&microsoft("common"), &microsoft("{tenantid}")));
        assert!(is_of_document(&microsoft("organizations"), &microsoft("{tenantid}")));
        assert!(!is_of_document(&microsoft(TENANT), &microsoft("{tenantid}")));
        assert!(!is_of_document(&microsoft("contoso.example"), &microsoft(TENANT)));
        assert!(!is_of_document("https://idp.example/common/v2.0", &microsoft("{tenantid}")));
        assert!(is_of_callback(&microsoft("common"), &microsoft(TENANT)));
        assert!(!is_of_callback(&microsoft("common"), "https://idp.example"));
    }

    #[test]
    fn google_leaves_out_the_scheme_in_tokens() {
        let google = "https://accounts.google.com";
        assert!(is_of_token(google, "accounts.google.com", None));
        assert!(!is_of_document(google, "accounts.google.com"));
        assert!(!is_of_token("https://idp.example", "idp.example", None));
        assert!(!is_of_token("https://idp.example", "accounts.google.com", None));
    }

    #[test]
    fn t21_entra_is_known_by_its_hosts() {
        let older = format!("https://sts.windows.net/{TENANT}/");
        let one = format!("https://login.microsoftonline.com/{TENANT}");
        for issuer in [&microsoft(TENANT), &microsoft("common"), &older, &one] {
            assert!(is_entra(issuer), "{issuer}");
        }
        for issuer in ["https://idp.example", "https://login.microsoftonline.com.example/a/v2.0", "sts.windows.net"] {
            assert!(!is_entra(issuer), "{issuer}");
        }
        assert!(is_of_many_tenants(&microsoft("common")) && !is_of_many_tenants(&microsoft(TENANT)));
    }
}
