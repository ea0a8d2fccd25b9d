//! Starts a server with a project in it, and reads its outbox.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use stytch::b2b::client::Client;
use stytch::b2b::magic_links::{AuthenticateRequest, AuthenticateResponse};
use stytch::b2b::magic_links_email::LoginOrSignupRequest;
use stytch::b2b::organizations::{CreateRequest, Organization};
use stytch::b2b::organizations_members as members;
use stytch::client::{Client as Http, Vertical};

static COUNTER: AtomicU32 = AtomicU32::new(0);

/// A word that no other test has.
pub fn unique(word: &str) -> String {
    format!("{word}-{}-{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed))
}

/// An address of no public mail provider.
pub fn new_email() -> String {
    format!("{}@{}.com", unique("user"), unique("corp"))
}

/// A running server on a database of its own; it ends with this.
pub struct Server {
    process: Child,
    directory: PathBuf,
    pub project_id: String,
    pub http: Http,
    pub api: Client,
}

/// The binary that `GUILDHALL_BIN` names, or the debug build of this repository.
fn guildhall() -> Command {
    let built = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/debug/guildhall");
    let mut command = Command::new(std::env::var("GUILDHALL_BIN").unwrap_or_else(|_| built.to_owned()));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GUILDHALL_")) {
        command.env_remove(name);
    }
    command
}

impl Server {
    pub fn start() -> Server {
        let directory = std::env::temp_dir().join(unique("guildhall-rust"));
        std::fs::create_dir(&directory).unwrap();
        let database = ["--database-url".to_owned(), format!("sqlite:{}/guildhall.db", directory.display())];
        let mut process = guildhall()
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(&database)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let url = first.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("odd line: {first}")).to_owned();
        let created = guildhall()
            .args(["project", "create", "--name", "Rust", "--environment", "test", "--json"])
            .args(["--redirect-url", "http://localhost:3000/authenticate"])
            .args(&database)
            .output()
            .unwrap();
        assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stderr));
        let project: Value = serde_json::from_slice(&created.stdout).unwrap();
        let project_id = project["project_id"].as_str().unwrap().to_owned();
        let http = client(&project_id, project["secret"].as_str().unwrap(), &url);
        let api = Client::new_with_http_client(http.clone(), http.clone());
        Server { process, directory, project_id, http, api }
    }

    /// The same server with another secret.
    pub fn api_with_secret(&self, secret: &str) -> Client {
        let http = client(&self.project_id, secret, self.http.base_url.as_str());
        Client::new_with_http_client(http.clone(), http)
    }

    /// The token in the latest mail to an address.
    pub fn mailed_token(&self, to: &str) -> String {
        let database = format!("sqlite:{}/guildhall.db", self.directory.display());
        let listed = guildhall().args(["outbox", "--json", "--database-url", &database]).output().unwrap();
        assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
        let mails = String::from_utf8(listed.stdout).unwrap();
        let mails = mails.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mail = mails.filter(|mail| mail["to"] == to).max_by_key(|mail| mail["created_at"].to_string());
        let link = mail.unwrap_or_else(|| panic!("no mail to {to}"))["link"].as_str().unwrap().to_owned();
        let query = reqwest::Url::parse(&link).unwrap();
        let token = query.query_pairs().find(|(name, _)| name == "token");
        token.unwrap_or_else(|| panic!("no token in {link}")).1.into_owned()
    }

    pub async fn organization(&self) -> Organization {
        let request = CreateRequest {
            organization_name: "Acme".to_owned(),
            organization_slug: Some(unique("acme")),
            organization_external_id: Some(unique("ext")),
            ..CreateRequest::default()
        };
        self.api.organizations.create(request).await.unwrap().organization
    }

    /// A member who has been made but has not logged in.
    pub async fn member(&self, organization_id: &str) -> members::CreateResponse {
        let request = members::CreateRequest {
            organization_id: organization_id.to_owned(),
            email_address: new_email(),
            external_id: Some(unique("ext")),
            ..members::CreateRequest::default()
        };
        self.api.organizations.members.create(request).await.unwrap()
    }

    /// Logs a member in by a mailed link.
    pub async fn login(&self, organization_id: &str, email: &str) -> AuthenticateResponse {
        let request = LoginOrSignupRequest {
            organization_id: organization_id.to_owned(),
            email_address: email.to_owned(),
            ..LoginOrSignupRequest::default()
        };
        self.api.magic_links.email.login_or_signup(request).await.unwrap();
        let magic_links_token = self.mailed_token(email);
        let request = AuthenticateRequest { magic_links_token, ..AuthenticateRequest::default() };
        self.api.magic_links.authenticate(request).await.unwrap()
    }
}

fn client(project_id: &str, secret: &str, url: &str) -> Http {
    let url = reqwest::Url::parse(url).unwrap();
    Http::new_with_base_url(project_id, secret, url, Vertical::B2B).unwrap()
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        std::fs::remove_dir_all(&self.directory).unwrap();
    }
}
