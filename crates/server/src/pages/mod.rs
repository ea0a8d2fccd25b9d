//! Pages for people: the page behind a mailed link, the developer's outbox, the API reference, the error types.

mod assets;
mod reference;
mod render;
mod routes;

pub(crate) use render::Pages;
pub(crate) use routes::routes;
