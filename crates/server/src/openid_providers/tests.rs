use super::*;
use outbound::Allow;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A provider on this machine, and what it was asked.
struct Provider {
    url: String,
    answers: Arc<Mutex<HashMap<&'static str, (u16, String)>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Provider {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let provider = Self { url, answers: Arc::default(), asked: Arc::default() };
        let (answers, asked) = (provider.answers.clone(), provider.asked.clone());
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, answers.clone(), asked.clone()));
            }
        });
        provider
    }

    fn answer(&self, path: &'static str, status: u16, body: impl ToString) {
        self.answers.lock().unwrap().insert(path, (status, body.to_string()));
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    fn configuration(&self) -> Value {
        json!({
            "issuer": self.url,
            "authorization_endpoint": self.address("/authorize"),
            "token_endpoint": self.address("/token"),
            "jwks_uri": self.address("/keys"),
        })
    }
}

async fn serve(
    mut stream: TcpStream,
    answers: Arc<Mutex<HashMap<&'static str, (u16, String)>>>,
    asked: Arc<Mutex<Vec<String>>>,
) {
    let mut request = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0_usize) {
                break;
            }
        }
        if stream.read_buf(&mut request).await.unwrap() == 0 {
            break;
        }
    }
    let request = String::from_utf8(request).unwrap();
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    asked.lock().unwrap().push(request);
    let (status, body) = answers.lock().unwrap().get(&*path).cloned().unwrap_or((404, String::new()));
    let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    // Whoever has read enough hangs up.
    let _ = stream.write_all(answer.as_bytes()).await;
}

/// What a process has, with an operator who allows this machine.
struct Process {
    outbound: Outbound,
    fingerprints: Fingerprints,
    remembered: Remembered,
}

impl Process {
    fn new() -> Self {
        let allow = Allow::parse(["127.0.0.1"]).unwrap();
        let outbound = Outbound::new(outbound::Config { allow, ..outbound::Config::default() }).unwrap();
        Self { outbound, fingerprints: Fingerprints::new(), remembered: Remembered::new(&Config::default()) }
    }

    fn providers(&self) -> Providers<'_> {
        let Self { outbound, fingerprints, remembered } = self;
        Providers { outbound, fingerprints, remembered }
    }
}

const EXPECTED: Expected<'_> = Expected {
    issuer: "https://idp.example",
    client_id: "client",
    nonce: Some("nonce"),
    algorithms: &oidc::Algorithm::ALL,
    access_token: Some("an-access-token"),
    code: Some("a-code"),
    now: 1_800_000_000,
    skew: 60,
};

/// Keys and a token that a library has made.
fn made(by: &str, algorithm: &str) -> (String, String) {
    let vectors: Value = serde_json::from_str(by).unwrap();
    (json!({"keys": vectors["keys"]}).to_string(), vectors["tokens"][algorithm].as_str().unwrap().to_owned())
}

const PYTHON: &str = include_str!("../../../oidc/tests/vectors/python.json");
const NODE: &str = include_str!("../../../oidc/tests/vectors/node.json");

#[tokio::test]
async fn a_configuration_is_asked_for_once_and_remembered() {
    let (process, provider) = (Process::new(), Provider::start().await);
    provider.answer("/.well-known/openid-configuration", 200, provider.configuration());
    let providers = process.providers();
    let all = futures_util::future::join_all((0..10).map(|_| providers.configuration(&provider.url, REMEMBERED))).await;
    for metadata in all {
        assert_eq!(metadata.unwrap().jwks_uri, provider.address("/keys"));
    }
    assert_eq!(provider.asked().len(), 1);
    providers.configuration(&provider.url, Duration::ZERO).await.unwrap();
    assert_eq!(provider.asked().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_had_is_said() {
    let (process, provider) = (Process::new(), Provider::start().await);
    let path = "/.well-known/openid-configuration";
    let asked = async || process.providers().configuration(&provider.url, Duration::ZERO).await.unwrap_err();
    assert_eq!(asked().await.to_string(), "the provider's configuration cannot be had: the answer has status 404");
    provider.answer(path, 302, "");
    assert_eq!(asked().await, Fault::Status { what: Asked::Configuration, status: 302 });
    provider.answer(path, 200, "<html>");
    assert_eq!(asked().await.to_string(), "the provider's configuration cannot be read: it is not JSON");
    provider.answer(path, 200, "a".repeat(discovery::LONGEST + 1));
    let refused = asked().await;
    assert!(matches!(&refused, Fault::Unreachable { cause: outbound::Refused::TooLarge { .. }, .. }), "{refused}");

    for issuer in ["http://idp.example", "https://idp.example/?a", "file:///etc/passwd", ""] {
        let refused = process.providers().configuration(issuer, REMEMBERED).await;
        assert!(matches!(refused, Err(Fault::Issuer(_))), "{issuer}");
    }
}

#[tokio::test]
async fn t65_no_address_of_a_provider_leads_inside() {
    let process = Process { outbound: Outbound::new(outbound::Config::default()).unwrap(), ..Process::new() };
    let (providers, provider) = (process.providers(), Provider::start().await);
    let request = TokenRequest { authorization: None, body: String::new() };
    let blocked = |fault: Fault, expected: Asked| matches!(fault, Fault::Unreachable { what, cause: outbound::Refused::Blocked { .. } } if what == expected);
    for url in [&provider.url, "https://169.254.169.254", "https://[::1]"] {
        assert!(blocked(providers.configuration(url, REMEMBERED).await.unwrap_err(), Asked::Configuration));
        assert!(blocked(providers.tokens(url, &request).await.err().unwrap(), Asked::Tokens));
        assert!(blocked(providers.id_token(url, "a.b.c", &EXPECTED).await.unwrap_err(), Asked::Keys));
    }
    assert_eq!(provider.asked(), Vec::<String>::new());
    let plain = providers.tokens("http://idp.example/token", &request).await.err();
    assert_eq!(plain, Some(Fault::Url { what: Asked::Tokens, why: endpoint::BadUrl::NotSecure }));
}

#[tokio::test]
async fn keys_that_were_exchanged_are_asked_for_again() {
    let (mut process, provider) = (Process::new(), Provider::start().await);
    let ((old, token), (new, newer)) = (made(PYTHON, "ES256"), made(NODE, "ES256"));
    let keys = provider.address("/keys");
    provider.answer("/keys", 200, &old);
    assert!(process.providers().id_token(&keys, &token, &EXPECTED).await.is_ok());
    assert!(process.providers().id_token(&keys, &token, &EXPECTED).await.is_ok());
    assert_eq!(provider.asked().len(), 1);

    // However young they are.
    provider.answer("/keys", 200, &new);
    assert!(process.providers().id_token(&keys, &newer, &EXPECTED).await.is_ok());
    assert_eq!(provider.asked().len(), 1);

    // What was asked for so in the last minute is the newest there is.
    provider.answer("/keys", 200, &old);
    let refused = process.providers().id_token(&keys, &token, &EXPECTED).await.unwrap_err();
    assert!(matches!(&refused, Fault::IdToken(refused) if refused.needs_newer_keys()), "{refused}");
    assert_eq!(provider.asked().len(), 0);
    process.remembered.renewed = Duration::ZERO;
    assert!(process.providers().id_token(&keys, &token, &EXPECTED).await.is_ok());
    assert_eq!(provider.asked().len(), 1);
    assert!(process.providers().id_token(&keys, &newer, &EXPECTED).await.is_err());
}

#[tokio::test]
async fn t29_unknown_keys_are_asked_for_once_a_minute_and_a_failure_forgets_nothing() {
    let (mut process, provider) = (Process::new(), Provider::start().await);
    let ((set, token), (_, unknown)) = (made(PYTHON, "RS256"), made(NODE, "RS256"));
    let keys = provider.address("/keys");
    provider.answer("/keys", 200, set);
    for _ in 0..20 {
        assert!(process.providers().id_token(&keys, &unknown, &EXPECTED).await.is_err());
    }
    assert_eq!(provider.asked().len(), 2);

    process.remembered.renewed = Duration::from_nanos(1);
    provider.answer("/keys", 503, "");
    let refused = process.providers().id_token(&keys, &unknown, &EXPECTED).await;
    assert_eq!(refused, Err(Fault::Status { what: Asked::Keys, status: 503 }));
    assert!(process.providers().id_token(&keys, &token, &EXPECTED).await.is_ok());
}

#[tokio::test]
async fn a_code_becomes_tokens_and_an_access_token_claims() {
    let (process, provider) = (Process::new(), Provider::start().await);
    let providers = process.providers();
    let (set, id_token) = made(NODE, "RS256");
    provider.answer("/keys", 200, set);
    provider.answer(
        "/token",
        200,
        json!({"access_token": "an-access-token", "token_type": "Bearer", "id_token": id_token}),
    );
    let authorization = Some("Basic bWU6c2VjcmV0".to_owned());
    let request = TokenRequest { authorization, body: "grant_type=authorization_code&code=a-code".to_owned() };
    let tokens = providers.tokens(&provider.address("/token"), &request).await.unwrap();
    let [asked] = provider.asked().try_into().unwrap();
    let lower = asked.to_lowercase();
    assert!(
        asked.starts_with("POST /token HTTP/1.1\r\n")
            && asked.ends_with("\r\n\r\ngrant_type=authorization_code&code=a-code")
    );
    for header in [
        "content-type: application/x-www-form-urlencoded\r\n",
        "accept: application/json\r\n",
        "authorization: basic bwu6c2vjcmv0\r\n",
    ] {
        assert!(lower.contains(header), "{lower}");
    }

    let keys = provider.address("/keys");
    let id_token = providers.id_token(&keys, tokens.id_token().unwrap(), &EXPECTED).await.unwrap();
    let userinfo_url = provider.address("/userinfo");
    let asking = || providers.userinfo(&userinfo_url, &keys, &tokens.access_token, &id_token, &EXPECTED);
    provider.asked();
    provider.answer("/userinfo", 200, json!({"sub": id_token.subject, "email": "ada@example.com"}));
    assert_eq!(asking().await.unwrap()["email"], "ada@example.com");
    assert!(provider.asked()[0].to_lowercase().contains("\r\nauthorization: bearer an-access-token\r\n"));
    provider.answer("/userinfo", 200, json!({"sub": "somebody else"}));
    assert!(matches!(asking().await, Err(Fault::Userinfo(userinfo::Refused::Subject { .. }))));
    provider.answer("/userinfo", 401, "");
    assert_eq!(asking().await, Err(Fault::Userinfo(userinfo::Refused::Status { status: 401 })));

    provider.answer("/token", 400, json!({"error": "invalid_grant"}));
    let refused = providers.tokens(&provider.address("/token"), &request).await.err();
    assert_eq!(refused.unwrap().to_string(), "the provider's token endpoint answers \"invalid_grant\"");
    let broken = TokenRequest { authorization: Some("Basic a\nb".to_owned()), body: String::new() };
    let refused = providers.tokens(&provider.address("/token"), &broken).await.err();
    assert_eq!(refused, Some(Fault::Credential { what: Asked::Tokens }));
}
