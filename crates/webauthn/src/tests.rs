use crate::for_tests::*;
use crate::{Assertion, Created, Credential, Expected, Refusal, Shown, counter_goes_on};
use proptest::prelude::*;
use serde_json::json;

const EXPECTED: Expected =
    Expected { challenge: CHALLENGE, relying_party: DOMAIN, origins: &[ORIGIN], user_verification: true };

fn create(ceremony: &Ceremony, expected: &Expected) -> Result<Credential, Refusal> {
    ceremony.created()?.verify(expected)
}

fn get(ceremony: &Ceremony, expected: &Expected) -> Result<Assertion, Refusal> {
    let (key, count) = ceremony.known();
    ceremony.shown()?.verify(expected, &known(&key, count))
}

#[test]
fn keys_of_each_kind_are_registered_and_shown() {
    for pair in [Pair::ed25519, Pair::p256, Pair::rsa] {
        for (format, signs_itself) in [("none", false), ("packed", true)] {
            let ceremony = Ceremony { format, signs_itself, flags: 0x5d, ..Ceremony::of(pair(), "webauthn.create") };
            let credential = create(&ceremony, &EXPECTED).unwrap();
            assert_eq!((credential.id.as_slice(), credential.count, credential.model), (ID, 7, [9; 16]));
            assert!(credential.is_backed_up && credential.is_user_verified);
            assert_eq!(credential.key, ceremony.pair.key());
        }
        let expected = Assertion { count: 7, counter_goes_on: true, is_user_verified: true, is_backed_up: false };
        assert_eq!(get(&Ceremony::of(pair(), "webauthn.get"), &EXPECTED), Ok(expected));
    }
}

#[test]
fn what_was_not_asked_for_does_no_harm() {
    let certified = vec![(text("alg"), number(-7)), (text("sig"), bytes(b"x")), (text("x5c"), b"\x81\x41x".to_vec())];
    let extensions = map(&[(text("credProtect"), number(2))]);
    for (what, ceremony) in [
        ("a certificate", Ceremony { format: "packed", statement: certified, ..of("webauthn.create") }),
        ("an attestation of another kind", Ceremony { format: "apple", ..of("webauthn.create") }),
        ("extensions", Ceremony { flags: 0xc5, after: extensions, ..of("webauthn.create") }),
    ] {
        assert!(create(&ceremony, &EXPECTED).is_ok(), "{what}");
    }
    let presence = Expected { user_verification: false, ..EXPECTED };
    let only_present = Ceremony { flags: 0x01, ..of("webauthn.get") };
    assert!(!get(&only_present, &presence).unwrap().is_user_verified);
    assert!(get(&Ceremony { handle: None, ..of("webauthn.get") }, &EXPECTED).is_ok());
}

fn of(call: &str) -> Ceremony {
    Ceremony::of(Pair::p256(), call)
}

fn client(call: &str, field: &str, value: serde_json::Value) -> Ceremony {
    let mut ceremony = of(call);
    ceremony.client[field] = value;
    ceremony
}

/// What can be wrong with either call.
fn wrong_in_both(call: &str) -> Vec<(&'static str, Ceremony, Refusal)> {
    let other = if call == "webauthn.get" { "webauthn.create" } else { "webauthn.get" };
    vec![
        ("the other call", client(call, "type", json!(other)), Refusal::Ceremony),
        ("another challenge", client(call, "challenge", json!(encode(b"0123456789abcdeF"))), Refusal::Challenge),
        ("no challenge", client(call, "challenge", json!("")), Refusal::Challenge),
        ("a challenge that is none", client(call, "challenge", json!("!")), Refusal::ClientData),
        ("no type", client(call, "type", json!(null)), Refusal::ClientData),
        ("a suffix", client(call, "origin", json!("https://badexample.com")), Refusal::Origin),
        ("another host below", client(call, "origin", json!("https://evil.example.com")), Refusal::Origin),
        ("the origin and more", client(call, "origin", json!(format!("{ORIGIN}.evil.example"))), Refusal::Origin),
        ("another port", client(call, "origin", json!(format!("{ORIGIN}:8443"))), Refusal::Origin),
        ("another scheme", client(call, "origin", json!("http://app.example.com")), Refusal::Origin),
        ("a frame", client(call, "crossOrigin", json!(true)), Refusal::Framed),
        ("a frame that is not clear", client(call, "crossOrigin", json!("no")), Refusal::ClientData),
        ("another relying party", Ceremony { domain: "app.example.com", ..of(call) }, Refusal::RelyingParty),
        ("nobody there", Ceremony { flags: of(call).flags & !0x01, ..of(call) }, Refusal::NotPresent),
        ("nobody verified", Ceremony { flags: of(call).flags & !0x04, ..of(call) }, Refusal::NotVerified),
        ("backed up but not to be", Ceremony { flags: of(call).flags | 0x10, ..of(call) }, Refusal::AuthenticatorData),
        ("more than there is", Ceremony { after: vec![0], ..of(call) }, Refusal::AuthenticatorData),
        ("extensions that are none", Ceremony { flags: of(call).flags | 0x80, ..of(call) }, Refusal::AuthenticatorData),
        ("two ids", Ceremony { raw_id: b"another id".to_vec(), ..of(call) }, Refusal::Id),
        ("another kind", Ceremony { kind: "password", ..of(call) }, Refusal::Kind),
        ("no id", Ceremony { id: vec![], raw_id: vec![], ..of(call) }, Refusal::Id),
        ("an id that is too long", Ceremony { id: vec![1; 1025], raw_id: vec![1; 1025], ..of(call) }, Refusal::Size),
    ]
}

#[test]
fn t41_a_credential_is_made_as_it_was_asked_for() {
    let packed = || Ceremony { format: "packed", signs_itself: true, ..of("webauthn.create") };
    let with = |key| Ceremony { key, ..of("webauthn.create") };
    let p256 = |algorithm, kind, curve, x: &[u8], y: &[u8]| {
        map(&[
            (number(1), number(kind)),
            (number(3), number(algorithm)),
            (number(-1), number(curve)),
            (number(-2), bytes(x)),
            (number(-3), bytes(y)),
        ])
    };
    let rsa = |n: &[u8], e: &[u8]| {
        map(&[(number(1), number(3)), (number(3), number(-257)), (number(-1), bytes(n)), (number(-2), bytes(e))])
    };
    let mut cases = wrong_in_both("webauthn.create");
    cases.extend([
        ("another made", Ceremony { made_id: b"x".to_vec(), ..of("webauthn.create") }, Refusal::Id),
        ("none made", Ceremony { flags: 0x05, ..of("webauthn.create") }, Refusal::AuthenticatorData),
        (
            "a statement that says nothing, but something",
            Ceremony { statement: vec![(number(1), number(1))], ..of("webauthn.create") },
            Refusal::AuthenticatorData,
        ),
        ("a statement of nothing", Ceremony { format: "packed", ..of("webauthn.create") }, Refusal::AuthenticatorData),
        ("a wrong signature", Ceremony { breaks_signature: true, ..packed() }, Refusal::Attestation),
        ("another key's", Ceremony { key: Pair::p256().key(), ..packed() }, Refusal::Attestation),
        ("another algorithm's", Ceremony { key: Pair::ed25519().key(), ..packed() }, Refusal::Attestation),
        ("an algorithm not asked for", with(p256(-35, 2, 1, &[1; 32], &[1; 32])), Refusal::Key),
        ("SHA-1", with(p256(-65535, 2, 1, &[1; 32], &[1; 32])), Refusal::Key),
        ("another curve", with(p256(-7, 2, 2, &[1; 32], &[1; 32])), Refusal::Key),
        ("another kind of key", with(p256(-7, 1, 1, &[1; 32], &[1; 32])), Refusal::Key),
        ("no point of the curve", with(p256(-7, 2, 1, &[1; 32], &[1; 32])), Refusal::Key),
        ("a short point", with(p256(-7, 2, 1, &[1; 31], &[1; 32])), Refusal::Key),
        ("a weak key", with(rsa(&[0xff; 128], &[1, 0, 1])), Refusal::Key),
        ("a huge key", with(rsa(&[0xff; 1024], &[1, 0, 1])), Refusal::Key),
        ("an exponent of one", with(rsa(&[0xff; 256], &[1])), Refusal::Key),
        ("no exponent", with(rsa(&[0xff; 256], &[])), Refusal::Key),
        ("no modulus", with(rsa(&[], &[1, 0, 1])), Refusal::Key),
        ("no key", with(map(&[])), Refusal::Key),
    ]);
    for (what, ceremony, refusal) in cases {
        assert_eq!(create(&ceremony, &EXPECTED), Err(refusal), "{what}");
    }
}

#[test]
fn t41_a_proof_is_made_as_it_was_asked_for_with_the_key_of_the_person() {
    let mut cases = wrong_in_both("webauthn.get");
    cases.extend([
        ("a wrong signature", Ceremony { breaks_signature: true, ..of("webauthn.get") }, Refusal::Signature),
        ("another person", Ceremony { handle: Some(b"eve".to_vec()), ..of("webauthn.get") }, Refusal::Person),
        (
            "another credential",
            Ceremony { id: b"other".to_vec(), raw_id: b"other".to_vec(), ..of("webauthn.get") },
            Refusal::OtherCredential,
        ),
    ]);
    for (what, ceremony, refusal) in cases {
        assert_eq!(get(&ceremony, &EXPECTED), Err(refusal), "{what}");
    }
    let (ceremony, other) = (of("webauthn.get"), Pair::p256().key());
    assert_eq!(ceremony.shown().unwrap().verify(&EXPECTED, &known(&other, 0)), Err(Refusal::Signature));
}

#[test]
fn t41_nothing_is_expected_of_an_empty_challenge() {
    let nothing = Expected { challenge: b"", ..EXPECTED };
    assert_eq!(get(&client("webauthn.get", "challenge", json!("")), &nothing), Err(Refusal::Challenge));
}

#[test]
fn t41_a_counter_rises_or_was_never_there() {
    for (before, now, goes_on) in
        [(0, 0, true), (0, 1, true), (6, 7, true), (7, 7, false), (7, 6, false), (7, 0, false), (u32::MAX, 0, false)]
    {
        assert_eq!(counter_goes_on(before, now), goes_on, "{before} {now}");
    }
    let ceremony = of("webauthn.get");
    let shown = ceremony.shown().unwrap();
    assert!(!shown.verify(&EXPECTED, &known(&ceremony.pair.key(), 7)).unwrap().counter_goes_on);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Not one bit of what is signed can be changed.
    #[test]
    fn t41_whatever_is_changed_is_refused(at in any::<prop::sample::Index>(), bit in 0u8..8, which in 0usize..3) {
        let ceremony = of("webauthn.get");
        let mut parts = ceremony.parts();
        let part = &mut parts[which];
        let at = at.index(part.len());
        part[at] ^= 1 << bit;
        let shown = ceremony.shown_of(&parts);
        let key = ceremony.pair.key();
        prop_assert!(shown.and_then(|shown: Shown| shown.verify(&EXPECTED, &known(&key, 0))).is_err());
    }

    #[test]
    fn nothing_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in ".{0,40}") {
        crate::read_anything(&bytes);
        let encoded = encode(&bytes);
        for client in [&encoded, &text, &encode(text.as_bytes())] {
            drop(Created::read("public-key", &encoded, &encoded, client, &encoded));
            drop(Shown::read("public-key", &encoded, &encoded, client, &encoded, &encoded, Some(&text)));
        }
    }
}
