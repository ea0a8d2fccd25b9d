//! Sends what was traced, in the background.

use super::active::Finished;
use super::{Traces, otlp};
use crate::occasional::Occasional;
use outbound::{Outbound, Refused, StatusCode};
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::time::sleep;

/// Requests that are sent together.
const BATCH: usize = 256;
/// How long the first of them waits for others.
const GATHER: Duration = Duration::from_millis(500);
/// The waits between attempts, before a batch is dropped.
const WAITS: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];
/// Lines in the log a minute about a collector that is away.
const LINES: u32 = 2;

/// Sends what is traced until [`Traces::stop`], and then what is left.
pub async fn run(traces: &Traces, outbound: &Outbound) {
    let Some(mut waiting) = traces.waiting.lock().ok().and_then(|mut waiting| waiting.take()) else { return };
    let lines = Occasional::new(LINES);
    let mut batch = Vec::with_capacity(BATCH);
    let going_on = async {
        loop {
            gather(&mut waiting, &mut batch).await;
            send(outbound, traces, &batch, &WAITS, &lines).await;
            batch.clear();
        }
    };
    tokio::select! {
        () = traces.ending.notified() => {}
        () = going_on => {}
    }
    // What was being sent may have arrived: twice is better than never.
    while let Ok(finished) = waiting.try_recv() {
        batch.push(finished);
    }
    for some in batch.chunks(BATCH) {
        send(outbound, traces, some, &[], &lines).await;
    }
}

/// Waits for the first, and then a while for others.
async fn gather(waiting: &mut Receiver<Finished>, batch: &mut Vec<Finished>) {
    waiting.recv_many(batch, BATCH).await;
    let full = async {
        while batch.len() < BATCH {
            let left = BATCH - batch.len();
            waiting.recv_many(batch, left).await;
        }
    };
    // Those who came until then are in the batch.
    let _ = tokio::time::timeout(GATHER, full).await;
}

/// Hands a batch over, or drops it after so many waits.
async fn send(outbound: &Outbound, traces: &Traces, batch: &[Finished], waits: &[Duration], lines: &Occasional) {
    let spans = batch.iter().map(Finished::spans).sum();
    let body = otlp::written(&traces.config, batch);
    let mut waits = waits.iter();
    let why = loop {
        match post(outbound, traces, body.clone()).await {
            Ok(()) => return traces.exported.add(spans),
            Err(Failed { why, is_transient }) => match waits.next().filter(|_| is_transient) {
                Some(wait) => sleep(*wait).await,
                None => break why,
            },
        }
    };
    traces.dropped.add(spans);
    if let Some(untold) = lines.tell() {
        let untold = Some(untold).filter(|untold| *untold > 0);
        tracing::warn!(spans, reason = why, untold, "the collector of traces has not taken some, which are dropped");
    }
}

struct Failed {
    why: String,
    /// Whether the specification has clients try again.
    is_transient: bool,
}

async fn post(outbound: &Outbound, traces: &Traces, body: String) -> Result<(), Failed> {
    let request = otlp::request(traces.config.endpoint.reveal(), body);
    let request = request.map_err(|why| Failed { why, is_transient: false })?;
    let refused = |refused: Refused| Failed { why: refused.to_string(), is_transient: refused.is_transient() };
    let status = outbound.send(request).await.map_err(refused)?.status;
    match status.is_success() {
        true => Ok(()),
        false => Err(Failed {
            why: format!("the answer was {}", status.as_u16()),
            is_transient: matches!(
                status,
                StatusCode::TOO_MANY_REQUESTS
                    | StatusCode::BAD_GATEWAY
                    | StatusCode::SERVICE_UNAVAILABLE
                    | StatusCode::GATEWAY_TIMEOUT
            ),
        }),
    }
}
