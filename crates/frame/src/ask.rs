//! Asking an endpoint from within the server.

use crate::answer::Content;
use crate::door::{Dialect, Door};
use crate::endpoint::{Asked, Endpoint, Told};
use crate::head::Head;
use crate::input::RawInput;
use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use foundation::app::App;
use foundation::error::{Error, Result};
use serde_json::{Map, Value};
use std::sync::Arc;

impl Endpoint {
    /// Asks it what a browser could ask, with the credentials of a browser: a page of ours may do what a page of the app may do,
    /// and nothing else. The answer is the one that the browser would get, tokens included.
    ///
    /// # Errors
    /// Those of the endpoint.
    pub async fn ask(&self, app: &App, head: Head, mut input: Map<String, Value>) -> Result<Value> {
        let of_browsers = self.about.doors.iter().filter(|door| door.dialect == Dialect::Browser);
        // What is about oneself goes by that door, where there is one.
        let door = of_browsers.max_by_key(|door| door.myself);
        let door = door.ok_or_else(|| Error::internal(format!("{} is not for browsers", self.about.operation)))?;
        let path = names_in(door).filter_map(|name| Some((name.to_owned(), input.remove(name)?.as_str()?.to_owned())));
        let path: Vec<_> = path.collect();
        let takes = door.takes.filter(|_| !self.fields.is_ignored());
        let input = RawInput::new(input, None, path.into_iter(), &self.fields, takes)?;
        let Told { output, .. } =
            (self.run)(Asked { app: app.clone(), head: Arc::new(head), input, door: *door }).await?;
        let mut bytes = Vec::new();
        match output.write(&mut bytes)? {
            Content::Object => serde_json::from_slice(&bytes).map_err(|error| Error::Internal(Box::new(error))),
            _ => Ok(Value::Null),
        }
    }
}

fn names_in(door: &Door) -> impl Iterator<Item = &'static str> {
    door.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

impl Head {
    /// The head of a request that a browser would make in the course of this one, with these credentials.
    #[must_use]
    pub fn of_browser(&self, user: &str, password: &str) -> Head {
        let credentials = STANDARD.encode(format!("{user}:{password}"));
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::from_str(&format!("Basic {credentials}")) {
            headers.insert(header::AUTHORIZATION, value);
        }
        if let Some(agent) = self.headers.get(header::USER_AGENT) {
            headers.insert(header::USER_AGENT, agent.clone());
        }
        Head {
            request_id: self.request_id.clone(),
            now: self.now,
            dialect: Dialect::Browser,
            path: None,
            headers,
            ip_address: self.ip_address,
            peer: self.peer,
            trace: self.trace.clone(),
            witness: None,
        }
    }
}
