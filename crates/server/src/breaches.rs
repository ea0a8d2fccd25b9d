//! Whether a password is known from breaches: by the list that is compiled in, by the operator's filter file, or, where the
//! operator allows it, by the public service.

use foundation::app::App;
use foundation::secret::Secret;
use outbound::header::{HeaderName, HeaderValue};
use outbound::{Limits, Request, StatusCode};
use passwords::breach::{Range, is_common};
use std::time::Duration;

/// How long the service may take, and how long its answer may be: it has about 1,000 lines of 40 bytes.
const LIMITS: Limits = Limits {
    total: Duration::from_secs(3),
    connect: Duration::from_secs(2),
    head_bytes: 64 * 1024,
    body_bytes: 512 * 1024,
};

/// Whether a password is known. A file or a service that cannot be asked keeps nobody out: it goes to the log, and the
/// password counts as not known.
pub(crate) async fn is_known(app: &App, password: &Secret) -> bool {
    if is_common(password.reveal()) {
        return true;
    }
    if app.breach_filter().is_some() {
        return is_in_filter(app, password).await;
    }
    match &app.config().breach_service {
        Some(service) => is_known_to(app, service, password).await,
        None => false,
    }
}

async fn is_in_filter(app: &App, password: &Secret) -> bool {
    let (app, password) = (app.clone(), password.clone());
    let asking = move || app.breach_filter().map(|filter| filter.contains(password.reveal())).transpose();
    let answer = tokio::task::spawn_blocking(asking).await.map_err(|error| error.to_string());
    match answer.and_then(|answer| answer.map_err(|error| error.to_string())) {
        Ok(found) => found.unwrap_or(false),
        Err(cause) => {
            tracing::warn!(%cause, "the breach filter cannot be asked");
            false
        }
    }
}

async fn is_known_to(app: &App, service: &str, password: &Secret) -> bool {
    let range = Range::of(password.reveal());
    let asking = async {
        let request = Request::get(&format!("{}/{}", service.trim_end_matches('/'), range.prefix()))?;
        // What is answered is then as long for every beginning.
        let padding = (HeaderName::from_static("add-padding"), HeaderValue::from_static("true"));
        app.outbound().send(request.header(padding.0, padding.1).allow_http().limits(LIMITS)).await
    };
    let cause = match asking.await {
        Ok(response) if response.status == StatusCode::OK => {
            return range.count_in(&String::from_utf8_lossy(&response.body)) > 0;
        }
        Ok(response) => format!("the answer was {}", response.status.as_u16()),
        Err(refused) => refused.to_string(),
    };
    tracing::warn!(cause, "the breach service cannot be asked");
    false
}
