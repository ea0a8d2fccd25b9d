//! A panic is an error like others: it ends what it happened in, and nothing else (threat T-74).

use crate::error::{Error, Result};
use futures_util::FutureExt as _;
use std::panic::AssertUnwindSafe;

/// What work comes to. What it was doing with a panic is thrown away with it, so nobody sees it half done.
pub async fn caught<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| Err(Error::internal("a panic")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn t74_a_panic_is_an_error_of_the_work_alone() {
        let work = async |number: u8| -> Result<u8> {
            tokio::task::yield_now().await;
            assert!(number != 1, "on purpose");
            Ok(number)
        };
        assert!(matches!(caught(work(0)).await, Ok(0)));
        assert!(matches!(caught(work(1)).await, Err(Error::Internal(_))));
        assert!(matches!(caught(work(2)).await, Ok(2)));
    }
}
