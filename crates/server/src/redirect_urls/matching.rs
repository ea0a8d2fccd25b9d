//! Which requested redirect URL is a registered one (threat T-52).
//!
//! A URL is taken only in the spelling into which parsing it would bring it anyway. What another parser could read as
//! another place (user names, backslashes, dot segments, encoded hosts, odd spellings of IP addresses) is refused
//! rather than cleaned up. What remains is compared part by part: no prefixes, no regular expressions.

use foundation::public_suffix::registrable;
use url::{Host, Url};

/// A registered redirect URL.
///
/// A query value `{}` stands for any one value. `*` can stand for the first label of the host, and in test environments
/// for a segment of the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern(Url);

/// Why a URL cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PatternError {
    #[error("this is not an absolute URL in its plain spelling")]
    InvalidUrl,
    #[error("a redirect URL uses https; http is for this machine only, in a test environment")]
    MustUseHttps,
    #[error("a redirect URL cannot use this scheme")]
    CannotUseProtocol,
    #[error("wildcards in paths are for test environments only")]
    NoWildcardsInLive,
}

impl Pattern {
    /// Reads a URL that is to be registered with a live or a test environment.
    pub(crate) fn parse(text: &str, live: bool) -> Result<Self, PatternError> {
        let url = Url::parse(text).map_err(|_| PatternError::InvalidUrl)?;
        match url.scheme() {
            "https" => {}
            "http" if live || !is_loopback(&url) => return Err(PatternError::MustUseHttps),
            "http" => {}
            // The scheme of a mobile app is a domain name of its maker, reversed (RFC 8252, section 7.1). The dot also
            // keeps out every scheme that means something to browsers: javascript, data, file, blob, ws and so on.
            scheme if scheme.contains('.') => {}
            _ => return Err(PatternError::CannotUseProtocol),
        }
        let url = parse_plain(text).ok_or(PatternError::InvalidUrl)?;
        if text.split('?').next().is_some_and(|before_query| before_query.contains('*')) {
            if live && url.path().contains('*') {
                return Err(PatternError::NoWildcardsInLive);
            }
            if !has_whole_wildcards(&url) {
                return Err(PatternError::InvalidUrl);
            }
        }
        // URLs have no braces (RFC 3986, section 2), so any other use of them is a placeholder in the wrong place.
        if text.matches(['{', '}']).count() != 2 * placeholders(&url) {
            return Err(PatternError::InvalidUrl);
        }
        Ok(Self(url))
    }

    /// Whether a requested URL is this one. It has to be equal in scheme, host, port, path and query, except for what
    /// the pattern leaves open, and for a leading `www.`, which may be there or not.
    pub(crate) fn matches(&self, requested: &str) -> bool {
        parse_plain(requested).is_some_and(|requested| {
            self.0.scheme() == requested.scheme()
                && self.0.port_or_known_default() == requested.port_or_known_default()
                && hosts_match(&self.0, &requested)
                && paths_match(self.0.path(), requested.path())
                && queries_match(self.0.query(), requested.query())
        })
    }

    /// Whether part of the query is left open; such a pattern cannot be a default.
    pub(crate) fn has_placeholder(&self) -> bool {
        placeholders(&self.0) > 0
    }

    /// Whether part of the host or path is left open; such a pattern cannot be a default.
    pub(crate) fn has_wildcard(&self) -> bool {
        self.has_wildcard_host() || self.0.path().split('/').any(|segment| segment == "*")
    }

    /// The web origin of the pages at this URL (RFC 6454), with its wildcard: none for apps.
    pub(crate) fn origin(&self) -> Option<String> {
        is_web(&self.0).then(|| self.0.origin().ascii_serialization())
    }

    fn has_wildcard_host(&self) -> bool {
        self.0.host_str().is_some_and(|host| host.starts_with("*."))
    }
}

/// Parses an absolute URL without user name and fragment, if the text is what the URL is serialised to. Only the case
/// of scheme and host, a default port and an empty path may differ (RFC 3986, section 6.2).
fn parse_plain(text: &str) -> Option<Url> {
    // RFC 3986 knows only ASCII. Browsers read a backslash as a slash, and skip tabs and line breaks.
    if !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return None;
    }
    let url = Url::parse(text).ok()?;
    // A URL without slashes after the scheme is a host and port without a scheme, such as example.com:3000/path.
    if url.cannot_be_a_base() || !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return None;
    }
    let after_scheme = text.get(url.scheme().len()..)?;
    let is_plain = match url.scheme() {
        "http" | "https" => is_plain_web(after_scheme, &url),
        scheme => url.as_str().get(scheme.len()..) == Some(after_scheme),
    };
    is_plain.then_some(url)
}

/// The part of [`parse_plain`] for http and https, from the colon on.
fn is_plain_web(text: &str, url: &Url) -> bool {
    let Some(text) = text.strip_prefix("://") else { return false };
    let (authority, rest) = text.split_at(text.find(['/', '?']).unwrap_or(text.len()));
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else { return false };
    let authority = authority.to_ascii_lowercase();
    let is_plain_authority = authority == format!("{host}:{port}") || (authority == host && url.port().is_none());
    // Parsing resolves dot segments, also encoded ones, so they show as a difference.
    let path = rest.split('?').next().unwrap_or_default();
    is_plain_authority && (path == url.path() || (path.is_empty() && url.path() == "/"))
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// Whether the host is this machine (RFC 6761, section 6.3; RFC 8252, section 7.3).
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether every `*` of a web URL is the first label of the host or a whole segment of the path.
fn has_whole_wildcards(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let is_whole_host = match host.strip_prefix("*.") {
        // Under a public suffix anyone can have a name.
        Some(parent) => !parent.contains('*') && (is_loopback(url) || registrable(parent).is_some()),
        None => !host.contains('*'),
    };
    is_web(url) && is_whole_host && url.path().split('/').all(|segment| segment == "*" || !segment.contains('*'))
}

/// The number of `{}` in the query.
fn placeholders(url: &Url) -> usize {
    url.query().unwrap_or_default().split('&').filter_map(placeholder_name).count()
}

/// The name of a query parameter whose value is left open.
fn placeholder_name(parameter: &str) -> Option<&str> {
    parameter.split_once('=').filter(|(_, value)| *value == "{}").map(|(name, _)| name)
}

fn hosts_match(registered: &Url, requested: &Url) -> bool {
    let (Some(host), Some(requested_host)) = (registered.host_str(), requested.host_str()) else {
        return registered.host_str() == requested.host_str();
    };
    if !is_web(registered) {
        return host == requested_host;
    }
    match host.strip_prefix('*') {
        Some(parent) => requested_host.strip_suffix(parent).is_some_and(is_label),
        None => without_www(host) == without_www(requested_host),
    }
}

/// Whether it can be one label of a host name (RFC 1123, section 2.1).
pub(crate) fn is_label(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A host without its `www.`, unless the rest would be a public suffix: then the two belong to different people.
fn without_www(host: &str) -> &str {
    host.strip_prefix("www.").filter(|bare| registrable(bare).is_some()).unwrap_or(host)
}

fn paths_match(registered: &str, requested: &str) -> bool {
    matches_each(registered.split('/'), requested.split('/'), |registered, requested| {
        if registered == "*" { is_segment(requested) } else { registered == requested }
    })
}

/// Whether a wildcard stands for a segment: only for characters that need no decoding (RFC 3986, section 2.3), because
/// an application might decode an encoded slash before it routes.
fn is_segment(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

fn queries_match(registered: Option<&str>, requested: Option<&str>) -> bool {
    let (Some(registered), Some(requested)) = (registered, requested) else { return registered == requested };
    matches_each(registered.split('&'), requested.split('&'), |registered, requested| {
        let name = placeholder_name(registered);
        registered == requested || (name.is_some() && name == requested.split_once('=').map(|(name, _)| name))
    })
}

/// Whether two sequences are equally long and equal in the given sense.
fn matches_each<'a>(
    registered: impl Iterator<Item = &'a str> + Clone,
    requested: impl Iterator<Item = &'a str> + Clone,
    equal: impl Fn(&str, &str) -> bool,
) -> bool {
    registered.clone().count() == requested.clone().count() && registered.zip(requested).all(|(a, b)| equal(a, b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn test(text: &str) -> Pattern {
        Pattern::parse(text, false).unwrap_or_else(|error| panic!("{text:?}: {error}"))
    }

    fn live(text: &str) -> Pattern {
        Pattern::parse(text, true).unwrap_or_else(|error| panic!("{text:?}: {error}"))
    }

    #[test]
    fn live_takes_https_and_apps() {
        let texts = "
            https://example.com https://example.com/authenticate?a=b https://app.example.com:8443/cb
            https://localhost/cb com.example.app://authenticate com.example.app:/authenticate
            com.example.app:///authenticate?x=1";
        for text in texts.split_whitespace() {
            assert!(live(text).matches(text), "{text}");
        }
        for text in
            ["http://example.com", "http://localhost:3000/authenticate", "http://127.0.0.1/cb", "HTTP://example.com"]
        {
            assert_eq!(Pattern::parse(text, true), Err(PatternError::MustUseHttps), "{text}");
        }
        for text in ["https://example.com/*/cb", "https://example.com/a*b", "https://*.example.com/*"] {
            assert_eq!(Pattern::parse(text, true), Err(PatternError::NoWildcardsInLive), "{text}");
        }
    }

    #[test]
    fn test_takes_http_on_this_machine_only() {
        let texts = "
            http://localhost:3000/authenticate http://acme.localhost:3000/cb http://127.0.0.1:3000/
            http://127.8.9.1/ http://[::1]:3000/cb http://*.localhost:3000/cb";
        for text in texts.split_whitespace() {
            assert!(test(text).matches(&text.replace('*', "acme")), "{text}");
        }
        let texts = "
            http://example.com http://localhost.example.com/cb http://notlocalhost/ http://128.0.0.1/
            http://0.0.0.0/ http://[::]/ http://[::ffff:127.0.0.1]/ http://localhost@example.com/";
        for text in texts.split_whitespace() {
            assert_eq!(Pattern::parse(text, false), Err(PatternError::MustUseHttps), "{text}");
        }
    }

    #[test]
    fn t52_dangerous_schemes_are_refused() {
        let plain = "
            javascript:alert(1) JavaScript:alert(1) javascript://example.com/%0aalert(1) data:text/html,x
            file:///etc/passwd blob:https://example.com/x vbscript:x about:blank ftp://example.com/
            ws://example.com/ wss://example.com/ view-source:https://example.com intent://x myapp://callback
            mailto:jane@example.com localhost:3000/cb";
        let odd = [" javascript:alert(1)", "java\nscript:alert(1)", "j\tavascript:alert(1)"];
        for text in plain.split_whitespace().chain(odd) {
            for live in [true, false] {
                assert_eq!(Pattern::parse(text, live), Err(PatternError::CannotUseProtocol), "{text:?}");
            }
        }
    }

    #[test]
    fn t52_urls_that_could_be_read_in_two_ways_are_refused() {
        let plain = "
            / /authenticate //example.com/cb example.com/cb example.com:3000/cb com.example.app:cb https://
            https:example.com https:/example.com https:///example.com https://example.com:/
            https://user@example.com/ https://user:pass@example.com/ https://@example.com/ https://:@example.com/
            https://example.com/# https://example.com/#x https://example.com/cb?x=1#y
            https://example.com#@evil.com https://example.com/a/../cb https://example.com/a/%2e%2e/cb
            https://example.com/a/.%2E/cb https://example.com/./cb https://example.com/%2e/cb
            https://example.com/.. com.example.app://x/a/../cb com.example.app://user@x/ https://example。com/
            https://example．com/ https://ｅxample.com/ https://bücher.example/ https://example.com/ü
            https://%65xample.com/ https://example%2ecom/ https://example.com%2f@evil.com/ https://127.1/
            https://0x7f000001/ https://2130706433/ https://127.0.0.01/ https://[0:0::1]/
            https://example.com:0443/ https://example.com/<x>";
        let odd = [
            "",
            "https://example.com\\cb",
            "https:\\\\example.com",
            "https://evil.com\\@example.com/",
            "com.example.app:\\\\x",
            " https://example.com/",
            "https://example.com/ ",
            "https://exa mple.com/",
            "https://example.com/\ncb",
            "https://exa\tmple.com/",
            "https://example.com/\0",
            "https://example.com/c b",
            "https://example.com/cb\u{a0}",
            "https://exa\u{ad}mple.com/",
        ];
        for text in plain.split_whitespace().chain(odd) {
            assert_eq!(Pattern::parse(text, true), Err(PatternError::InvalidUrl), "{text:?}");
            assert_eq!(Pattern::parse(text, false), Err(PatternError::InvalidUrl), "{text:?}");
        }
    }

    #[test]
    fn t52_match_is_exact() {
        let pattern = live("https://app.example.com/auth/cb?a=1&b=2");
        assert!(pattern.matches("https://app.example.com/auth/cb?a=1&b=2"));
        assert!(pattern.matches("HTTPS://App.Example.COM:443/auth/cb?a=1&b=2"));
        let texts = "
            http://app.example.com/auth/cb?a=1&b=2 com.example.app://app.example.com/auth/cb?a=1&b=2
            https://example.com/auth/cb?a=1&b=2 https://evil.app.example.com/auth/cb?a=1&b=2
            https://app.example.com./auth/cb?a=1&b=2 https://app.example.com.evil.com/auth/cb?a=1&b=2
            https://evil-app.example.com/auth/cb?a=1&b=2 https://appxexample.com/auth/cb?a=1&b=2
            https://evil.com/auth/cb?a=1&b=2 https://evil.com/?https://app.example.com/auth/cb?a=1&b=2
            https://app.example.com:8443/auth/cb?a=1&b=2 https://app.example.com:80/auth/cb?a=1&b=2
            https://app.example.com/auth/cb/?a=1&b=2 https://app.example.com/auth/cb/x?a=1&b=2
            https://app.example.com/auth?a=1&b=2 https://app.example.com/Auth/cb?a=1&b=2
            https://app.example.com//auth/cb?a=1&b=2 https://app.example.com/auth%2fcb?a=1&b=2
            https://app.example.com/auth/c%62?a=1&b=2 https://app.example.com/auth/cb;x?a=1&b=2
            https://app.example.com/auth/cb https://app.example.com/auth/cb? https://app.example.com/auth/cb?a=1
            https://app.example.com/auth/cb?b=2&a=1 https://app.example.com/auth/cb?a=1&b=2&c=3
            https://app.example.com/auth/cb?a=1&b=2& https://app.example.com/auth/cb?a=1&b=%32
            https://app.example.com/auth/cb?a=1&b=2&b=2 https://app.example.com/auth/cb?a=1&B=2";
        for text in texts.split_whitespace() {
            assert!(!pattern.matches(text), "{text}");
        }
    }

    #[test]
    fn t52_tricks_in_requests_are_refused() {
        let pattern = live("https://example.com/cb");
        let plain = "
            https://example.com@evil.com/cb https://evil.com@example.com/cb https://:x@example.com/cb
            https://@example.com/cb https://example.com/x/../cb https://example.com/x/%2e%2e/cb
            https://example.com/x/%2E./cb https://example.com/./cb https://example.com/cb#
            https://example.com/cb#token https:/example.com/cb https:example.com/cb https:////example.com/cb
            //example.com/cb /cb https://example。com/cb https://ｅxample.com/cb https://%65xample.com/cb
            https://example.com%00.evil.com/cb https://example.com:/cb https://example.com:443@evil.com/cb";
        let odd = [
            "https://evil.com\\@example.com/cb",
            "https://example.com\\@evil.com/cb",
            "https://example.com/x\\..\\cb",
            "https:\\\\example.com\\cb",
            "https://example.com/cb ",
            " https://example.com/cb",
            "https://example.com/cb\n",
            "https://example.com/cb\r\nX: y",
            "https://exam\tple.com/cb",
            "ht\ntps://example.com/cb",
            "https://example.com/cb\0",
        ];
        for text in plain.split_whitespace().chain(odd) {
            assert!(!pattern.matches(text), "{text:?}");
        }
        let loopback = test("http://127.0.0.1:3000/cb");
        let texts = "
            http://127.1:3000/cb http://0x7f.0.0.1:3000/cb http://2130706433:3000/cb http://127.0.0.1:3001/cb
            http://127.0.0.1/cb http://localhost:3000/cb";
        for text in texts.split_whitespace() {
            assert!(!loopback.matches(text), "{text}");
        }
        let app = live("com.example.app://authenticate");
        assert!(app.matches("COM.example.app://authenticate"));
        let texts = "
            com.example.app://Authenticate com.example.app://authenticate/ com.example.app://x@authenticate
            com.example.app:/authenticate com.example.app2://authenticate com.example.app://www.authenticate";
        for text in texts.split_whitespace() {
            assert!(!app.matches(text), "{text}");
        }
    }

    #[test]
    fn an_empty_path_is_the_root() {
        assert!(live("https://example.com").matches("https://example.com/"));
        assert!(live("https://example.com/").matches("https://example.com"));
        assert!(live("https://example.com?a=b").matches("https://example.com/?a=b"));
        assert_eq!(live("https://example.com"), live("https://EXAMPLE.com:443/"));
    }

    #[test]
    fn www_may_be_there_or_not() {
        for (one, other) in [
            ("https://example.com/cb", "https://www.example.com/cb"),
            ("https://app.example.co.uk/", "https://www.app.example.co.uk/"),
        ] {
            assert!(live(one).matches(other) && live(other).matches(one), "{one}");
        }
        assert!(!live("https://example.com/").matches("https://www.www.example.com/"));
        assert!(!live("https://example.com/").matches("https://wwww.example.com/"));
        assert!(!live("https://example.com/").matches("https://www2.example.com/"));
        // Here the two names can belong to two people.
        assert!(!live("https://co.uk/").matches("https://www.co.uk/"));
        assert!(!live("https://github.io/").matches("https://www.github.io/"));
    }

    #[test]
    fn placeholders_stand_for_one_value() {
        let pattern = live("https://example.com/cb?next={}&v=1");
        assert!(pattern.has_placeholder() && !pattern.has_wildcard());
        for value in ["", "home", "%2Fhome%3Fa%3Db", "a=b", "{}", "O'Brien", "https://evil.com/"] {
            assert!(pattern.matches(&format!("https://example.com/cb?next={value}&v=1")), "{value}");
        }
        let plain = "
            ?v=1 ?next&v=1 ?next=a ?next=a&v=2 ?v=1&next=a ?next=a&next=b&v=1 ?next=a&x=b&v=1 ?other=a&v=1
            ?next=a&v=1&x=1 ?next=a#b&v=1";
        let odd = ["", "?next=\\&v=1", "?next=a b&v=1"];
        for query in plain.split_whitespace().chain(odd) {
            assert!(!pattern.matches(&format!("https://example.com/cb{query}")), "{query}");
        }
        assert!(live("com.example.app://cb?next={}").matches("com.example.app://cb?next=home"));
        assert!(live("https://example.com/?a={}&b={}").matches("https://example.com/?a=1&b=2"));
        assert!(!live("https://example.com/?a=b").has_placeholder());
    }

    #[test]
    fn t52_placeholders_stand_in_query_values_only() {
        let texts = "
            https://example.com/{} https://{}.example.com/ https://example.com/?{} https://example.com/?{}=a
            https://example.com/?a=x{} https://example.com/?a={}x https://example.com/?a={x}
            https://example.com/?a={ https://example.com/?a={}{} https://example.com/?a={}&b=}{
            com.example.app://{}";
        for text in texts.split_whitespace() {
            for live in [true, false] {
                assert_eq!(Pattern::parse(text, live), Err(PatternError::InvalidUrl), "{text}");
            }
        }
    }

    #[test]
    fn wildcards_stand_for_one_label_or_segment() {
        for host in [test("https://*.example.com/cb"), live("https://*.example.com/cb")] {
            assert!(host.has_wildcard() && !host.has_placeholder());
            assert!(host.matches("https://acme.example.com/cb") && host.matches("https://www.example.com/cb"));
        }
        let path = test("https://example.com/*/cb");
        assert!(path.has_wildcard());
        assert!(path.matches("https://example.com/acme-1/cb") && path.matches("https://www.example.com/a.b~c/cb"));
        assert!(!test("https://example.com/cb").has_wildcard());
        // In a query an asterisk is a character like others.
        let query = live("https://example.com/cb?q=*");
        assert!(
            !query.has_wildcard()
                && query.matches("https://example.com/cb?q=*")
                && !query.matches("https://example.com/cb?q=a")
        );
    }

    #[test]
    fn t52_wildcards_stand_for_nothing_else() {
        let host = live("https://*.example.com/cb");
        let texts = "
            https://example.com/cb https://.example.com/cb https://a.b.example.com/cb
            https://example.com.evil.com/cb https://evilexample.com/cb https://evil.com/.example.com/cb
            https://evil.com?.example.com/cb https://evil.com@a.example.com/cb https://*.example.com/cb
            https://a_b.example.com/cb https://evil.com%2f.example.com/cb http://a.example.com/cb
            https://a.example.com:444/cb https://a.example.org/cb";
        for text in texts.split_whitespace() {
            assert!(!host.matches(text), "{text}");
        }
        let path = test("https://example.com/*/cb");
        let texts = "
            https://example.com/cb https://example.com//cb https://example.com/a/b/cb https://example.com/../cb
            https://example.com/%2e%2e/cb https://example.com/a%2fb/cb https://example.com/..%2f/cb
            https://example.com/a;b/cb https://example.com/*/cb https://example.com/a?/cb
            https://example.com/a/cb/";
        for text in texts.split_whitespace() {
            assert!(!path.matches(text), "{text}");
        }
    }

    #[test]
    fn t52_wildcards_stand_in_their_places_only() {
        let texts = "
            https://* https://*/ https://*.com/ https://*.co.uk/ https://*.github.io/ https://*.*.example.com/
            https://a.*.example.com/ https://a*.example.com/ https://*a.example.com/ https://*example.com/
            https://example.*/ https://**.example.com/ https://example.com/a* https://example.com/**
            https://example.com/*a/b https://example.com:*/ com.example.app://* com.example.app://x/*";
        for text in texts.split_whitespace() {
            assert_eq!(Pattern::parse(text, false), Err(PatternError::InvalidUrl), "{text}");
            assert!(Pattern::parse(text, true).is_err(), "{text}");
        }
        assert_eq!(Pattern::parse("*://example.com/", false), Err(PatternError::InvalidUrl));
        assert_eq!(Pattern::parse("http://*.example.com/", false), Err(PatternError::MustUseHttps));
    }

    #[test]
    fn origins_are_of_web_pages() {
        let origin = |text: &str| test(text).origin();
        assert_eq!(origin("https://Example.com:443/cb?x={}").as_deref(), Some("https://example.com"));
        assert_eq!(origin("http://localhost:3000/authenticate").as_deref(), Some("http://localhost:3000"));
        assert_eq!(origin("http://[::1]:3000/").as_deref(), Some("http://[::1]:3000"));
        assert_eq!(origin("https://example.com/*/cb").as_deref(), Some("https://example.com"));
        assert_eq!(origin("https://*.example.com/").as_deref(), Some("https://*.example.com"));
        assert_eq!(origin("com.example.app://authenticate"), None);
    }

    proptest! {
        /// Whatever matches leads a browser to the registered host, and the text itself says so.
        #[test]
        fn t52_a_match_stays_on_the_host(before in "[a-z.@:/\\\\#?%*]{0,6}", after in "[a-z0-9.@:/\\\\#?%\t]{0,8}") {
            let pattern = test("https://app.example.com/*?next={}");
            let host = format!("https://{before}app.example.com{after}/x?next=y");
            let rest = format!("https://app.example.com/{before}?next={after}");
            for text in [host, rest].into_iter().filter(|text| pattern.matches(text)) {
                let bare = text.replacen("https://www.", "https://", 1);
                prop_assert!(bare.starts_with("https://app.example.com"), "{}", text);
                let url = Url::parse(&bare).unwrap();
                prop_assert_eq!(url.host_str(), Some("app.example.com"), "{}", text);
            }
        }

        #[test]
        fn t52_other_texts_do_not_match(text in "\\PC{0,40}") {
            prop_assert!(!live("https://app.example.com/cb").matches(&text));
        }

        /// What can be registered matches itself.
        #[test]
        fn a_pattern_matches_itself(
            host in "[a-z0-9.-]{1,12}(:[0-9]{1,4})?",
            rest in "(/[a-zA-Z0-9._%-]{0,4}){0,3}(\\?[a-z=&']{0,8})?",
        ) {
            let text = format!("https://{host}{rest}");
            if let Ok(pattern) = Pattern::parse(&text, true) {
                prop_assert!(pattern.matches(&text));
            }
        }
    }
}
