//! Nothing that a browser hands over makes a reader of passkeys panic, and nothing is a proof that the key has not signed.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::fuzz_target;
use webauthn::{Created, Expected, Known, Shown};

const ID: &str = "AAECAwQFBgcICQoLDA0ODw";
/// The example of RFC 8152, appendix C.7.1, whose private key the target does not use.
const KEY: &[u8] = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20\x65\xed\xa5\xa1\x25\x77\xc2\xba\xe8\x29\x43\x7f\xe3\x38\x70\x1a\x10\xaa\xa3\x75\xe1\xbb\x5b\x5d\xe1\x08\xde\x43\x9c\x08\x55\x1d\x22\x58\x20\x1e\x52\xed\x75\x70\x11\x63\xf7\xf9\xe4\x0d\xdf\x9f\x34\x1b\x3d\xc9\xba\x86\x0a\xf7\xe0\xca\x7c\xa7\xe9\xee\xcd\x00\x84\xd1\x9c";

fn expected<'a>(challenge: &'a [u8], origins: &'a [&'a str]) -> Expected<'a> {
    Expected { challenge, relying_party: "example.com", origins, user_verification: true }
}

// What the browser says, a line further what the authenticator says, and a line further the signature.
fuzz_target!(|bytes: &[u8]| {
    webauthn::read_anything(bytes);
    let mut parts = bytes.splitn(3, |byte| *byte == b'\n').map(|part| URL_SAFE_NO_PAD.encode(part));
    let [client, data, signature] = [(); 3].map(|()| parts.next().unwrap_or_default());
    if let Ok(created) = Created::read("public-key", ID, ID, &client, &data)
        && let Ok(credential) = created.verify(&expected(created.challenge(), &[created.origin()]))
    {
        assert!(URL_SAFE_NO_PAD.encode(&credential.id) == ID && credential.is_user_verified);
        webauthn::read_anything(&credential.key);
    }
    if let Ok(shown) = Shown::read("public-key", ID, ID, &client, &data, &signature, None) {
        let id = URL_SAFE_NO_PAD.decode(ID).expect("base64url");
        let known = Known { id: &id, key: KEY, handle: b"", count: 0 };
        assert!(
            shown.verify(&expected(shown.challenge(), &[shown.origin()]), &known).is_err(),
            "nobody has signed this"
        );
    }
});
