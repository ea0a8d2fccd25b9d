//! An endpoint: a function from a transaction and an input to an output.

use crate::App;
use crate::error::{ApiError, Error, Result};
use crate::http::input::RawInput;
use crate::http::schema::InputSchema;
use crate::http::{Ambient, Caller, Head, Output, respond};
use crate::projects::Project;
use axum::response::Response;
use database::{Timestamp, Tx};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::pin::Pin;
use std::sync::Arc;

/// One operation of the API: what it is, and how to run it.
pub struct Endpoint {
    pub about: About,
    pub(super) input: fn(&mut SchemaGenerator) -> Schema,
    pub(super) output: fn(&mut SchemaGenerator) -> Schema,
    pub(super) fields: Arc<InputSchema>,
    pub(super) credential: &'static str,
    pub(super) run: Run,
}

/// What `#[endpoint]` knows from the source.
#[derive(Clone, Copy)]
pub struct About {
    /// The ways in: at least one.
    pub doors: &'static [Door],
    /// The module path of the function; its last parts are the operation's name.
    pub module: &'static str,
    /// The doc comment of the function: what the API reference says.
    pub doc: &'static str,
    /// The errors it can answer with, besides those any endpoint has.
    pub errors: &'static [&'static [ApiError]],
    /// Whether it only reads although its method is not GET.
    pub reads: bool,
}

/// One way to an operation.
#[derive(Clone, Copy)]
pub struct Door {
    pub method: Method,
    pub path: &'static str,
    pub kind: DoorKind,
}

/// Who comes through a door, and what the session fills in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DoorKind {
    /// The app's backend: Basic authentication with project id and secret.
    Backend,
    /// A browser: public token; the session, where there is one, names the organization.
    Browser,
    /// A browser, about its own member: the session names the member too.
    Myself,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    GET,
    POST,
    PUT,
    DELETE,
}

impl About {
    /// The errors it can answer with, besides those any endpoint has.
    pub fn errors(&self) -> impl Iterator<Item = ApiError> {
        self.errors.iter().copied().flatten().copied()
    }

    /// "server::organizations::endpoints::create" is "organizations.create".
    pub fn operation(&self) -> String {
        let parts: Vec<_> = self.module.split("::").filter(|part| !["server", "endpoints"].contains(part)).collect();
        parts.join(".")
    }
}

/// Everything an endpoint knows about its request besides the input.
pub(crate) struct Cx<C> {
    pub(crate) app: App,
    pub(crate) caller: C,
    pub(crate) head: Arc<Head>,
}

impl<C: Caller> Cx<C> {
    /// The project of the request.
    pub(crate) fn project(&self) -> &Project {
        self.caller.project()
    }
    /// Runs a transaction that only reads, in the project of the request.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.app.db().read(self.within(work)).await
    }
    /// Runs a transaction that writes, in the project of the request.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.app.db().write(self.within(work)).await
    }
    fn within<T, W>(&self, mut work: W) -> impl FnMut(&mut Tx) -> Result<T> + use<T, W, C>
    where
        W: FnMut(&mut Tx) -> Result<T>,
    {
        let project = self.project().id.clone();
        move |tx| {
            tx.enter(project.as_str())?;
            work(tx)
        }
    }
    /// The time of the request. Nothing else reads the clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.head.now
    }
    /// What a browser sent along without being asked.
    pub(crate) fn ambient(&self) -> Ambient {
        self.head.ambient()
    }
}

/// The input of an endpoint that takes none.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Nothing {}

pub(super) type Run = Arc<dyn Fn(App, Arc<Head>, RawInput, DoorKind) -> Answer + Send + Sync>;
type Answer = Pin<Box<dyn Future<Output = Result<Response>> + Send>>;

impl Endpoint {
    /// An endpoint that is one transaction, from checking the credential to the last write.
    pub(crate) fn transaction<C, I, O>(about: About, function: fn(&mut Tx, &Cx<C>, I) -> Result<O>) -> Self
    where
        C: Caller,
        I: DeserializeOwned + JsonSchema + 'static,
        O: Output + JsonSchema + 'static,
    {
        let fields = Arc::new(InputSchema::of::<I>());
        let schema = fields.clone();
        let reads = about.reads || about.doors.iter().all(|door| door.method == Method::GET);
        let run: Run = Arc::new(move |app, head, mut input, kind| {
            let schema = schema.clone();
            Box::pin(async move {
                let (db, answered) = (app.db().clone(), head.clone());
                let work = move |tx: &mut Tx| {
                    let caller = C::identify(&app, tx, &head)?;
                    inject(&mut input, &schema, &caller, kind);
                    let cx = Cx { app: app.clone(), caller, head: head.clone() };
                    let output = function(tx, &cx, input.clone().parse()?)?;
                    Ok::<_, Error>((output, cx.caller.http_only_cookies()))
                };
                let (output, cookies) = if reads { db.read(work).await? } else { db.write(work).await? };
                respond::success(&answered, cookies, &output)
            })
        });
        Self::assemble::<C, I, O>(about, fields, run)
    }

    /// An endpoint that opens its own transactions, because it also waits for something other than the database, or
    /// because it writes only sometimes.
    pub(crate) fn free<C, I, O, F>(about: About, function: fn(Cx<C>, I) -> F) -> Self
    where
        C: Caller,
        I: DeserializeOwned + JsonSchema + Send + 'static,
        O: Output + JsonSchema + 'static,
        F: Future<Output = Result<O>> + Send + 'static,
    {
        let fields = Arc::new(InputSchema::of::<I>());
        let schema = fields.clone();
        let run: Run = Arc::new(move |app, head, mut input, kind| {
            let schema = schema.clone();
            Box::pin(async move {
                let caller = match C::remembered(&app, &head) {
                    Some(caller) => caller?,
                    None => {
                        let (db, app, head) = (app.db().clone(), app.clone(), head.clone());
                        db.read::<_, Error>(move |tx| C::identify(&app, tx, &head)).await?
                    }
                };
                inject(&mut input, &schema, &caller, kind);
                let cookies = caller.http_only_cookies();
                let output = function(Cx { app, caller, head: head.clone() }, input.parse()?).await?;
                respond::success(&head, cookies, &output)
            })
        });
        Self::assemble::<C, I, O>(about, fields, run)
    }

    fn assemble<C: Caller, I: JsonSchema, O: JsonSchema>(about: About, fields: Arc<InputSchema>, run: Run) -> Self {
        Endpoint {
            about,
            input: |generator| generator.subschema_for::<I>(),
            output: |generator| generator.subschema_for::<O>(),
            fields,
            credential: C::NAME,
            run,
        }
    }
}

/// In the browser API the session says which organization, and for some paths which member, is meant.
fn inject<C: Caller>(input: &mut RawInput, schema: &InputSchema, caller: &C, kind: DoorKind) {
    let Some(member) = caller.acting().filter(|_| kind != DoorKind::Backend) else { return };
    input.inject(schema, "organization_id", member.organization_id.as_str());
    input.inject(schema, "organization_ids", vec![member.organization_id.as_str()]);
    if kind == DoorKind::Myself {
        input.inject(schema, "member_id", member.member_id.as_str());
    }
}

/// Errors any endpoint may answer with; every other error is declared by the endpoints that have it.
pub(super) const ANYWHERE: &[ApiError] = &[
    ApiError::BadRequest,
    ApiError::BodyTooLarge,
    ApiError::UnauthorizedCredentials,
    ApiError::InvalidProjectIdAuthentication,
    ApiError::BadDomainForSdk,
    ApiError::UserUnauthenticated,
    ApiError::SessionNotFound,
    ApiError::InvalidSessionToken,
    ApiError::UnableToParseSessionJwt,
    ApiError::TooManySessionArguments,
    ApiError::UnauthorizedAction,
    ApiError::SessionAuthorizationTenancyError,
    ApiError::Internal,
    ApiError::ServerUnavailable,
];

/// In debug builds, an endpoint that answers with an error it does not declare fails the test that found it.
pub(super) fn check_declared(about: &About, error: &Error) {
    if let Error::Api(error, _) = error {
        debug_assert!(
            about.errors().any(|declared| declared == *error) || ANYWHERE.contains(error),
            "{} does not declare {error:?}",
            about.operation()
        );
    }
}
