use super::*;
use crate::Outbound;

#[test]
fn t65_urls_are_read_once_whatever_they_look_like() {
    for (url, origin) in [
        ("https://idp.example", "https://idp.example:443"),
        ("HTTPS://IdP.Example:8443/a?b#c", "https://idp.example:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example:443"),
        ("https://2130706433/", "https://127.0.0.1:443"),
        ("https://0x7f000001/", "https://127.0.0.1:443"),
        ("https://0177.0.0.1/", "https://127.0.0.1:443"),
        ("https://127.1/", "https://127.0.0.1:443"),
        ("https://0/", "https://0.0.0.0:443"),
        ("https://127.0.0.1./", "https://127.0.0.1:443"),
        ("https://１２７.0.0.1/", "https://127.0.0.1:443"),
        ("https://%31%32%37.0.0.1/", "https://127.0.0.1:443"),
        ("https://[::1]/", "https://[::1]:443"),
        ("https://[0:0::ffff:7f00:1]/", "https://[::ffff:7f00:1]:443"),
        ("https:\\\\idp.example\\@10.0.0.1/", "https://idp.example:443"),
        (" https://idp.ex\tample/ ", "https://idp.example:443"),
    ] {
        assert_eq!(format!("{:?}", Request::get(url).unwrap().target), origin, "{url}");
    }
    for (url, why) in [
        ("", "it is no URL with a scheme and a host"),
        ("idp.example", "it is no URL with a scheme and a host"),
        ("/metadata", "it is no URL with a scheme and a host"),
        ("https://", "it is no URL with a scheme and a host"),
        ("https://idp.example:65536/", "it is no URL with a scheme and a host"),
        ("https://256.1.1.1/", "it is no URL with a scheme and a host"),
        ("https://1.2.3.4.5/", "it is no URL with a scheme and a host"),
        ("https://[fe80::1%25eth0]/", "it is no URL with a scheme and a host"),
        ("https://[fe80::1%eth0]/", "it is no URL with a scheme and a host"),
        ("https://exa mple/", "it is no URL with a scheme and a host"),
        ("file:///etc/passwd", "its scheme is neither https nor http"),
        ("gopher://idp.example/", "its scheme is neither https nor http"),
        ("ftp://idp.example/", "its scheme is neither https nor http"),
        ("unix:/run/docker.sock", "its scheme is neither https nor http"),
        ("data:,x", "its scheme is neither https nor http"),
        ("https://user@idp.example/", "it holds a user or a password"),
        ("https://:password@idp.example/", "it holds a user or a password"),
        ("https://idp.example@10.0.0.1/", "it holds a user or a password"),
        ("https://idp.example./", "its host ends with a dot"),
        ("https://idp..example/", "its host is no name of the DNS"),
        ("https://*.example/", "its host is no name of the DNS"),
        ("https://idp.example:0/", "its port is 0"),
    ] {
        assert_eq!(Request::get(url).unwrap_err(), Refused::BadUrl { why }, "{url}");
    }
    let long = format!("https://idp.example/{}", "x".repeat(9000));
    assert_eq!(Request::get(&long).unwrap_err(), Refused::BadUrl { why: "it is too long" });
}

#[test]
fn t65_addresses_in_urls_are_checked_without_a_connection() {
    let outbound = Outbound::new(crate::Config::default()).unwrap();
    for url in [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://017700000001/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://0/",
        "https://10.0.0.1:8443/",
        "https://169.254.169.254/latest/meta-data/",
        "https://0xa9fea9fe/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[::ffff:8.8.8.8]/",
        "https://[64:ff9b::10.0.0.1]/",
        "https://[64:ff9b:1::1]/",
        "https://[fd00:ec2::254]/",
        "https://[2002:7f00:1::]/",
        "https://１０.0.0.1/",
    ] {
        let refused = outbound.check(&Request::get(url).unwrap()).unwrap_err();
        assert!(matches!(refused, Refused::Blocked { .. }), "{url}: {refused:?}");
    }
    for url in ["https://8.8.8.8/", "https://[2606:4700:4700::1111]/", "https://idp.example/"] {
        assert_eq!(outbound.check(&Request::get(url).unwrap()), Ok(()), "{url}");
    }
}

#[test]
fn the_host_header_has_the_port_unless_it_is_the_usual() {
    for (url, authority) in [
        ("https://idp.example:443/", "idp.example"),
        ("http://idp.example:80/", "idp.example"),
        ("http://idp.example:443/", "idp.example:443"),
        ("https://[2606:4700::1]:8443/", "[2606:4700::1]:8443"),
        ("https://[2606:4700:0::1]/", "[2606:4700::1]"),
        ("https://0x08080808/", "8.8.8.8"),
    ] {
        assert_eq!(Request::get(url).unwrap().target.authority(), authority, "{url}");
    }
}

#[test]
fn http_has_to_be_asked_for() {
    let outbound = Outbound::new(crate::Config::default()).unwrap();
    let request = Request::get("http://idp.example/").unwrap();
    assert_eq!(
        outbound.check(&request).unwrap_err().to_string(),
        "the URL cannot be used: it has to begin with https://"
    );
    assert_eq!(outbound.check(&request.allow_http()), Ok(()));
}

#[test]
fn t75_nothing_secret_is_printed() {
    let canary = "canary";
    let secret = HeaderValue::from_str(&format!("Bearer {canary}")).unwrap();
    let request = Request::post(&format!("https://hooks.example/{canary}?token={canary}#{canary}"), canary)
        .unwrap()
        .header(hyper::header::AUTHORIZATION, secret.clone());
    let response = crate::Response {
        status: hyper::StatusCode::OK,
        headers: [(hyper::header::SET_COOKIE, secret)].into_iter().collect(),
        body: canary.into(),
        url: request.target.url.clone(),
    };
    for printed in [format!("{request:?}"), format!("{request:#?}"), format!("{response:?}"), format!("{response:#?}")]
    {
        assert!(!printed.contains(canary), "{printed}");
        assert!(!printed.contains(&format!("{:?}", canary.as_bytes())), "{printed}");
    }
    assert!(format!("{request:?}").contains("https://hooks.example:443"));
    assert!(format!("{request:?}").contains("authorization"));
}

#[test]
fn what_may_come_off_the_wire_does_not_overflow() {
    let endless = Limits { head_bytes: usize::MAX, body_bytes: usize::MAX, ..Limits::default() };
    assert_eq!(endless.wire_bytes(), usize::MAX);
    assert!(Limits::default().wire_bytes() > Limits::default().body_bytes);
}
