//! Pages for people, and links that lead on.

use super::{ANSWER, Refusal, Speak, response, set, unfit};
use crate::answer::{self, Content, Output};
use crate::head::Head;
use crate::input::form;
use crate::multipart::{boundary, multipart};
use crate::schema::InputSchema;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use foundation::error::Result;
use serde_json::{Map, Value, json};

/// A page that leads on tells programs where to, too: SDKs follow a start URL by themselves.
pub(super) struct Page {
    pub(super) leads_on: bool,
}

const MEDIA_TYPE: &str = "text/html; charset=utf-8";

impl Speak for Page {
    fn read(&self, head: &Head, body: &[u8], schema: &InputSchema) -> Result<Map<String, Value>> {
        match boundary(head.header(header::CONTENT_TYPE.as_str()).unwrap_or_default()) {
            Some(boundary) => multipart(body, boundary, schema),
            None => form(body, schema),
        }
    }

    fn write(&self, head: &Head, status: StatusCode, output: &dyn Output) -> Result<Response> {
        let mut bytes = Vec::with_capacity(ANSWER);
        match output.write(&mut bytes)? {
            Content::Page { policy } => Ok(page(status, policy, bytes)),
            Content::Redirect(url) => {
                let location = HeaderValue::from_str(&url).map_err(|_| unfit())?;
                // What was sent here must not be sent there too (RFC 9110, section 15.4.4).
                let status = if self.leads_on { StatusCode::FOUND } else { StatusCode::SEE_OTHER };
                let told =
                    json!({ "status_code": status.as_u16(), "request_id": head.request_id, "redirect_url": url });
                let mut response = response(status, "application/json", told.to_string().into_bytes());
                response.headers_mut().insert(header::LOCATION, location);
                set(&mut response, header::REFERRER_POLICY, "no-referrer");
                Ok(response)
            }
            _ => Err(unfit()),
        }
    }

    fn refuse(&self, refusal: &Refusal<'_>) -> Response {
        let html = (refusal.wiring.error_page)(refusal.app, refusal.head, refusal.error, refusal.message);
        page(refusal.error.status(), answer::Page::POLICY, html.into_bytes())
    }
}

fn page(status: StatusCode, policy: &'static str, html: Vec<u8>) -> Response {
    let mut response = response(status, MEDIA_TYPE, html);
    set(&mut response, header::CONTENT_SECURITY_POLICY, policy);
    // Without a referrer a form would not say whose it is, either.
    let has_forms = policy.contains("form-action 'self'");
    set(&mut response, header::REFERRER_POLICY, if has_forms { "same-origin" } else { "no-referrer" });
    response
}
