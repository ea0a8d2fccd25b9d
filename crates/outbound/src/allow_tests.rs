use super::*;

fn allowed(entries: &[&str], host: &str, port: u16, address: &str) -> bool {
    let allow = Allow::parse(entries).unwrap();
    allow.admit(&Host::parse(host).unwrap(), port, address.parse().unwrap()).is_ok()
}

#[test]
fn what_is_public_needs_no_entry() {
    assert!(allowed(&[], "idp.example", 443, "8.8.8.8"));
    assert!(!allowed(&[], "idp.example", 443, "10.0.0.1"));
}

#[test]
fn a_network_is_allowed_by_whatever_name_and_port() {
    let entries = ["10.20.0.0/16", "fd12::/16", "192.168.7.7"];
    for address in ["10.20.0.0", "10.20.255.255", "fd12:ffff::1", "192.168.7.7"] {
        assert!(allowed(&entries, "any.example", 8080, address), "{address}");
    }
    for address in ["10.19.255.255", "10.21.0.0", "fd13::", "192.168.7.6", "192.168.7.8", "::ffff:10.20.0.1"] {
        assert!(!allowed(&entries, "any.example", 8080, address), "{address}");
    }
}

#[test]
fn a_host_is_allowed_at_its_port_only() {
    let entries = ["IdP.Internal:8443", "bücher.internal:443", "10.1.2.3:8443", "[fd12::3]:8443"];
    for (host, port, address) in [
        ("idp.internal", 8443, "10.0.0.1"),
        ("idp.internal", 8443, "127.0.0.1"),
        ("idp.internal", 8443, "100.64.0.1"),
        ("idp.internal", 8443, "fd12::1"),
        ("xn--bcher-kva.internal", 443, "10.0.0.1"),
        ("10.1.2.3", 8443, "10.1.2.3"),
        ("[fd12::3]", 8443, "fd12::3"),
    ] {
        assert!(allowed(&entries, host, port, address), "{host}:{port} at {address}");
    }
    for (host, port, address) in [
        ("idp.internal", 443, "10.0.0.1"),
        ("other.internal", 8443, "10.0.0.1"),
        ("idp.internal.example", 8443, "10.0.0.1"),
        ("an.idp.internal", 8443, "10.0.0.1"),
        // The name of another, with the address of one that is allowed.
        ("other.internal", 8443, "10.1.2.3"),
        // Internal services have other addresses than these.
        ("idp.internal", 8443, "169.254.169.254"),
        ("idp.internal", 8443, "fd00:ec2::254"),
        ("idp.internal", 8443, "0.0.0.0"),
        ("idp.internal", 8443, "fe80::1"),
        ("idp.internal", 8443, "224.0.0.1"),
    ] {
        assert!(!allowed(&entries, host, port, address), "{host}:{port} at {address}");
    }
}

#[test]
fn t65_credentials_of_clouds_are_allowed_by_their_own_address_only() {
    let metadata = [
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "168.63.129.16",
        "fd00:ec2::254",
        "::ffff:169.254.169.254",
        "64:ff9b::169.254.169.254",
    ];
    let everything = ["0.0.0.0/0", "::/0", "169.254.0.0/16", "100.64.0.0/10", "fd00::/8", "fd00:ec2::/32"];
    for address in metadata {
        assert!(!allowed(&everything, "any.example", 80, address), "{address}");
        assert!(allowed(&[address], "any.example", 80, address), "{address}");
        assert!(allowed(&[&format!("{address}/{}", if address.contains(':') { 128 } else { 32 })], "a.b", 80, address));
    }
    // All else is open by then.
    for address in ["0.0.0.0", "127.0.0.1", "100.64.0.1", "fd00::1", "fe80::1", "::ffff:10.0.0.1"] {
        assert!(allowed(&everything, "any.example", 80, address), "{address}");
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let neither = "is neither a network like 10.20.0.0/16 nor a host with its port like idp.internal:8443";
    for (entry, sentence) in [
        ("", neither),
        ("idp.internal", neither),
        ("idp.internal:", neither),
        ("idp.internal:0", neither),
        ("idp.internal:+443", neither),
        ("idp.internal:65536", neither),
        (":443", neither),
        ("user@idp.internal:443", neither),
        ("idp internal:443", neither),
        ("[fd12::3%eth0]:443", neither),
        ("10.0.0.256:443", neither),
        ("idp.internal/", neither),
        ("*.internal:443", neither),
        ("http://", neither),
        ("https://idp.internal", "is a URL; write only its host and port, idp.internal:443"),
        ("http://10.1.2.3:8080/path", "is a URL; write only its host and port, 10.1.2.3:8080"),
        ("10.0.0.0/33", "is no network: after the / stands a number from 0 to 32"),
        ("10.0.0.0/", "is no network: after the / stands a number from 0 to 32"),
        ("10.0.0.0/+8", "is no network: after the / stands a number from 0 to 32"),
        ("10.0.0.0/8/8", "is no network: after the / stands a number from 0 to 32"),
        ("::/129", "is no network: after the / stands a number from 0 to 128"),
        ("10.0.0/8", "is no network: \"10.0.0\" is no address"),
        ("10.0.0.1/8", "is no network: write 10.0.0.0/8, or 10.0.0.1 for the one address"),
        ("fd12::1/16", "is no network: write fd12::/16, or fd12::1 for the one address"),
    ] {
        assert_eq!(Allow::parse([entry]), Err(format!("{entry:?} {sentence}")));
    }
    assert_eq!(Allow::parse(["10.0.0.0/8", "wrong"]), Err(format!("\"wrong\" {neither}")));
    assert_eq!(Allow::parse([" 10.0.0.0/8 ", "0.0.0.0/0", "::/0"]).map(drop), Ok(()));
    assert_eq!(Allow::parse::<[&str; 0]>([]), Ok(Allow::default()));
}
