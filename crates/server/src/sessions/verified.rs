//! JWTs whose signature was verified a moment ago. That the session lives is looked up all the same, each time.

use super::jwt::Claims;
use crate::signing;
use foundation::app::App;
use foundation::config::Config;
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::id::{ProjectId, SigningKeyId};
use foundation::keys::token::Token;
use foundation::memory::Memory;
use foundation::project::Project;
use quick_cache::sync::Cache;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a verification is believed.
const BELIEVED: Duration = Duration::from_secs(300);
/// How many are remembered; each takes some 200 bytes.
const MOST: usize = 100_000;

/// By the fingerprint of the whole JWT.
struct VerifiedJwts(Cache<u128, Arc<Verified>>);

impl Memory for VerifiedJwts {
    fn new(_: &Config) -> Self {
        Self(Cache::new(MOST))
    }
}

struct Verified {
    project: ProjectId,
    key: SigningKeyId,
    /// The fingerprint of the session's token.
    session: u128,
    at: Instant,
}

/// Notes that this JWT was verified for the project.
pub(super) fn note(app: &App, project: &Project, jwt: &str, claims: &Claims) {
    let token = Token::of_session(app.keys(), claims.organization_id.uuid(), &claims.member_session_id);
    let (session, at) = (token.fingerprint(app.fingerprints()), Instant::now());
    let verified = Verified { project: project.id.clone(), key: claims.key.clone(), session, at };
    app.memory::<VerifiedJwts>().0.insert(app.fingerprints().of(jwt.as_bytes()), Arc::new(verified));
}

/// The fingerprint of the token of the session that this JWT names, if it was verified and its key is still published.
pub(super) async fn session(cx: &Cx, jwt: &str) -> Result<Option<u128>> {
    let known = cx.app.memory::<VerifiedJwts>().0.get(&cx.app.fingerprints().of(jwt.as_bytes()));
    let Some(known) = known.filter(|known| known.project == cx.project().id && known.at.elapsed() < BELIEVED) else {
        return Ok(None);
    };
    let keys = signing::keys(&cx.app, cx.project(), cx.now()).await?;
    Ok(keys.published(known.key.as_str(), cx.now()).map(|_| known.session))
}
