//! The application without the program around it.

use axum::Router;
use database::Database;
use foundation::app::{App, Equipment};
use foundation::config::Config;
use foundation::keys::{Keys, MasterKey, MasterKeys};
use foundation::time::system_now;
use frame::Endpoint;
use server::{Bodies, Limits, Proxies};

/// On a database that is migrated, with keys of its own.
pub(crate) async fn app(db: &Database) -> App {
    let masters = MasterKeys::parse(&MasterKey::generate().unwrap().to_text()).unwrap();
    let keys = Keys::open(db, masters, system_now()).await.unwrap();
    App::new(db.clone(), keys, Equipment::new(Config::default()).unwrap(), server::TABLES)
}

/// These endpoints as it serves them.
pub(crate) fn router(app: &App, endpoints: Vec<Endpoint>) -> Router {
    let wiring = server::wiring(endpoints, Bodies::new(&Limits::default()), Proxies::default());
    frame::router(app.clone(), wiring)
}
