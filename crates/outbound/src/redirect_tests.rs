use super::*;
use hyper::header::{AUTHORIZATION, COOKIE, HeaderValue};

const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

fn post(url: &str) -> Request {
    let value = HeaderValue::from_static;
    Request::post(url, "body")
        .unwrap()
        .redirects(3)
        .header(AUTHORIZATION, value("Bearer secret"))
        .header(COOKIE, value("secret"))
        .header(HeaderName::from_static("x-api-key"), value("secret"))
        .header(ACCEPT, value("application/json"))
        .header(CONTENT_TYPE, value("text/plain"))
}

fn follow(request: &Request, status: u16, location: &str) -> Result<Option<Request>, Refused> {
    let headers = [(LOCATION, HeaderValue::from_bytes(location.as_bytes()).unwrap())].into_iter().collect();
    next(request, StatusCode::from_u16(status).unwrap(), &headers)
}

fn names(request: &Request) -> Vec<&str> {
    let mut names: Vec<_> = request.headers.keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    names
}

#[test]
fn the_same_origin_sees_the_same_request() {
    for status in [307, 308] {
        let next = follow(&post("https://idp.example/a/b?c"), status, "../d?e#f").unwrap().unwrap();
        assert_eq!(next.target.url.as_str(), "https://idp.example/d?e");
        assert_eq!((next.method, next.body.as_ref()), (Method::POST, b"body".as_slice()));
    }
    let next = follow(&post("https://idp.example/"), 307, "https://IDP.example:443/x").unwrap().unwrap();
    assert_eq!(names(&next), ["accept", "authorization", "content-type", "cookie", "x-api-key"]);
}

#[test]
fn some_become_a_get_without_body() {
    for status in [301, 302, 303] {
        let next = follow(&post("https://idp.example/"), status, "/x").unwrap().unwrap();
        assert_eq!((&next.method, next.body.len()), (&Method::GET, 0));
        assert_eq!(names(&next), ["accept", "authorization", "cookie", "x-api-key"]);
    }
}

#[test]
fn t65_another_origin_sees_no_credentials() {
    for url in ["https://other.example/", "https://idp.example:8443/", "https://www.idp.example/"] {
        for status in [301, 302, 303] {
            let next = follow(&post("https://idp.example/"), status, url).unwrap().unwrap();
            assert_eq!(names(&next), ["accept"], "{status} {url}");
        }
        for status in [307, 308] {
            assert!(matches!(follow(&post("https://idp.example/"), status, url), Err(Refused::Redirect { .. })));
            let mut get = post("https://idp.example/");
            (get.method, get.body) = (Method::GET, Bytes::new());
            assert_eq!(names(&follow(&get, status, url).unwrap().unwrap()), ["accept", "content-type"]);
        }
    }
    // Another scheme is another origin.
    let next = follow(&post("http://idp.example/").allow_http(), 302, "https://idp.example/").unwrap().unwrap();
    assert_eq!(names(&next), ["accept"]);
}

#[test]
fn t65_what_is_no_redirect_to_follow_is_refused() {
    let request = post("https://idp.example/").allow_http();
    for (location, why) in [
        ("http://idp.example/", "from https to http"),
        ("http://other.example/", "from https to http"),
        ("file:///etc/passwd", "to a URL that cannot be used"),
        ("gopher://idp.example/", "to a URL that cannot be used"),
        ("javascript:alert(1)", "to a URL that cannot be used"),
        ("https://user:password@idp.example/", "to a URL that cannot be used"),
        ("//user@other.example/", "to a URL that cannot be used"),
        ("https://idp.example:0/", "to a URL that cannot be used"),
        ("https://[fe80::1%25eth0]/", "to what is no URL"),
        ("https://:x/", "to what is no URL"),
        ("/ü", "to what is no URL"),
    ] {
        for status in STATUSES {
            let refused = follow(&request, status, location).unwrap_err();
            assert_eq!(refused, Refused::Redirect { host: "idp.example".into(), why }, "{location}");
        }
    }
    let long = "x".repeat(9000);
    assert_eq!(
        follow(&request, 302, &long).unwrap_err().to_string(),
        "idp.example redirects to a URL that is too long"
    );

    let missing = "without saying where, or to several places";
    let mut headers = HeaderMap::new();
    assert!(
        matches!(next(&request, StatusCode::FOUND, &headers), Err(Refused::Redirect { why, .. }) if why == missing)
    );
    headers.append(LOCATION, HeaderValue::from_static("/a"));
    headers.append(LOCATION, HeaderValue::from_static("/b"));
    assert!(
        matches!(next(&request, StatusCode::FOUND, &headers), Err(Refused::Redirect { why, .. }) if why == missing)
    );
}

#[test]
fn only_redirects_redirect() {
    for status in [200, 201, 204, 300, 304, 305, 306, 309, 400, 500] {
        assert!(follow(&post("https://idp.example/"), status, "/x").unwrap().is_none(), "{status}");
    }
    for status in STATUSES {
        assert!(follow(&post("https://idp.example/").redirects(0), status, "/x").unwrap().is_none(), "{status}");
    }
}

#[test]
fn a_redirect_too_many_is_refused() {
    let mut request = post("https://idp.example/");
    for hop in 1..=3 {
        request = follow(&request, 302, &format!("https://{hop}.example/")).unwrap().unwrap();
        // The name is the first host's, never what it redirects to.
        assert_eq!(request.name(), "a redirect of idp.example");
    }
    let refused = follow(&request, 302, "/").unwrap_err();
    assert_eq!(refused.to_string(), "a redirect of idp.example redirects more often than it may");
}
