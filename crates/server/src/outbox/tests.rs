//! Each kind of message over HTTP, to a server that a test runs.

use super::post::Post;
use super::text::Text;
use super::worker::run;
use super::{Message, Parcel, listing, send};
use crate::{MIGRATIONS, TABLES, projects};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use database::{Database, Options, Timestamp, Tx};
use foundation::app::{App, Equipment};
use foundation::config::Config;
use foundation::cx::{Cx, Via};
use foundation::error::{ApiError, Result};
use foundation::id::ProjectId;
use foundation::keys::{Keys, MasterKey, MasterKeys};
use foundation::secret::Secret;
use foundation::time::system_now;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;

/// Path and query, headers, body.
type Got = (String, HeaderMap, Value);

/// A server that takes messages and answers with the statuses it was given, and then with 200.
#[derive(Clone)]
struct Gateway {
    origin: String,
    got: Arc<Mutex<Vec<Got>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

impl Gateway {
    async fn start(answers: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let answers = Arc::new(Mutex::new(answers.iter().copied().collect()));
        let gateway = Self { origin, got: Arc::default(), answers };
        let router = Router::new().fallback(Self::take).with_state(gateway.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        gateway
    }

    async fn take(State(gateway): State<Self>, uri: Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        gateway.got.lock().unwrap().push((uri.to_string(), headers, body));
        let answer = gateway.answers.lock().unwrap().pop_front().unwrap_or(200);
        StatusCode::from_u16(answer).unwrap()
    }
}

struct World {
    app: App,
    cx: Cx,
    _folder: tempfile::TempDir,
}

impl World {
    async fn new(config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let db = Database::open(&Options::new(url)).await.unwrap();
        db.migrate(MIGRATIONS).await.unwrap();
        let masters = MasterKeys::parse(&MasterKey::generate().unwrap().to_text()).unwrap();
        let keys = Keys::open(&db, masters, system_now()).await.unwrap();
        let app = App::new(db, keys, Equipment::new(config).unwrap(), TABLES);
        let id = projects::create_first(&app).await.unwrap().unwrap().project_id;
        let id = ProjectId::parse(&id).unwrap();
        let project = Arc::new(app.db().read(move |tx| projects::enter(tx, &id)).await.unwrap());
        let cx = Cx {
            app: app.clone(),
            project,
            via: Via::Backend,
            acting: None,
            operator: None,
            now: system_now(),
            request_id: "request-id-test-1".into(),
            ip_address: None,
            witness: None,
            user_agent: None,
        };
        Self { app, cx, _folder: folder }
    }

    async fn send(&self, message: impl Fn() -> Message + Send + 'static) -> Result<()> {
        self.send_until(Timestamp(self.cx.now.0 + 3_600_000_000), message).await
    }

    async fn send_until(&self, useful_until: Timestamp, message: impl Fn() -> Message + Send + 'static) -> Result<()> {
        let cx = self.cx.clone();
        let send = move |tx: &mut Tx| send(tx, &cx, &Parcel { message: message(), organization: None, useful_until });
        self.cx.write(send).await
    }

    /// Delivers until the latest message does not wait any more; answers its status and its last error.
    async fn delivered(&self) -> (String, String) {
        let worker = tokio::spawn(run(self.app.clone()));
        let listed = loop {
            let listed = listing::list(&self.app, 10).await.unwrap().remove(0);
            if json!(listed.status) != json!("waiting") {
                break listed;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        self.app.stop();
        super::wake(&self.app);
        worker.await.unwrap();
        (json!(listed.status).as_str().unwrap().to_owned(), listed.last_error.unwrap_or_default())
    }
}

fn text() -> Message {
    Message::Text(Text { to: "+14155550123".into(), body: "Your code is 123456.".into() })
}

fn allowing(gateway: &Gateway) -> Config {
    let allowed = gateway.origin.trim_start_matches("http://").to_owned();
    Config { outbound_allow: vec![allowed], ..Config::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_message_is_posted_until_it_is_taken() {
    let gateway = Gateway::start(&[503, 429]).await;
    let url = gateway.origin.replace("http://", "http://user:pass%20word@") + "/texts?from=acme";
    let world = World::new(Config { sms_url: Some(Secret::new(url)), ..Config::default() }).await;
    world.send(text).await.unwrap();
    assert_eq!(world.delivered().await, ("delivered".to_owned(), String::new()));
    let got = gateway.got.lock().unwrap();
    assert_eq!(got.len(), 3);
    for (path, headers, body) in got.iter() {
        assert_eq!(path, "/texts?from=acme");
        assert_eq!(headers["content-type"], "application/json");
        assert_eq!(headers["authorization"], "Basic dXNlcjpwYXNzIHdvcmQ=");
        assert_eq!(*body, json!({ "to": "+14155550123", "body": "Your code is 123456." }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_message_that_is_refused_is_not_sent_again() {
    let gateway = Gateway::start(&[422]).await;
    let world = World::new(Config { sms_url: Some(Secret::new(&*gateway.origin)), ..Config::default() }).await;
    world.send(text).await.unwrap();
    assert_eq!(world.delivered().await, ("failed".to_owned(), "the answer was 422".to_owned()));
    assert_eq!(gateway.got.lock().unwrap().len(), 1);
}

/// As after a weekend without a server.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_of_no_use_any_more_is_not_sent() {
    let gateway = Gateway::start(&[]).await;
    let world = World::new(Config { sms_url: Some(Secret::new(&*gateway.origin)), ..Config::default() }).await;
    world.send_until(Timestamp(world.cx.now.0 - 1), text).await.unwrap();
    assert_eq!(world.delivered().await.0, "failed");
    assert!(gateway.got.lock().unwrap().is_empty());
}

/// Nobody sends them, and a developer reads them.
#[tokio::test(flavor = "multi_thread")]
async fn text_messages_without_a_gateway_stay_in_the_outbox() {
    let world = World::new(Config::default()).await;
    for _ in 0..5 {
        world.send(text).await.unwrap();
    }
    let listed = listing::list(&world.app, 10).await.unwrap();
    assert!(listed.iter().all(|message| message.kind == "sms" && message.text == "Your code is 123456."));
    assert_eq!(listed.len(), 5);
    let sixth = world.send(text).await.unwrap_err();
    assert_eq!(sixth.api(), Some(ApiError::TooManyRequests));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_has_its_own_headers_and_outlives_a_server_that_fails() {
    let gateway = Gateway::start(&[]).await;
    let world = World::new(Config { smtp_url: None, ..allowing(&gateway) }).await;
    let url = format!("{}/hooks/1", gateway.origin);
    let post = move || Post {
        url: url.clone(),
        headers: vec![("webhook-signature".into(), "v1,abc".into())],
        body: json!({ "type": "member.create" }).to_string(),
    };
    world.send(move || Message::Webhook(post())).await.unwrap();
    // Without TLS nobody knows who answers: only the operator may choose that, and a webhook is a tenant's.
    let (status, error) = world.delivered().await;
    assert_eq!((status.as_str(), error.contains("https://")), ("failed", true), "{error}");
    assert!(gateway.got.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn t65_a_webhook_does_not_reach_what_only_this_machine_reaches() {
    let world = World::new(Config::default()).await;
    let post = || Post { url: "https://127.0.0.1:1/".into(), headers: Vec::new(), body: "{}".into() };
    world.send(move || Message::AuditStream(post())).await.unwrap();
    let (status, error) = world.delivered().await;
    assert_eq!((status.as_str(), error.contains("no public address")), ("failed", true), "{error}");
}

#[test]
fn the_recipient_of_a_webhook_is_a_host() {
    for (url, host) in [
        ("https://a.example:8443/hush?x=1", "a.example:8443"),
        ("https://a.example?hush", "a.example"),
        ("https://hush:hush@a.example", "a.example"),
        ("nonsense", "nonsense"),
    ] {
        let post = Post { url: url.into(), headers: Vec::new(), body: String::new() };
        assert_eq!(Message::Webhook(post).recipient(), host);
    }
}

#[test]
fn t75_a_gateway_that_cannot_be_used_is_not_repeated() {
    for url in ["hush", "smtp://a:hush@b", "https://", "mailto:hush@a.example"] {
        let error = super::check_sms_url(url).unwrap_err();
        assert!(!error.contains("hush"), "{url}: {error}");
    }
    for url in ["http://127.0.0.1:9", "https://a:b@sms.example/x?y=z"] {
        super::check_sms_url(url).unwrap();
    }
}
