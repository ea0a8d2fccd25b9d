//! What is POSTed to a server that a tenant or the operator has named.

use ::mail::SendError;
use foundation::app::App;
use foundation::config::Config;
use foundation::memory::Memory;
use outbound::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use outbound::{Outbound, Request, Response, StatusCode};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroU16;
use std::sync::OnceLock;

/// A JSON text for a URL. It may hold secrets, so it is stored sealed and erased once delivered.
#[derive(Serialize, Deserialize)]
pub(crate) struct Post {
    pub(crate) url: String,
    /// Names and values, for instance of a signature.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// Requests at once to servers that tenants name: as many as there are deliveries of these kinds.
const AT_ONCE: NonZeroU16 = NonZeroU16::MIN.saturating_add(63);

/// The client for them, apart from the one that logins wait for: see [`Outbound::with_own_bound`].
#[derive(Default)]
struct Client(OnceLock<Outbound>);

impl Memory for Client {
    fn new(_: &Config) -> Self {
        Self::default()
    }
}

fn client(app: &App) -> &Outbound {
    app.memory::<Client>().0.get_or_init(|| app.outbound().with_own_bound(AT_ONCE))
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Post").finish_non_exhaustive()
    }
}

impl Post {
    /// Host and port; the rest of a URL may be a secret.
    pub(super) fn host(&self) -> &str {
        let rest = self.url.split_once("://").map_or(&*self.url, |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        authority.rsplit('@').next().unwrap_or_default()
    }

    pub(super) async fn deliver(&self, app: &App) -> Result<(), SendError> {
        let request = Request::post(&self.url, self.body.clone()).map_err(|e| SendError::Permanent(e.to_string()))?;
        let mut request = json(request);
        for (name, value) in &self.headers {
            let header = HeaderName::try_from(name).ok().zip(HeaderValue::try_from(value).ok());
            let (name, mut value) =
                header.ok_or_else(|| SendError::Permanent(format!("{name} cannot be the name of that header")))?;
            value.set_sensitive(true);
            request = request.header(name, value);
        }
        send(client(app), request).await
    }
}

/// Says that the body is JSON.
pub(super) fn json(request: Request) -> Request {
    request.header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
}

/// Sends a message; the answer to it.
pub(super) async fn exchange(outbound: &Outbound, request: Request) -> Result<Response, SendError> {
    outbound.send(request).await.map_err(|refused| match refused.is_transient() {
        true => SendError::Transient(refused.to_string()),
        false => SendError::Permanent(refused.to_string()),
    })
}

/// Sends a message, and says what its answer means for it.
pub(super) async fn send(outbound: &Outbound, request: Request) -> Result<(), SendError> {
    let status = exchange(outbound, request).await?.status;
    let told = format!("the answer was {}", status.as_u16());
    match status {
        _ if status.is_success() => Ok(()),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            Err(SendError::Transient(told))
        }
        _ if status.is_client_error() => Err(SendError::Permanent(told)),
        _ => Err(SendError::Transient(told)),
    }
}
