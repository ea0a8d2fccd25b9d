//! An endpoint: a function from a transaction and an input to an answer.

use crate::answer::{Answer, Output, Pending};
use crate::call::Call;
use crate::caller::{Caller, Identified};
use crate::cookie::Jar;
use crate::door::{Dialect, Door};
use crate::head::Head;
use crate::input::RawInput;
use crate::schema::InputSchema;
use axum::http::header;
use database::Tx;
use foundation::app::App;
use foundation::cx::{Cx, Via};
use foundation::error::{ApiError, Error, Result, keep};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use std::pin::Pin;
use std::sync::Arc;

/// One operation: what it is, and how to run it.
pub struct Endpoint {
    pub about: About,
    pub(crate) input: fn(&mut SchemaGenerator) -> Schema,
    pub(crate) output: fn(&mut SchemaGenerator) -> Schema,
    pub(crate) fields: Arc<InputSchema>,
    /// The kind of caller.
    pub(crate) caller: &'static str,
    pub(crate) caller_errors: &'static [ApiError],
    pub(crate) says: fn(&Door) -> &'static [&'static str],
    pub(crate) security: fn(Dialect) -> &'static [&'static [&'static str]],
    pub(crate) run: Run,
}

/// What `#[endpoint]` knows from the source.
#[derive(Clone, Copy)]
pub struct About {
    /// Its name: `subject.operation`.
    pub operation: &'static str,
    /// The ways in: at least one.
    pub doors: &'static [Door],
    /// The doc comment of the function: what the API reference says.
    pub doc: &'static str,
    /// The errors it can answer with, besides those any endpoint has.
    pub errors: &'static [&'static [ApiError]],
    pub mode: Mode,
    /// Whether a success is too common for a line in the log.
    pub quiet: bool,
}

/// What kind of transaction an operation is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// A short one that only reads.
    Read,
    /// One that only reads and may read much.
    Scan,
    Write,
}

impl About {
    /// The errors it can answer with, besides those any endpoint has.
    pub fn errors(&self) -> impl Iterator<Item = ApiError> {
        self.errors.iter().copied().flatten().copied()
    }

    /// The part of the name that says the subject.
    pub fn subject(&self) -> &'static str {
        self.operation.split('.').next().unwrap_or_default()
    }
}

/// A request on its way to the function.
pub(crate) struct Asked {
    pub(crate) app: App,
    pub(crate) head: Arc<Head>,
    pub(crate) input: RawInput,
    pub(crate) door: Door,
}

/// What comes of it.
pub(crate) struct Told {
    pub(crate) output: Box<dyn Output>,
    /// Where tokens are to be kept, if not in the answer.
    pub(crate) jar: Option<Jar>,
}

pub(crate) type Run = Arc<dyn Fn(Asked) -> Telling + Send + Sync>;
type Telling = Pin<Box<dyn Future<Output = Result<Told>> + Send>>;

/// A transaction without its types, so that what runs it is compiled once, and not once for each endpoint.
type Work = Box<dyn FnMut(&mut Tx) -> Result<Done> + Send>;

struct Done {
    answer: Box<dyn Pending>,
    cx: Arc<Cx>,
    jar: Option<Jar>,
}

async fn transact(app: &App, mode: Mode, mut work: Work) -> Result<Told> {
    let work = move |tx: &mut Tx| keep(work(tx));
    let done = match mode {
        Mode::Read => app.db().read(work).await,
        Mode::Scan => app.db().scan(work).await,
        Mode::Write => app.db().write(work).await,
    };
    let Done { answer, cx, jar } = done??;
    Ok(Told { output: answer.finish(cx).await?, jar })
}

impl Endpoint {
    /// Whether its input has a field of this name.
    pub fn takes(&self, field: &str) -> bool {
        self.fields.has(field)
    }

    /// Every error it can answer with.
    pub fn errors(&self) -> impl Iterator<Item = ApiError> {
        let has_forms = self.about.doors.iter().any(Door::is_of_own_forms);
        let of_forms = has_forms.then_some(ApiError::CrossSiteForm);
        self.about.errors().chain(self.caller_errors.iter().copied()).chain(of_forms).chain(ANYWHERE.iter().copied())
    }

    /// An endpoint that is one transaction, from checking the credential to the last write.
    pub fn transaction<C, I, A>(about: About, function: fn(&mut Tx, &Call<C>, I) -> Result<A>) -> Self
    where
        C: Caller,
        I: DeserializeOwned + JsonSchema + 'static,
        A: Answer,
    {
        let fields = Arc::new(InputSchema::of::<I>());
        let known = fields.clone();
        let run: Run = Arc::new(move |Asked { app, head, input, door }| {
            let known = known.clone();
            Box::pin(async move {
                let asked = app.clone();
                let work = move |tx: &mut Tx| {
                    let identified = C::identify(&app, tx, &head)?;
                    let (call, input, jar) = enter(identified, &app, &head, input.clone(), &known, &door)?;
                    let answer = function(tx, &call, input.parse(&known)?)?;
                    Ok(Done { answer: Box::new(answer), cx: call.cx, jar })
                };
                transact(&asked, about.mode, Box::new(work)).await
            })
        });
        Self::assemble::<C, I, A::Output>(about, fields, run)
    }

    /// An endpoint that opens its own transactions, because it also waits for something other than the database, or
    /// because it writes only sometimes.
    pub fn free<C, I, A, F>(about: About, function: fn(Call<C>, I) -> F) -> Self
    where
        C: Caller,
        I: DeserializeOwned + JsonSchema + Send + 'static,
        A: Answer,
        F: Future<Output = Result<A>> + Send + 'static,
    {
        let fields = Arc::new(InputSchema::of::<I>());
        let known = fields.clone();
        let run: Run = Arc::new(move |Asked { app, head, input, door }| {
            let known = known.clone();
            Box::pin(async move {
                let identified = match C::remembered(&app, &head) {
                    Some(identified) => identified?,
                    None => {
                        let (db, app, head) = (app.db().clone(), app.clone(), head.clone());
                        db.check::<_, Error>(move |tx| C::identify(&app, tx, &head)).await?
                    }
                };
                let (call, input, jar) = enter(identified, &app, &head, input, &known, &door)?;
                let cx = call.cx.clone();
                let answer = function(call, input.parse(&known)?).await?;
                Ok(Told { output: Box::new(answer.finish(&cx).await?), jar })
            })
        });
        Self::assemble::<C, I, A::Output>(about, fields, run)
    }

    fn assemble<C: Caller, I: JsonSchema, O: JsonSchema>(about: About, fields: Arc<InputSchema>, run: Run) -> Self {
        Endpoint {
            about,
            input: |generator| generator.subschema_for::<I>(),
            output: |generator| generator.subschema_for::<O>(),
            fields,
            caller: C::NAME,
            caller_errors: C::ERRORS,
            says: C::says,
            security: C::security,
            run,
        }
    }
}

/// The way in for someone who is known: what the door asks of them, and what their credential says of the input.
fn enter<C: Caller>(
    identified: Identified<C>,
    app: &App,
    head: &Arc<Head>,
    mut input: RawInput,
    known: &InputSchema,
    door: &Door,
) -> Result<(Call<C>, RawInput, Option<Jar>)> {
    let Identified { caller, project, via, acting, keeps_cookies } = identified;
    if let Some(active) = &head.trace {
        active.in_project(&project.id);
    }
    let (request_id, ip_address) = (head.request_id.clone(), head.ip_address);
    let witness = head.witness.clone();
    if let Some(witness) = &witness {
        witness.begin();
    }
    let named = head.header(header::USER_AGENT.as_str()).filter(|_| via == Via::Browser);
    let user_agent = named.map(str::to_owned);
    let cx = Cx {
        app: app.clone(),
        project,
        via,
        acting,
        operator: None,
        now: head.now,
        request_id,
        ip_address,
        user_agent,
        witness,
    };
    if let Some(required) = door.requires {
        cx.require(required.resource, required.action)?;
    }
    for field in C::says(door).iter().filter(|field| known.has(field)) {
        if let Some(value) = caller.say(cx.acting.as_ref(), field) {
            input.say(field, value);
        }
    }
    let jar = keeps_cookies.then(|| Jar::of(&cx.project.id));
    Ok((Call { cx: Arc::new(cx), caller, head: head.clone() }, input, jar))
}

/// Errors any endpoint may answer with; every other error is declared by the endpoints that have it, or by their callers.
pub(crate) const ANYWHERE: &[ApiError] = &[
    ApiError::BadRequest,
    ApiError::BodyTooLarge,
    ApiError::RequestTimeout,
    ApiError::TooManyRequests,
    ApiError::Internal,
    ApiError::ServerUnavailable,
];
