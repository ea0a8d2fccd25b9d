//! The frame, on its own: an endpoint of each dialect, and one that counts attempts, on both engines.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../shared/app.rs"]
mod app;
mod attempts;
mod dialects;
#[expect(dead_code, reason = "not all of it is needed here")]
#[path = "../../../database/tests/engines/support.rs"]
mod support;
mod world;
