//! Who uses the pages: of which project, on the way where, and what their browser keeps.
//!
//! Everything is asked of the operations of the browser API, as a page of an app would (`ask`), so that these pages can do nothing
//! that a page with the public token could not.

use super::asking::Operations;
use super::step::Step;
use super::way::Way;
use crate::actor::Anyone;
use crate::login;
use crate::oauth_providers::{self, Provider};
use crate::one_time_tokens::pkce;
use crate::pages::colours::Looks;
use crate::pages::outbox::is_of_this_machine;
use crate::pages::phrases::language;
use crate::pages::render::page_in;
use crate::pages::shown::Shown;
use crate::projects;
use crate::redirect_urls::ARRIVAL;
use crate::sessions::{Credential, Presented};
use axum::http::{StatusCode, header};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::project::Project;
use frame::{Call, Cookie, Head, Jar};
use mail::Locale;
use serde_json::{Value, json};
use std::sync::Arc;

/// The session of these pages.
const SESSION: &str = "__Host-guildhall_account";
/// A login that goes on.
const LOGIN: &str = "__Host-guildhall_login";
/// How far it is.
const STEP: &str = "__Host-guildhall_login_step";

/// Minutes that the session of these pages lasts, where the project lets one last so long.
const SESSION_MINUTES: i64 = 7 * 24 * 60;
/// Seconds that a browser remembers how far a login is.
const STEP_SECONDS: i64 = 60 * 60;
/// The same, of what was proven: as long as that counts.
const LOGIN_SECONDS: i64 = 10 * 60;

/// Minutes old may a proof be with which factors are changed.
const MINUTES_OF_PROOF: i64 = 60;

/// What can be wrong before it is known who somebody is.
pub(super) const VISITOR: &[ApiError] = &[ApiError::PublicTokenNotFound, ApiError::BadRequest];

/// Somebody on these pages.
pub(super) struct Visitor {
    pub(super) cx: Arc<Cx>,
    head: Arc<Head>,
    pub(super) way: Way,
    pub(super) step: Step,
    pub(super) locale: Locale,
    public_token: String,
    session: Option<String>,
    login: Option<String>,
    jar: Jar,
    cookies: Vec<Cookie>,
    kept: Step,
}

impl Visitor {
    /// Who comes with a request.
    ///
    /// # Errors
    /// [`VISITOR`].
    pub(super) async fn of(call: &Call<Anyone>, way: Way) -> Result<Self> {
        let (context, token) = (call.context(), way.public_token.clone().filter(|token| !token.is_empty()));
        let (project, public_token) = call.check(move |tx| project_of(tx, &context, token.as_deref())).await?;
        let jar = Jar::of(&project.id);
        let kept = |kind| call.head.cookie(&jar.name(kind)).map(str::to_owned);
        let (session, login) = (kept(SESSION), kept(LOGIN));
        let step = kept(STEP).map(|text| Step::parse(&text)).unwrap_or_default();
        let locale = language(&call.head, way.locale.as_deref());
        let user_agent = call.head.header(header::USER_AGENT.as_str()).map(str::to_owned);
        let cx = Arc::new(Cx { user_agent, ..call.of_browser(project) });
        let head = call.head.clone();
        let (kept, cookies) = (step.clone(), Vec::new());
        Ok(Self { cx, head, way, step, locale, public_token, session, login, jar, cookies, kept })
    }

    /// The project.
    pub(super) fn project(&self) -> &Project {
        self.cx.project()
    }

    /// Minutes of the sessions of these pages.
    fn minutes(&self) -> i64 {
        SESSION_MINUTES.min(self.project().settings.max_session_duration_minutes)
    }

    /// Asks an operation of the browser API. What is `null` is not asked.
    pub(super) async fn ask(&self, operation: &'static str, input: Value) -> Result<Value> {
        let operations = self.cx.app.memory::<Operations>();
        let endpoint = operations.get(operation).ok_or_else(|| Error::internal(format!("there is no {operation}")))?;
        let head = self.head.of_browser(&self.public_token, self.session.as_deref().unwrap_or(&self.public_token));
        let Value::Object(mut input) = input else { return Err(Error::internal("no input")) };
        input.retain(|_, value| !value.is_null());
        let answer = endpoint.ask(&self.cx.app, head, input).await;
        if let Some(error) = answer.as_ref().err().and_then(Error::api) {
            login::refused(&self.cx.app, || Some(self.cx.project.clone()), self.cx.now(), operation, error);
        }
        answer
    }

    /// The same, of one that goes on with a login and may end in a session.
    pub(super) async fn ask_to_go_on(&self, operation: &'static str, mut input: Value) -> Result<Value> {
        input["intermediate_session_token"] = json!(self.login);
        input["session_duration_minutes"] = self.minutes().into();
        self.ask(operation, input).await
    }

    /// The same, of one that the session is enough for.
    pub(super) async fn ask_in_session(&self, operation: &'static str, mut input: Value) -> Result<Value> {
        input["session_duration_minutes"] = self.minutes().into();
        self.ask(operation, input).await
    }

    /// The OAuth providers that the project has.
    pub(super) async fn providers(&self) -> Result<Vec<Provider>> {
        let cx = self.cx.clone();
        self.cx.read(move |tx| oauth_providers::of_project(tx, cx.project())).await
    }

    /// What was proven so far.
    pub(super) fn login(&self) -> Option<&str> {
        self.login.as_deref()
    }

    /// The session that somebody has here, if it stands.
    pub(super) async fn signed_in(&self) -> Result<Option<Presented>> {
        let Some(token) = self.session.clone() else { return Ok(None) };
        let (cx, credential) = (self.cx.clone(), Credential::Token(token.into()));
        let found = self.cx.check(move |tx| credential.find(&cx.app, tx, cx.project(), cx.now())).await;
        match found {
            Ok(presented) => Ok(Some(presented)),
            Err(error) if error.api().is_some() => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// A login that goes on is kept.
    pub(super) fn keep_login(&mut self, token: &str) {
        self.cookies.push(self.jar.keep(LOGIN, token.to_owned(), LOGIN_SECONDS));
        self.login = Some(token.to_owned());
    }

    /// A session has begun, or goes on with more.
    pub(super) fn keep_session(&mut self, token: &str) {
        self.cookies.push(self.jar.keep(SESSION, token.to_owned(), self.minutes() * 60));
        self.cookies.push(self.jar.end(LOGIN));
        self.session = Some(token.to_owned());
        self.login = None;
    }

    /// What was proven so far counts no more.
    pub(super) fn forget_login(&mut self) {
        self.cookies.push(self.jar.end(LOGIN));
        self.login = None;
    }

    /// Nothing of the person is kept any more.
    pub(super) fn forget(&mut self) {
        self.cookies.extend([SESSION, LOGIN].map(|kind| self.jar.end(kind)));
        (self.session, self.login, self.step) = (None, None, Step::default());
    }

    /// The challenge of what only this browser is to finish, where the project wants that (RFC 7636).
    pub(super) fn challenge(&mut self, is_required: bool) -> Result<Option<String>> {
        if !is_required {
            return Ok(None);
        }
        if self.step.verifier.is_empty() {
            self.step.verifier = pkce::new_verifier()?;
        }
        Ok(Some(pkce::challenge_of(&self.step.verifier)))
    }

    /// Its verifier.
    pub(super) fn verifier(&self) -> Option<&str> {
        Some(self.step.verifier.as_str()).filter(|verifier| !verifier.is_empty())
    }

    /// Where mailed links and identity providers lead back to.
    pub(super) fn arrival(&self) -> String {
        format!("{}{ARRIVAL}?{}", self.cx.app.public_url(), self.way.query())
    }

    /// The public token, for addresses outside of these pages.
    pub(super) fn public_token(&self) -> &str {
        &self.public_token
    }

    /// What a login page may know of the organization that was asked for. `None` where none was.
    ///
    /// # Errors
    /// `organization_not_found`.
    pub(super) async fn organization(&self) -> Result<Option<Value>> {
        let Some(slug) = self.way.organization() else { return Ok(None) };
        let found = self.ask("organizations.public.get_by_slug", json!({ "organization_slug": slug })).await?;
        match &found["organization"] {
            Value::Null => Err(ApiError::OrganizationNotFound.into()),
            organization => Ok(Some(organization.clone())),
        }
    }

    /// The same, for a page that is shown without it, too.
    pub(super) async fn organization_if_any(&self) -> Result<Option<Value>> {
        match self.organization().await {
            Err(error) if error.api().is_some() => Ok(None),
            found => found,
        }
    }

    /// Somebody asks this machine by another of its names: cookies are kept for the name that links lead back to.
    pub(super) fn by_another_name(&self, path: &str) -> Option<Shown> {
        let public = self.cx.app.public_url();
        let host = self.head.header(header::HOST.as_str())?;
        let is_public = public.split_once("://").is_some_and(|(_, name)| name.eq_ignore_ascii_case(host));
        let port = |name: &str| name.rsplit_once(':').map(|(_, port)| port.to_owned());
        let is_other = !is_public && port(host) == port(public) && is_of_this_machine(&self.cx.app, &self.head);
        is_other.then(|| Shown::elsewhere(format!("{public}{path}?{}", self.way.query())))
    }

    /// Another page of these.
    pub(super) fn go(mut self, path: &str) -> Shown {
        let query = self.way.query();
        let url = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        Shown::elsewhere(url).with(self.cookies())
    }

    /// A page. `organization`: whose page it is, where that is known; else it is that of the address, if one stands there.
    pub(super) async fn show(
        mut self,
        template: &str,
        status: StatusCode,
        organization: Option<&Value>,
        mut values: Value,
    ) -> Result<Shown> {
        let of_address = match organization {
            Some(_) => None,
            None => self.organization_if_any().await?,
        };
        let project = self.project();
        Looks::of_public(project, organization.or(of_address.as_ref())).dress(&mut values);
        values["project_name"] = json!(project.name);
        values["query"] = json!(self.way.query());
        values["prove_again"] = json!(Way { max_age_minutes: Some(MINUTES_OF_PROOF), ..self.way.clone() }.query());
        values["email"] = json!(self.step.email);
        values["steps_in"] = json!(self.way.redirect_url());
        let page = page_in(&self.cx.app, self.locale, template, status, &values)?;
        Ok(Shown::page(page).with(self.cookies()))
    }

    fn cookies(&mut self) -> Vec<Cookie> {
        if self.step != self.kept {
            self.cookies.push(match self.step == Step::default() {
                true => self.jar.end(STEP),
                false => self.jar.keep(STEP, self.step.to_text(), STEP_SECONDS),
            });
        }
        std::mem::take(&mut self.cookies)
    }
}

const SEVERAL: &str = "This server has several projects, so the address has to say which: /login?public_token=…. `guildhall \
                       project list` shows their public tokens.";

fn project_of(tx: &mut Tx, cx: &Cx, public_token: Option<&str>) -> Result<(Arc<Project>, String)> {
    if let Some(token) = public_token {
        let project = projects::read_by_public_token(&cx.app, tx, token)?.ok_or(ApiError::PublicTokenNotFound)?;
        return Ok((project, token.to_owned()));
    }
    let mut ids = projects::ids(tx)?;
    let id = ids.pop().filter(|_| ids.is_empty()).ok_or_else(|| ApiError::BadRequest.because(SEVERAL))?;
    let project = Arc::new(projects::enter(tx, &id)?);
    let token = projects::public_token(tx, &cx.of_browser(project.clone()))?;
    Ok((project, token))
}
