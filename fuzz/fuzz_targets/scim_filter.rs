//! No filter makes the reader or the evaluator panic or take long, and what is read says itself. The first line is the filter; what
//! follows is the resource, if it is one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scim::{AttributePath, Filter, GROUP, MAX_LENGTH, Projection, USER, resource, sort};
use serde_json::{Map, Value};

const USUAL: &str = r#"{"userName": "Ada", "active": true, "name": {"givenName": "Ada"}, "x": [1, null, "a"],
    "emails": [{"value": "ada@acme.example", "type": "work", "primary": true}, {"value": "b"}]}"#;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (asked, body) = text.split_once('\n').unwrap_or((text, USUAL));
    let body: Map<String, Value> = serde_json::from_str(body).unwrap_or_default();
    for of in [&USER, &GROUP] {
        let document = resource::read(body.clone(), of).unwrap_or_else(|_| body.clone());
        match Filter::parse(asked, of) {
            Ok(filter) => {
                assert!(asked.len() <= MAX_LENGTH);
                assert_eq!(Filter::parse(&filter.to_string(), of).as_ref(), Ok(&filter), "{asked}");
                let not = Filter::parse(&format!("not ({asked})"), of);
                let matches = filter.matches(&document, of);
                assert!(not.is_err() || not.is_ok_and(|not| not.matches(&document, of) != matches), "{asked}");
                let _ = filter.equalities();
            }
            Err(refused) => assert!(refused.detail.len() < 16 * 1024),
        }
        if let Some(by) = AttributePath::parse(asked, of) {
            assert_eq!(AttributePath::parse(&by.to_string(), of).as_ref(), Some(&by));
            assert_eq!(sort::Key::new(&document, &by, of), sort::Key::new(&document, &by, of));
        }
        for (some, but) in [(Some(asked), None), (None, Some(asked))] {
            if let Ok(projection) = Projection::new(some, but, of) {
                let shown = projection.apply(document.clone(), of);
                assert!(shown.keys().all(|name| document.contains_key(name)));
            }
        }
    }
});
