//! Servers that say what a test tells them to, and names that lead to them.

use outbound::{Allow, Config, Limits, Outbound, Request, Resolve, Resolving};
use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    num::NonZeroU16,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// Stands for a public address: the clients of these tests may go there, and nowhere else.
pub(crate) const PUBLIC: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// An address that nobody allowed.
pub(crate) const PRIVATE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A server, and the requests that it got.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers each request with the bytes of `answer`, and closes.
    pub(crate) async fn start(answer: impl Into<Vec<u8>>) -> Self {
        let answer: Arc<[u8]> = answer.into().into();
        Self::at(PUBLIC, move |mut stream, _| {
            let answer = answer.clone();
            async move {
                // Whoever has heard enough hangs up.
                let _ = stream.write_all(&answer).await;
            }
        })
        .await
    }

    /// Does with each connection, once its request has come, what `act` does.
    pub(crate) async fn at<F, A>(address: IpAddr, act: F) -> Self
    where
        F: Fn(TcpStream, String) -> A + Send + Sync + 'static,
        A: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        Self::on(listener, act)
    }

    /// The same on a socket that is there already.
    pub(crate) fn on<F, A>(listener: TcpListener, act: F) -> Self
    where
        F: Fn(TcpStream, String) -> A + Send + Sync + 'static,
        A: Future<Output = ()> + Send + 'static,
    {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let server = Self { address: listener.local_addr().unwrap(), seen: seen.clone() };
        let act = Arc::new(act);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (act, seen) = (act.clone(), seen.clone());
                tokio::spawn(async move {
                    let request = read_request(&mut stream).await;
                    seen.lock().unwrap().push(request.clone());
                    act(stream, request).await;
                });
            }
        });
        server
    }

    pub(crate) fn url(&self, name: &str) -> String {
        format!("http://{name}:{}/", self.address.port())
    }

    /// What came, in the order it came in.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

/// A request with its body; less when the other side ends before.
pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut text = Vec::new();
    loop {
        let end = text.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&text[..end]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if text.len() >= end + 4 + length.map_or(0, |length| length.parse().unwrap()) {
                break;
            }
        }
        match stream.read_buf(&mut text).await {
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
    }
    String::from_utf8(text).unwrap()
}

/// An answer with its length.
pub(crate) fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

pub(crate) fn redirect(status: u16, location: &str) -> String {
    format!("HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n")
}

/// A DNS in which each name has its answers, the last of them for ever; what is not there has none.
#[derive(Default)]
pub(crate) struct Names {
    answers: Vec<(&'static str, Vec<Vec<IpAddr>>)>,
    asked: Mutex<Vec<String>>,
}

impl Names {
    pub(crate) fn new(answers: &[(&'static str, &[&[IpAddr]])]) -> Arc<Self> {
        let own = |each: &&[IpAddr]| each.to_vec();
        let answers = answers.iter().map(|(name, answers)| (*name, answers.iter().map(own).collect())).collect();
        Arc::new(Self { answers, ..Self::default() })
    }

    /// What was asked for, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Resolve for Names {
    fn resolve(&self, name: String) -> Resolving {
        let mut asked = self.asked.lock().unwrap();
        let before = asked.iter().filter(|other| **other == name).count();
        let known = self.answers.iter().find(|(known, _)| *known == name);
        let answer = known.map(|(_, answers)| answers.get(before).unwrap_or(answers.last().unwrap()).clone());
        asked.push(name);
        Box::pin(async { answer.ok_or_else(|| io::ErrorKind::NotFound.into()) })
    }
}

/// `idp.example`, `a.idp.example` and `other.example` are public; `internal.example` is not.
pub(crate) fn usual_names() -> Arc<Names> {
    Names::new(&[
        ("idp.example", &[&[PUBLIC]]),
        ("a.idp.example", &[&[PUBLIC]]),
        ("other.example", &[&[PUBLIC]]),
        ("internal.example", &[&[PRIVATE]]),
    ])
}

pub(crate) fn config(resolver: Arc<dyn Resolve>) -> Config {
    Config { allow: Allow::parse(["127.0.0.2"]).unwrap(), resolver, ..Config::default() }
}

pub(crate) fn client() -> Outbound {
    Outbound::new(config(usual_names())).unwrap()
}

pub(crate) fn client_at_once(requests: u16, resolver: Arc<dyn Resolve>) -> Outbound {
    Outbound::new(Config { requests_at_once: NonZeroU16::new(requests).unwrap(), ..config(resolver) }).unwrap()
}

pub(crate) fn get(url: &str) -> Request {
    Request::get(url).unwrap().allow_http()
}

/// So little that a test which waits for its end is over soon; enough for a connection on a busy machine.
pub(crate) fn brief() -> Limits {
    Limits { total: Duration::from_secs(1), ..Limits::default() }
}

/// So much that its end is an error of the test.
pub(crate) fn patient() -> Limits {
    Limits { total: Duration::from_secs(60), connect: Duration::from_secs(60), ..Limits::default() }
}
