//! What the environment says about proxies is not heard.

use crate::support::{PUBLIC, Server, client, get, ok, patient};
use std::process::Command;

/// The proxy, in the process whose environment names one.
const PROXY: &str = "GUILDHALL_TEST_PROXY";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t65_proxies_of_the_environment_are_not_used() {
    if std::env::var_os(PROXY).is_some() {
        let server = Server::start(ok("direct")).await;
        let response = client().send(get(&server.url("idp.example")).limits(patient())).await.unwrap();
        assert_eq!(response.body, b"direct");
        assert_eq!(server.seen().len(), 1);
        return;
    }
    let proxy = Server::start(ok("by way of the proxy")).await;
    assert_eq!(proxy.address.ip(), PUBLIC);
    let url = format!("http://{}", proxy.address);
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "environment::t65_proxies_of_the_environment_are_not_used"]).env(PROXY, &url);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        child.env(name, &url);
    }
    child.env_remove("NO_PROXY").env_remove("no_proxy");
    let output = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
    assert!(proxy.seen().is_empty());
}
