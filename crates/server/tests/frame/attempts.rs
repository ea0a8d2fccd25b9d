//! A refusal that commits: a code that may be tried five times.

use crate::support::Fixture;
use crate::world::{Somebody, World};
use database::{Tx, args};
use foundation::error::{ApiError, Error, Result};
use foundation::keys::{Purpose, equal};
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

const CODES: &str = "CREATE TABLE codes (phone TEXT PRIMARY KEY, code_hash BYTEA NOT NULL, attempts BIGINT NOT NULL)";
const BUDGET: i64 = 5;

#[derive(Deserialize, JsonSchema)]
struct Entry {
    phone: String,
    code: String,
}

#[derive(Serialize, JsonSchema)]
struct Entered {}

/// Enter a code that was sent. It may be tried five times.
#[endpoint("codes.enter", POST "/v1/codes/enter", errors(UnableToAuthMagicLink, UserLockLimitReached))]
fn enter(tx: &mut Tx, cx: &Call<Somebody>, input: Entry) -> Result<Entered> {
    let sent = "UPDATE codes SET attempts = attempts + 1 WHERE phone = $1 RETURNING code_hash, attempts";
    let sent = tx.optional::<(Vec<u8>, i64)>(sent, args![&input.phone])?;
    let (hash, attempts) = sent.ok_or(ApiError::UnableToAuthMagicLink)?;
    if attempts > BUDGET {
        return Err(ApiError::UserLockLimitReached.into());
    }
    if !equal(&hash, &cx.app.keys().hash(Purpose::Token, input.code.as_bytes())) {
        return Err(Error::from(ApiError::UnableToAuthMagicLink).kept());
    }
    tx.execute("DELETE FROM codes WHERE phone = $1", args![&input.phone])?;
    Ok(Entered {})
}

async fn sent(fixture: Fixture) -> World {
    let world = World::new(fixture, vec![enter::endpoint()], CODES).await;
    let hash = world.app.keys().hash(Purpose::Token, b"123456");
    let insert = move |tx: &mut Tx| {
        let sql = "INSERT INTO codes (phone, code_hash, attempts) VALUES ($1, $2, $3)";
        Ok::<_, Error>(tx.execute(sql, args!["+1", hash.as_slice(), 0i64])?)
    };
    world.app.db().write(insert).await.unwrap();
    world
}

async fn try_code(world: &World, code: &str) -> u16 {
    world.post("/v1/codes/enter", json!({ "phone": "+1", "code": code })).await.status.as_u16()
}

/// T-34: however many try at once, five are heard.
async fn t34_five_attempts_are_heard(fixture: Fixture) {
    let world = sent(fixture).await;
    let attempts = (0..40).map(|n| format!("{n:06}")).collect::<Vec<_>>();
    let statuses = futures_util::future::join_all(attempts.iter().map(|code| try_code(&world, code))).await;
    let count = |status| statuses.iter().filter(|other| **other == status).count();
    assert_eq!((count(401), count(429)), (5, 35), "{statuses:?}");
    assert_eq!(try_code(&world, "123456").await, 429);
}

async fn the_right_code_is_used_up(fixture: Fixture) {
    let world = sent(fixture).await;
    for _ in 0..4 {
        assert_eq!(try_code(&world, "000000").await, 401);
    }
    assert_eq!([try_code(&world, "123456").await, try_code(&world, "123456").await], [200, 401]);
}

macro_rules! on_both {
    ($($case:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::$case(crate::support::Fixture::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::$case(crate::support::Fixture::postgres().await).await;
            })*
        }
    };
}
on_both! { t34_five_attempts_are_heard the_right_code_is_used_up }
