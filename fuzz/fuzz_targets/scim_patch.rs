//! No PATCH makes the reader panic, what it makes of a resource is one, and done once more it does nothing more. The first line is the
//! request; what follows is the resource, if it is one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scim::{ErrorKind, GROUP, MAX_OPERATIONS, ResourceType, USER, apply, membership, read_patch, resource};
use serde_json::{Map, Value};

const USUAL: &str = r#"{"userName": "Ada", "displayName": "Ada", "active": true, "name": {"givenName": "Ada"},
    "emails": [{"value": "ada@acme.example", "type": "work", "primary": true}, {"value": "b"}]}"#;

fn patched(asked: &Map<String, Value>, body: Map<String, Value>, of: &'static ResourceType) {
    let Ok(document) = resource::read(body, of) else { return };
    let operations = match read_patch(asked, of) {
        Ok(operations) => operations,
        Err(refused) => return assert!(refused.detail.len() < 16 * 1024),
    };
    assert!(operations.len() <= MAX_OPERATIONS);
    let Ok((operations, _)) = membership::split(operations) else { return };
    let mut once = document;
    if apply(&mut once, operations.clone(), of).is_err() {
        return;
    }
    // What is kept reads as itself.
    assert_eq!(resource::read(once.clone(), of).as_ref(), Ok(&once));
    if operations.len() == 1 {
        let mut twice = once.clone();
        match apply(&mut twice, operations, of) {
            Ok(()) => assert_eq!(twice, once),
            // What an element was found by may be what was changed in it.
            Err(error) => assert_eq!(error.kind, ErrorKind::NoTarget),
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (asked, body) = text.split_once('\n').unwrap_or((text, USUAL));
    let Ok(asked) = serde_json::from_str::<Map<String, Value>>(asked) else { return };
    let Ok(body) = serde_json::from_str::<Map<String, Value>>(body) else { return };
    patched(&asked, body.clone(), &USER);
    let mut body = body;
    if membership::take(&mut body).is_ok() {
        patched(&asked, body, &GROUP);
    }
});
