//! The session JWT (RFC 7519): five minutes long, checked by clients on their own.

use super::MemberSession;
use crate::signing;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use database::{Timestamp, Tx};
use foundation::app::App;
use foundation::error::{ApiError, Error, Result};
use foundation::id::{OrganizationId, SessionId, SigningKeyId};
use foundation::project::Project;
use foundation::time;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Seconds that a JWT is valid.
const LIFETIME: i64 = 300;
/// Seconds before it is issued from which a JWT is valid: the clocks of those who check it may be so much behind.
const BEHIND: i64 = 10;
/// Seconds by which the clocks of our own nodes may differ.
const SKEW: i64 = 60;
/// Bytes of the longest JWT. All that goes into one has bounds of its own, and they do not add up to this.
pub(crate) const LONGEST: usize = 64 << 10;
const SESSION_CLAIM: &str = "https://stytch.com/session";
const ORGANIZATION_CLAIM: &str = "https://stytch.com/organization";

/// The issuer of a project's JWTs, which every SDK accepts wherever it is pointed.
fn issuer(project: &Project) -> String {
    format!("stytch.com/{}", project.id)
}

/// A JWT that was issued.
#[derive(Clone)]
pub(super) struct Jwt {
    pub(super) text: Arc<str>,
    /// When it ends, in seconds since 1970.
    pub(super) expires: i64,
    /// How many seconds earlier than others it is replaced.
    pub(super) early: u8,
    /// The end of the session that it claims.
    pub(super) session_ends: Timestamp,
}

/// A new JWT for a session.
pub(super) async fn sign(app: &App, project: &Project, session: &MemberSession, now: Timestamp) -> Result<Jwt> {
    let mut claims: Map<String, Value> = session.custom_claims.clone();
    claims.extend([
        ("iss".into(), issuer(project).into()),
        ("aud".into(), json!([project.id])),
        ("sub".into(), json!(session.member_id)),
        (SESSION_CLAIM.into(), session_claim(session)?),
        (
            ORGANIZATION_CLAIM.into(),
            json!({ "organization_id": session.organization_id, "slug": session.organization_slug }),
        ),
    ]);
    seal(app, project, claims, session.expires_at, now).await
}

/// A new JWT in place of another, of the same session, which ends then.
pub(super) async fn renew(app: &App, project: &Project, jwt: &Jwt, ends: Timestamp, now: Timestamp) -> Result<Jwt> {
    let claims = jwt.text.split('.').nth(1).and_then(|body| URL_SAFE_NO_PAD.decode(body).ok());
    let claims = claims.and_then(|body| serde_json::from_slice::<Map<String, Value>>(&body).ok());
    let mut claims = claims.ok_or_else(|| Error::internal("a JWT of our own cannot be read"))?;
    if let Some(session) = claims.get_mut(SESSION_CLAIM).and_then(Value::as_object_mut) {
        session.insert("last_accessed_at".into(), time::to_text(now).into());
        session.insert("expires_at".into(), time::to_text(ends).into());
    }
    seal(app, project, claims, ends, now).await
}

async fn seal(
    app: &App,
    project: &Project,
    mut claims: Map<String, Value>,
    session_ends: Timestamp,
    now: Timestamp,
) -> Result<Jwt> {
    let seconds = time::to_seconds(now);
    let keys = signing::keys(app, project, now).await?;
    let key = keys.current(now)?;
    claims.insert("iat".into(), seconds.into());
    claims.insert("nbf".into(), (seconds - BEHIND).into());
    claims.insert("exp".into(), (seconds + LIFETIME).into());
    let header = json!({ "alg": "RS256", "kid": key.id, "typ": "JWT" });
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(&header), encode(&Value::Object(claims)));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes())?);
    let text = format!("{signed}.{signature}").into();
    Ok(Jwt { text, expires: seconds + LIFETIME, early: 0, session_ends })
}

fn session_claim(session: &MemberSession) -> Result<Value> {
    let mut claim = serde_json::to_value(session).map_err(|e| Error::Internal(Box::new(e)))?;
    if let Some(fields) = claim.as_object_mut() {
        for elsewhere in ["member_session_id", "member_id", "organization_id", "organization_slug", "custom_claims"] {
            fields.remove(elsewhere);
        }
        fields.insert("id".into(), json!(session.member_session_id));
        // Of the protocol. A session keeps neither.
        fields.insert("attributes".into(), json!({ "ip_address": "", "user_agent": "" }));
    }
    Ok(claim)
}

/// Which session a JWT is of, and which key has signed it.
pub(super) struct Claims {
    pub(super) key: SigningKeyId,
    /// When the JWT ends, in seconds since 1970.
    pub(super) expires: i64,
    pub(super) organization_id: OrganizationId,
    pub(super) member_session_id: SessionId,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    typ: Option<String>,
}

#[derive(Deserialize)]
struct Body {
    iss: String,
    aud: Value,
    iat: i64,
    nbf: i64,
    exp: i64,
    #[serde(rename = "https://stytch.com/session")]
    session: SessionClaim,
    #[serde(rename = "https://stytch.com/organization")]
    organization: OrganizationClaim,
}

#[derive(Deserialize)]
struct SessionClaim {
    id: String,
}

#[derive(Deserialize)]
struct OrganizationClaim {
    organization_id: String,
}

/// Reads a JWT that this server has issued for the project. It may have expired: the session it names is looked up,
/// and decides. Algorithm, key, type, issuer and audience are fixed (threat T-49).
///
/// # Errors
/// `unable_to_parse_session_jwt`.
pub(super) fn read(app: &App, tx: &mut Tx, project: &Project, jwt: &str, now: Timestamp) -> Result<Claims> {
    let keys = signing::keys_in(app, tx, &project.id)?;
    let verified = || {
        let mut parts = jwt.split('.');
        let (header, body, signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || jwt.len() > LONGEST {
            return None;
        }
        let signed = &jwt[..header.len() + 1 + body.len()];
        let header: Header = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        if header.alg != "RS256" || header.typ.as_deref() != Some("JWT") {
            return None;
        }
        let key = keys.published(&header.kid, now)?;
        if !key.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).ok()?) {
            return None;
        }
        let body: Body = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()?;
        let seconds = time::to_seconds(now);
        let for_us = body.aud.as_array().is_some_and(|list| list.iter().any(|aud| aud == project.id.as_str()));
        if body.iss != issuer(project) || !for_us || body.iat > seconds + SKEW || body.nbf > seconds + SKEW {
            return None;
        }
        Some(Claims {
            key: key.id.clone(),
            expires: body.exp,
            organization_id: OrganizationId::parse(&body.organization.organization_id)?,
            member_session_id: SessionId::parse(&body.session.id)?,
        })
    };
    verified().ok_or(ApiError::UnableToParseSessionJwt.into())
}
