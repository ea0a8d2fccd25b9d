use aws_lc_rs::{digest, rand};
use axum::extract::{Form, FromRequestParts, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::{Router, routing};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use std::env;
use std::sync::Arc;
use stytch::b2b::client::Client;
use stytch::b2b::sessions::{self, MemberSession};
use stytch::b2b::{discovery_intermediate_sessions, discovery_organizations, magic_links};
use stytch::b2b::{magic_links_discovery, magic_links_email_discovery};
use stytch::client::{Client as Http, Vertical};

const MINUTES: i32 = 24 * 60;

#[derive(Clone)]
struct App {
    guildhall: Arc<Client>,
    is_secure: bool,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `Client::new` without a URL would call the vendor's cloud.
    let url = reqwest::Url::parse(&env::var("GUILDHALL_URL")?)?;
    let is_secure = url.scheme() == "https";
    let http = Http::new_with_base_url(&env::var("PROJECT_ID")?, &env::var("SECRET")?, url, Vertical::B2B)?;
    let app = App { guildhall: Arc::new(Client::new_with_http_client(http.clone(), http)), is_secure };
    let routes = Router::new()
        .route("/", routing::get(home))
        .route("/login", routing::get(form).post(send_link))
        .route("/authenticate", routing::get(authenticate))
        .route("/logout", routing::post(sign_out))
        .with_state(app);
    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("localhost:{port}")).await?;
    axum::serve(listener, routes).await?;
    Ok(())
}

async fn form() -> Html<String> {
    page(
        "<form method=\"post\"><label>Email <input name=\"email\" type=\"email\" required></label> <button>Sign in</button></form>",
    )
}

#[derive(Deserialize)]
struct Address {
    email: String,
}

async fn send_link(State(app): State<App>, jar: CookieJar, Form(address): Form<Address>) -> Result<Response, Refused> {
    // The link works in this browser only: elsewhere the cookie with the verifier is missing.
    let mut random = [0; 32];
    rand::fill(&mut random).map_err(|_| Refused::Unavailable)?;
    let verifier = URL_SAFE_NO_PAD.encode(random);
    let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
    let request = magic_links_email_discovery::SendRequest {
        email_address: address.email,
        pkce_code_challenge: Some(challenge),
        ..Default::default()
    };
    app.guildhall.magic_links.email.discovery.send(request).await?;
    let jar = jar.add(app.cookie("login", verifier));
    Ok((jar, page("<p>Look into your mail: we have sent you a link.</p>")).into_response())
}

#[derive(Deserialize)]
struct Link {
    token: String,
    stytch_token_type: String,
}

/// Where mailed links lead.
async fn authenticate(State(app): State<App>, jar: CookieJar, Query(link): Query<Link>) -> Result<Response, Refused> {
    let (session_token, is_complete) = if link.stytch_token_type == "discovery" {
        enter(&app, link.token, jar.get("login").map(|cookie| cookie.value().to_owned())).await?
    } else {
        // A link into one organization, such as an invitation.
        let request = magic_links::AuthenticateRequest {
            magic_links_token: link.token,
            session_duration_minutes: Some(MINUTES),
            ..Default::default()
        };
        let login = app.guildhall.magic_links.authenticate(request).await?;
        (login.session_token, login.member_authenticated)
    };
    // An organization may ask for a second factor, or another first one.
    if !is_complete {
        return Ok((StatusCode::FORBIDDEN, page("<p>Your organization asks for more.</p>")).into_response());
    }
    let jar = jar.remove(app.cookie("login", String::new())).add(app.cookie("session", session_token));
    Ok((jar, Redirect::to("/")).into_response())
}

/// A login that begins with an address: into the person's organization, or into a new one.
async fn enter(app: &App, token: String, verifier: Option<String>) -> Result<(String, bool), Refused> {
    let request =
        magic_links_discovery::AuthenticateRequest { discovery_magic_links_token: token, pkce_code_verifier: verifier };
    let found = app.guildhall.magic_links.discovery.authenticate(request).await?;
    let first = found.discovered_organizations.into_iter().find_map(|each| each.organization);
    Ok(if let Some(organization) = first {
        let request = discovery_intermediate_sessions::ExchangeRequest {
            intermediate_session_token: found.intermediate_session_token,
            organization_id: organization.organization_id,
            session_duration_minutes: Some(MINUTES),
            ..Default::default()
        };
        let login = app.guildhall.discovery.intermediate_sessions.exchange(request).await?;
        (login.session_token, login.member_authenticated)
    } else {
        let request = discovery_organizations::CreateRequest {
            intermediate_session_token: found.intermediate_session_token,
            session_duration_minutes: Some(MINUTES),
            ..Default::default()
        };
        let login = app.guildhall.discovery.organizations.create(request).await?;
        (login.session_token, login.member_authenticated)
    })
}

/// A handler that takes this lets those in who have a session.
struct SignedIn(MemberSession);

impl FromRequestParts<App> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let jar = CookieJar::from_headers(&parts.headers);
        let Some(cookie) = jar.get("session") else { return Err(Redirect::to("/login").into_response()) };
        let request =
            sessions::AuthenticateRequest { session_token: Some(cookie.value().to_owned()), ..Default::default() };
        match app.guildhall.sessions.authenticate(request).await.map_err(Refused::from) {
            Ok(checked) => Ok(Self(checked.member_session)),
            // A server that cannot be reached has signed nobody out.
            Err(Refused::Unavailable) => Err(Refused::Unavailable.into_response()),
            Err(Refused::Told(..)) => Err(Redirect::to("/login").into_response()),
        }
    }
}

async fn home(SignedIn(session): SignedIn) -> Html<String> {
    page(&format!(
        "<h1>Signed in to {}</h1><p>Your roles: {}</p><form method=\"post\" action=\"/logout\"><button>Sign out</button></form>",
        escape(&session.organization_slug),
        escape(&session.roles.join(", ")),
    ))
}

async fn sign_out(State(app): State<App>, jar: CookieJar) -> Response {
    if let Some(cookie) = jar.get("session") {
        let session_token = Some(cookie.value().to_owned());
        // A session that is over already is no error.
        let _ = app.guildhall.sessions.revoke(sessions::RevokeRequest { session_token, ..Default::default() }).await;
    }
    (jar.remove(app.cookie("session", String::new())), Redirect::to("/login")).into_response()
}

/// Why something did not work, for people.
enum Refused {
    Told(StatusCode, String),
    Unavailable,
}

impl From<stytch::Error> for Refused {
    fn from(error: stytch::Error) -> Self {
        match error {
            stytch::Error::Response(refused) if !refused.status_code.is_server_error() => {
                Self::Told(refused.status_code, refused.error_message)
            }
            other => {
                eprintln!("{other}");
                Self::Unavailable
            }
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, told) = match self {
            Self::Told(status, told) => (status, told),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "Please try again in a minute.".to_owned()),
        };
        (status, page(&format!("<p>{}</p><p><a href=\"/login\">Sign in</a></p>", escape(&told)))).into_response()
    }
}

impl App {
    fn cookie(&self, name: &'static str, value: String) -> Cookie<'static> {
        Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Lax).secure(self.is_secure).build()
    }
}

fn page(html: &str) -> Html<String> {
    Html(format!("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>My app</title><main>{html}</main>"))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
