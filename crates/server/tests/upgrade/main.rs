//! From the schema of the version before to this one: what an older program has left behind is good, and an older program
//! that still runs beside this one goes on.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../shared/app.rs"]
mod app;
mod names;
mod older;
mod orphans;
mod rows;
#[expect(dead_code, reason = "not all of it is needed here")]
#[path = "../../../database/tests/engines/support.rs"]
mod support;
mod world;

/// Runs each case on both engines.
macro_rules! on_both {
    ($($case:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::$case(crate::world::World::before(crate::support::Fixture::sqlite().await).await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::$case(crate::world::World::before(crate::support::Fixture::postgres().await).await).await;
            })*
        }
    };
}
pub(crate) use on_both;
