//! A server on a database that an older program has made.

use crate::app;
use crate::older::Organization;
use crate::support::Fixture;
use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use database::{EVERYTHING, Error, Result, Timestamp, Tx};
use foundation::app::App;
use foundation::id::{Environment, ProjectId};
use foundation::time::MINUTE;
use http_body_util::BodyExt as _;
use serde_json::Value;
use server::projects::{Created, New, create};
use tower::ServiceExt as _;

/// The migrations of the version before.
const BEFORE: usize = 6;

/// A project on a database of the version before, and later of this one.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) project: ProjectId,
    created: Created,
    fixture: Fixture,
}

impl World {
    /// As the version before has left it.
    pub(crate) async fn before(fixture: Fixture) -> Self {
        fixture.db.migrate(&server::MIGRATIONS[..BEFORE]).await.unwrap();
        let app = app::app(&fixture.db).await;
        let created = another_project(&app).await;
        let project = ProjectId::parse(&created.project_id).unwrap();
        Self { app, project, created, fixture }
    }

    /// Another project beside it.
    pub(crate) async fn neighbour(&self) -> ProjectId {
        ProjectId::parse(&another_project(&self.app).await.project_id).unwrap()
    }

    /// Applies what this version brings.
    pub(crate) async fn upgrade(&self) {
        let applied = self.fixture.db.migrate(server::MIGRATIONS).await.unwrap();
        assert_eq!(applied, server::MIGRATIONS[BEFORE..].iter().map(|step| step.name).collect::<Vec<_>>());
    }

    /// Does what the older program does.
    pub(crate) async fn older<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Tx) -> Result<T> + Send + Clone + 'static,
    ) -> Result<T, Error> {
        let mut work = work.clone();
        self.app.db().write(move |tx| tx.visit(EVERYTHING, &mut work)).await
    }

    /// An organization that the older program made so many minutes after the first.
    pub(crate) async fn organization(&self, slug: &str, external_id: Option<&str>, minutes: i64) -> Organization {
        let made = Organization::new(&self.project, slug, external_id, Timestamp(minutes * MINUTE));
        let inserted = made.clone();
        self.older(move |tx| inserted.insert(tx)).await.unwrap();
        made
    }

    /// Asks this version's server.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let router = app::router(&self.app, server::endpoints());
        let credentials = STANDARD.encode(format!("{}:{}", self.created.project_id, self.created.secret));
        let request =
            Request::builder().method(method).uri(path).header("authorization", format!("Basic {credentials}"));
        let request = request.header("content-type", "application/json");
        let body = body.map_or(Body::empty(), |json| Body::from(json.to_string()));
        let response = router.oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.ask("POST", path, Some(body)).await
    }

    /// The id of the organization that a name means; empty for none.
    pub(crate) async fn meant_by(&self, name: &str) -> String {
        let (status, answer) = self.ask("GET", &format!("/v1/b2b/organizations/{name}"), None).await;
        assert!([200, 404].contains(&status), "{name}: {answer}");
        answer["organization"]["organization_id"].as_str().unwrap_or_default().to_owned()
    }
}

/// Makes a project on the tables of the version before. They are what they are for this one, but for columns of the log.
async fn another_project(app: &App) -> Created {
    let new = New {
        name: "Acme".into(),
        environment: Environment::Test,
        redirect_urls: Vec::new(),
        origins: Vec::new(),
        settings: foundation::project::Settings::default(),
    };
    alter(app, "ALTER TABLE audit_events ADD COLUMN member_id TEXT").await;
    alter(app, "ALTER TABLE audit_events ADD COLUMN impersonator TEXT").await;
    let created = create(app, new).await.unwrap();
    alter(app, "ALTER TABLE audit_events DROP COLUMN member_id").await;
    alter(app, "ALTER TABLE audit_events DROP COLUMN impersonator").await;
    created
}

async fn alter(app: &App, sql: &'static str) {
    app.db().write(move |tx| tx.execute(sql, &[]).map(|_| ())).await.unwrap();
}
