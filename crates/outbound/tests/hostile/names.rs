//! Names that lead where they should not (threat T-65).

use crate::support::{Names, PRIVATE, PUBLIC, Server, client, config, get, ok, usual_names};
use outbound::{Allow, Config, Outbound, Refused};
use std::{net::IpAddr, sync::Arc};
use tokio::net::TcpListener;

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// The same port on both addresses, so that only the address tells whom the client asked.
async fn public_and_private() -> (Server, Server) {
    loop {
        let public = TcpListener::bind((PUBLIC, 0)).await.unwrap();
        if let Ok(private) = TcpListener::bind((PRIVATE, public.local_addr().unwrap().port())).await {
            let answer = async |mut stream: tokio::net::TcpStream, _| {
                tokio::io::AsyncWriteExt::write_all(&mut stream, ok("").as_bytes()).await.unwrap();
            };
            return (Server::on(public, answer), Server::on(private, answer));
        }
    }
}

#[tokio::test]
async fn t65_a_name_that_leads_inside_is_refused() {
    for inside in [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "::1",
        "::",
        "::ffff:127.0.0.2",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "fd00:ec2::254",
        "fe80::1",
        "2002:7f00:1::",
    ] {
        let names = Names::new(&[("inside.example", &[&[address(inside)]])]);
        let client = Outbound::new(config(names.clone())).unwrap();
        let refused = client.send(get("http://inside.example/")).await.unwrap_err();
        assert!(matches!(&refused, Refused::Blocked { address: a, .. } if *a == address(inside)), "{refused:?}");
        // The sentence does not say what the name resolves to.
        assert_eq!(
            refused.to_string(),
            "inside.example leads to no public address; the operator of this server can allow it with \
             --outbound-allow inside.example:80"
        );
        assert!(!refused.is_transient());
        assert_eq!(names.asked(), ["inside.example"]);
    }
}

#[tokio::test]
async fn t65_nobody_inside_hears_of_a_refused_request() {
    let (public, private) = public_and_private().await;
    let client = client();
    for host in ["internal.example", "127.0.0.1", "127.1", "0x7f000001", "[::ffff:127.0.0.1]", "[::1]"] {
        let refused = client.send(get(&private.url(host))).await.unwrap_err();
        assert!(matches!(refused, Refused::Blocked { .. }), "{host}: {refused:?}");
    }
    client.send(get(&public.url("idp.example"))).await.unwrap();
    client.send(get(&public.url("127.0.0.2"))).await.unwrap();
    assert_eq!((public.seen().len(), private.seen().len()), (2, 0));
}

#[tokio::test]
async fn t65_a_name_is_asked_for_once_so_that_its_second_answer_does_no_harm() {
    let (public, private) = public_and_private().await;
    let names = Names::new(&[("rebinding.example", &[&[PUBLIC], &[PRIVATE]])]);
    let client = Outbound::new(config(names.clone())).unwrap();
    client.send(get(&public.url("rebinding.example"))).await.unwrap();
    assert_eq!(names.asked().len(), 1);
    assert_eq!((public.seen().len(), private.seen().len()), (1, 0));
    // The next request asks again, and gets the answer that is refused.
    let refused = client.send(get(&public.url("rebinding.example"))).await.unwrap_err();
    assert!(matches!(refused, Refused::Blocked { .. }), "{refused:?}");
    assert_eq!(names.asked().len(), 2);
    assert_eq!((public.seen().len(), private.seen().len()), (1, 0));
}

#[tokio::test]
async fn t65_a_redirect_asks_for_the_name_again() {
    let (public, private) = public_and_private().await;
    drop(public);
    let names = Names::new(&[("rebinding.example", &[&[PUBLIC], &[PRIVATE]])]);
    let client = Outbound::new(config(names.clone())).unwrap();
    let server = Server::start(crate::support::redirect(302, &private.url("rebinding.example"))).await;
    let refused = client.send(get(&server.url("rebinding.example")).redirects(1)).await.unwrap_err();
    assert!(matches!(refused, Refused::Blocked { .. }), "{refused:?}");
    assert_eq!(private.seen().len(), 0);
}

#[tokio::test]
async fn t65_of_many_addresses_only_the_public_ones_are_tried() {
    let (public, private) = public_and_private().await;
    let mixed = [PRIVATE, address("169.254.169.254"), address("::1"), PUBLIC, PRIVATE];
    let names = Names::new(&[("mixed.example", &[&mixed]), ("bad.example", &[&[PRIVATE, address("10.0.0.1")]])]);
    let client = Outbound::new(config(names)).unwrap();
    client.send(get(&public.url("mixed.example"))).await.unwrap();
    assert_eq!((public.seen().len(), private.seen().len()), (1, 0));

    // Also when the public one does not answer.
    drop(public);
    let closed = TcpListener::bind((PUBLIC, 0)).await.unwrap().local_addr().unwrap().port();
    let refused = client.send(get(&format!("http://mixed.example:{closed}/"))).await.unwrap_err();
    assert!(matches!(refused, Refused::Connect { .. }), "{refused:?}");
    assert!(refused.is_transient());

    let refused = client.send(get(&private.url("bad.example"))).await.unwrap_err();
    assert!(matches!(refused, Refused::Blocked { address, .. } if address == PRIVATE), "{refused:?}");
    assert_eq!(private.seen().len(), 0);
}

#[tokio::test]
async fn the_next_address_is_tried_when_one_is_closed() {
    let server = Server::start(ok("")).await;
    let names = Names::new(&[("idp.example", &[&[address("127.0.0.3"), PUBLIC]])]);
    let allow = Allow::parse(["127.0.0.2", "127.0.0.3"]).unwrap();
    let client = Outbound::new(Config { allow, ..config(names) }).unwrap();
    client.send(get(&server.url("idp.example"))).await.unwrap();
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn t65_a_name_with_many_addresses_makes_us_try_a_few() {
    let server = Server::start(ok("")).await;
    let closed = address("127.0.0.3");
    let few = [closed, closed, closed, closed, closed, closed, closed, PUBLIC];
    let many = [closed, closed, closed, closed, closed, closed, closed, closed, PUBLIC];
    let names = Names::new(&[("few.example", &[&few]), ("many.example", &[&many])]);
    let allow = Allow::parse(["127.0.0.2", "127.0.0.3"]).unwrap();
    let client = Outbound::new(Config { allow, ..config(names) }).unwrap();
    client.send(get(&server.url("few.example"))).await.unwrap();
    let refused = client.send(get(&server.url("many.example"))).await.unwrap_err();
    assert_eq!(refused.to_string(), "many.example cannot be reached");
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_host_of_the_operators_list_may_be_inside() {
    let (_, private) = public_and_private().await;
    let port = private.address.port();
    let allow = Allow::parse([format!("internal.example:{port}")]).unwrap();
    let client = Outbound::new(Config { allow, ..config(usual_names()) }).unwrap();
    client.send(get(&private.url("internal.example"))).await.unwrap();
    assert_eq!(private.seen().len(), 1);
    // Another name for the same place, another port of the same host, its address.
    let names = [format!("http://other.example:{port}/"), "http://internal.example/".into(), private.url("127.0.0.1")];
    for url in names {
        let refused = client.send(get(&url)).await.unwrap_err();
        assert!(matches!(refused, Refused::Blocked { .. }), "{url}: {refused:?}");
    }
}

#[tokio::test]
async fn names_without_an_address_are_not_found() {
    let names = Names::new(&[("empty.example", &[&[]])]);
    let client = Outbound::new(config(names)).unwrap();
    for name in ["empty.example", "missing.example"] {
        let refused = client.send(get(&format!("http://{name}/"))).await.unwrap_err();
        assert_eq!(refused, Refused::Dns { host: name.into() });
        assert_eq!(refused.to_string(), format!("{name} has no address in the DNS"));
        assert!(refused.is_transient());
    }
}

#[tokio::test]
async fn t74_a_resolver_that_panics_fails_its_own_request_only() {
    struct Panicking(Arc<Names>);
    impl outbound::Resolve for Panicking {
        fn resolve(&self, name: String) -> outbound::Resolving {
            match name.as_str() {
                "panic.example" => Box::pin(async { panic!("on purpose") }),
                _ => self.0.resolve(name),
            }
        }
    }
    let server = Server::start(ok("")).await;
    let client = crate::support::client_at_once(1, Arc::new(Panicking(usual_names())));
    for _ in 0..3 {
        let refused = client.send(get(&server.url("panic.example"))).await.unwrap_err();
        assert_eq!(refused, Refused::Dns { host: "panic.example".into() });
    }
    client.send(get(&server.url("idp.example"))).await.unwrap();
}

#[tokio::test]
async fn the_system_resolves_unless_told_otherwise() {
    let (_, private) = public_and_private().await;
    let refused = Outbound::new(Config::default()).unwrap().send(get(&private.url("localhost"))).await.unwrap_err();
    assert!(matches!(refused, Refused::Blocked { address, .. } if address.is_loopback()), "{refused:?}");

    let allow = Allow::parse(["127.0.0.1", "::1"]).unwrap();
    let client = Outbound::new(Config { allow, ..Config::default() }).unwrap();
    client.send(get(&private.url("localhost"))).await.unwrap();
    assert_eq!(private.seen().len(), 1);
}
