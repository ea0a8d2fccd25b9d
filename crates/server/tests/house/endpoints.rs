//! What is true of every endpoint.

use std::collections::BTreeSet;

#[test]
fn every_endpoint_is_described_and_declared_once() {
    let endpoints = server::endpoints();
    let names: BTreeSet<_> = endpoints.iter().map(|endpoint| endpoint.about.operation).collect();
    assert_eq!(names.len(), endpoints.len(), "two endpoints share a name");
    let doors: Vec<_> = endpoints.iter().flat_map(|e| e.about.doors).map(|d| (d.method.as_str(), d.path)).collect();
    assert_eq!(doors.iter().collect::<BTreeSet<_>>().len(), doors.len(), "two endpoints share a door");
    for about in endpoints.iter().map(|endpoint| endpoint.about) {
        assert!(about.doc.ends_with('.') || about.doc.contains('\n'), "{}", about.operation);
        assert!(about.operation.contains('.'), "{} names no subject", about.operation);
    }
}
