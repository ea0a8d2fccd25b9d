//! Text and files, for machines.

use super::{ANSWER, Refusal, Speak, response, unfit};
use crate::answer::{Content, Output};
use crate::head::Head;
use crate::schema::InputSchema;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use foundation::error::Result;
use serde_json::{Map, Value};

pub(super) struct Plain;

impl Speak for Plain {
    fn read(&self, _head: &Head, _body: &[u8], _schema: &InputSchema) -> Result<Map<String, Value>> {
        Ok(Map::new())
    }

    fn write(&self, _head: &Head, status: StatusCode, output: &dyn Output) -> Result<Response> {
        let mut bytes = Vec::with_capacity(ANSWER);
        let (media_type, seconds) = match output.write(&mut bytes)? {
            Content::Plain { media_type, seconds } => (media_type, seconds),
            Content::Object => ("application/json", 0),
            Content::Nothing => ("text/plain; charset=utf-8", 0),
            _ => return Err(unfit()),
        };
        let mut response = response(status, media_type, bytes);
        if seconds > 0
            && let Ok(value) = HeaderValue::from_str(&format!("public, max-age={seconds}"))
        {
            response.headers_mut().insert(header::CACHE_CONTROL, value);
        }
        Ok(response)
    }

    fn refuse(&self, refusal: &Refusal<'_>) -> Response {
        let text = format!("{}\n", refusal.message);
        response(refusal.error.status(), "text/plain; charset=utf-8", text.into_bytes())
    }
}
