//! From a request to its answer.

use crate::{
    allow::Allow,
    connect,
    deadline::Deadline,
    exchange::Exchange,
    meter::Metered,
    redirect,
    refused::{Refused, Stage},
    request::Request,
    resolve::{Resolve, SystemResolver},
    response::Response,
    tls::{self, Trust},
};
use hyper::Method;
use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU16,
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Host;

/// One request, once it is over.
pub struct Asked<'a> {
    /// How.
    pub method: &'a Method,
    /// Whom: a name or an address.
    pub host: String,
    /// Where.
    pub port: u16,
    /// The status that it was answered with, or why there is none.
    pub answer: Result<u16, &'a Refused>,
    /// How long it took.
    pub elapsed: Duration,
}

type Observer = Box<dyn Fn(&Asked<'_>) + Send + Sync>;

/// What the operator decides.
pub struct Config {
    /// What may be asked besides the public Internet.
    pub allow: Allow,
    /// A file of certificates (PEM) of authorities that are trusted besides the system's.
    pub authorities: Option<PathBuf>,
    /// How many requests may be made at once.
    pub requests_at_once: NonZeroU16,
    /// Who knows the addresses of names.
    pub resolver: Arc<dyn Resolve>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            allow: Allow::default(),
            authorities: None,
            requests_at_once: NonZeroU16::MIN.saturating_add(63),
            resolver: Arc::new(SystemResolver),
        }
    }
}

/// The guarded client. Clones are the same client.
#[derive(Clone)]
pub struct Outbound {
    shared: Arc<Shared>,
    places: Arc<Semaphore>,
}

struct Shared {
    allow: Allow,
    resolver: Arc<dyn Resolve>,
    trust: Trust,
    observer: OnceLock<Observer>,
}

impl Outbound {
    /// Reads the authorities. The error is a sentence for the operator.
    pub fn new(config: Config) -> Result<Self, String> {
        let trust = Trust::new(config.authorities.as_deref())?;
        let shared =
            Arc::new(Shared { allow: config.allow, resolver: config.resolver, trust, observer: OnceLock::new() });
        Ok(Self { shared, places: places(config.requests_at_once) })
    }

    /// The same client with a bound of its own, for what must neither starve the others nor be starved by them: who
    /// has many webhooks lead to servers that do not answer still keeps nobody from logging in.
    #[must_use]
    pub fn with_own_bound(&self, requests_at_once: NonZeroU16) -> Self {
        Self { shared: self.shared.clone(), places: places(requests_at_once) }
    }

    /// What can be said about a request without asking anyone, for instance when its URL is stored: its scheme, and its
    /// host if that is an address.
    pub fn check(&self, request: &Request) -> Result<(), Refused> {
        if !request.target.secure && !request.allow_http {
            return Err(Refused::BadUrl { why: "it has to begin with https://" });
        }
        match address(&request.target.host) {
            Some(address) => self.admitted(request, vec![address]).map(drop),
            None => Ok(()),
        }
    }

    /// Has `f` called after every request, by the task that made it. The first observer stays.
    pub fn observe(&self, f: impl Fn(&Asked<'_>) + Send + Sync + 'static) {
        let _ = self.shared.observer.set(Box::new(f));
    }

    /// Makes the request. Whoever stops waiting for it ends it.
    pub async fn send(&self, request: Request) -> Result<Response, Refused> {
        let Some(observe) = self.shared.observer.get() else { return self.make(request).await };
        let (start, method) = (Instant::now(), request.method.clone());
        let (host, port) = (request.target.host.to_string(), request.target.port);
        let result = self.make(request).await;
        let answer = result.as_ref().map(|response| response.status.as_u16());
        observe(&Asked { method: &method, host, port, answer, elapsed: start.elapsed() });
        result
    }

    async fn make(&self, mut request: Request) -> Result<Response, Refused> {
        self.check(&request)?;
        let deadline = Deadline::after(request.limits.total);
        let Ok(Ok(place)) = deadline.bound(self.places.clone().acquire_owned()).await else {
            return Err(Refused::Busy);
        };
        let place = Arc::new(place);
        loop {
            let exchange = self.ask(&request, deadline, &place).await?;
            match redirect::next(&request, exchange.status(), exchange.headers())? {
                Some(next) => request = next,
                None => return in_time(&request, Stage::Answering, deadline, exchange.finish()).await?,
            }
        }
    }

    /// The head of the answer to one request, on a connection of its own.
    async fn ask(
        &self,
        request: &Request,
        deadline: Deadline,
        place: &Arc<OwnedSemaphorePermit>,
    ) -> Result<Exchange, Refused> {
        let target = &request.target;
        let addresses = match address(&target.host) {
            Some(address) => vec![address],
            None => in_time(request, Stage::Resolving, deadline, self.resolve(request, place.clone())).await??,
        };
        let addresses = self.admitted(request, addresses)?;
        let soon = deadline.or_after(request.limits.connect);
        let stream = in_time(request, Stage::Connecting, soon, connect::connect(addresses)).await?;
        let stream = stream.map_err(|_| Refused::Connect { host: request.name(), why: "cannot be reached" })?;
        let stream = Metered::new(stream, request.limits.wire_bytes());
        if !target.secure {
            return in_time(request, Stage::Answering, deadline, Exchange::begin(stream, request)).await?;
        }
        let Some(connector) = self.shared.trust.connector() else {
            return Err(Refused::Tls { host: request.name(), why: "this server knows no certificate authorities" });
        };
        let secured = tls::secure(connector, &target.host, stream);
        let stream = in_time(request, Stage::Connecting, soon, secured).await?.map_err(|error| {
            let host = request.name();
            tls::refused(&host, &error).unwrap_or_else(|| Refused::lost(host))
        })?;
        in_time(request, Stage::Answering, deadline, Exchange::begin(stream, request)).await?
    }

    /// What the name resolves to. A resolver may not be able to stop; what it does meanwhile counts as a request, or
    /// names that are never answered would pile up threads.
    async fn resolve(&self, request: &Request, place: Arc<OwnedSemaphorePermit>) -> Result<Vec<IpAddr>, Refused> {
        let resolving = self.shared.resolver.resolve(request.target.host.to_string());
        let task = tokio::spawn(async move {
            let found = resolving.await;
            drop(place);
            found
        });
        match task.await {
            Ok(Ok(found)) if !found.is_empty() => Ok(found),
            _ => Err(Refused::Dns { host: request.name() }),
        }
    }

    /// Those of the addresses that may be connected to; an error if there is none.
    ///
    /// Some names have addresses of both kinds, for instance where a local translation of IPv4 adds its own, so that to
    /// refuse the whole name would refuse honest hosts. It would not be safer either: an address that is left out is
    /// never connected to, and those that remain are as public as if they stood alone.
    fn admitted(&self, request: &Request, addresses: Vec<IpAddr>) -> Result<Vec<SocketAddr>, Refused> {
        let (host, port) = (&request.target.host, request.target.port);
        let mut refused = Refused::Dns { host: request.name() };
        let mut admitted = Vec::new();
        for address in addresses.into_iter().rev() {
            match self.shared.allow.admit(host, port, address) {
                Ok(()) => admitted.push(SocketAddr::new(address, port)),
                Err(special) => {
                    let (host, allow) = (request.name(), request.place());
                    refused = Refused::Blocked { host, allow, address, purpose: special.purpose };
                }
            }
        }
        admitted.reverse();
        if admitted.is_empty() { Err(refused) } else { Ok(admitted) }
    }
}

fn places(number: NonZeroU16) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(number.get().into()))
}

/// The host, if it is an address. Whatever way it was spelled in (`0x7f.1`, `2130706433`), it has been read by now.
fn address(host: &Host<String>) -> Option<IpAddr> {
    match host {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some((*address).into()),
        Host::Ipv6(address) => Some((*address).into()),
    }
}

async fn in_time<F: Future>(
    request: &Request,
    stage: Stage,
    deadline: Deadline,
    work: F,
) -> Result<F::Output, Refused> {
    deadline.bound(work).await.map_err(|_| Refused::Timeout { host: request.name(), stage })
}
