//! JWTs whose signature was verified a moment ago. That the session lives is looked up all the same, each time.

use super::jwt::Claims;
use crate::signing;
use aws_lc_rs::digest::{SHA256, digest};
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

/// By the SHA-256 of the whole JWT.
struct VerifiedJwts(Cache<[u8; 32], Arc<Verified>>);

impl Memory for VerifiedJwts {
    fn new(_: &Config) -> Self {
        Self(Cache::new(MOST))
    }
}

struct Verified {
    project: ProjectId,
    key: SigningKeyId,
    /// The hash of the session's token.
    session: [u8; 32],
    at: Instant,
}

fn key_of(jwt: &str) -> [u8; 32] {
    let mut key = [0; 32];
    key.copy_from_slice(digest(&SHA256, jwt.as_bytes()).as_ref());
    key
}

/// Notes that this JWT was verified for the project.
pub(super) fn note(app: &App, project: &Project, jwt: &str, claims: &Claims) {
    let token = Token::of_session(app.keys(), claims.organization_id.uuid(), &claims.member_session_id);
    let (session, at) = (token.hash(app.keys()), Instant::now());
    let verified = Verified { project: project.id.clone(), key: claims.key.clone(), session, at };
    app.memory::<VerifiedJwts>().0.insert(key_of(jwt), Arc::new(verified));
}

/// The hash of the token of the session that this JWT names, if it was verified and its key is still published.
pub(super) async fn session(cx: &Cx, jwt: &str) -> Result<Option<[u8; 32]>> {
    let known = cx.app.memory::<VerifiedJwts>().0.get(&key_of(jwt));
    let Some(known) = known.filter(|known| known.project == cx.project().id && known.at.elapsed() < BELIEVED) else {
        return Ok(None);
    };
    let keys = signing::keys(&cx.app, cx.project(), cx.now()).await?;
    Ok(keys.published(known.key.as_str(), cx.now()).map(|_| known.session))
}
