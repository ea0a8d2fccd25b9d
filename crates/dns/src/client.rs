//! One question to one server.

use crate::message::{Answer, Code, Malformed, query, read};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

/// How long an answer may take, each time it is asked for.
const WITHIN: Duration = Duration::from_secs(3);
/// How often a packet is sent: one may get lost.
const TRIES: u32 = 2;
/// The longest packet that a server sends which was not told of longer ones (RFC 1035, section 4.2.1); some send longer ones.
const PACKET: usize = 4096;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("the name is none that could be asked for")]
    Name,
    #[error("the DNS server does not answer: {0}")]
    Unreachable(#[from] io::Error),
    #[error("the DNS server does not answer in time")]
    Late,
    #[error("the answer of the DNS server cannot be read: {0}")]
    Malformed(#[from] Malformed),
    #[error("the DNS server answers with code {0}")]
    Failed(u8),
}

/// The text records of a name, as the server says. None where there is no such name. `id` is a number that nobody can guess.
///
/// # Errors
/// Where it cannot be known.
pub async fn texts(server: SocketAddr, name: &str, id: u16) -> Result<Vec<String>, Fault> {
    let question = query(id, name).ok_or(Fault::Name)?;
    let mut answer = Err(Fault::Late);
    for _ in 0..TRIES {
        answer = timeout(WITHIN, by_packet(server, &question)).await.unwrap_or(Err(Fault::Late));
        if !matches!(answer, Err(Fault::Late)) {
            break;
        }
    }
    let mut answer = answer?;
    if answer.is_truncated {
        answer = timeout(WITHIN, by_stream(server, &question)).await.map_err(|_| Fault::Late)??;
    }
    match answer.code {
        Code::Fine => Ok(answer.texts),
        Code::NoName => Ok(Vec::new()),
        Code::Failed(code) => Err(Fault::Failed(code)),
    }
}

/// From a port that nobody can guess either, and heard only from the server.
async fn by_packet(server: SocketAddr, question: &[u8]) -> Result<Answer, Fault> {
    let any: SocketAddr =
        if server.is_ipv4() { (Ipv4Addr::UNSPECIFIED, 0).into() } else { (Ipv6Addr::UNSPECIFIED, 0).into() };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(server).await?;
    socket.send(question).await?;
    let mut packet = vec![0; PACKET];
    loop {
        let length = socket.recv(&mut packet).await?;
        match read(&packet[..length], question) {
            // Somebody else's guess, or the answer to the packet before.
            Err(Malformed::Other) => {}
            answer => return Ok(answer?),
        }
    }
}

async fn by_stream(server: SocketAddr, question: &[u8]) -> Result<Answer, Fault> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(question.len()).map_err(|_| Fault::Name)?;
    stream.write_all(&[length.to_be_bytes().as_slice(), question].concat()).await?;
    let mut answer = vec![0; usize::from(stream.read_u16().await?)];
    stream.read_exact(&mut answer).await?;
    Ok(read(&answer, question)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    /// An answer with one text.
    fn answer(question: &[u8], flags: u16, text: &str) -> Vec<u8> {
        let mut message = question.to_vec();
        message[2..4].copy_from_slice(&flags.to_be_bytes());
        message[7] = 1;
        message.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60]);
        message.extend((text.len() as u16 + 1).to_be_bytes());
        message.push(text.len() as u8);
        message.extend(text.bytes());
        message
    }

    #[tokio::test]
    async fn what_does_not_fit_a_packet_is_asked_for_again() {
        let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = udp.local_addr().unwrap();
        let tcp = TcpListener::bind(address).await.unwrap();
        tokio::spawn(async move {
            let mut packet = [0; 512];
            let (length, peer) = udp.recv_from(&mut packet).await.unwrap();
            let question = &packet[..length];
            // The first is of another question, the second is cut off.
            let mut stray = answer(question, 0x8180, "stray");
            stray[0] ^= 1;
            udp.send_to(&stray, peer).await.unwrap();
            udp.send_to(&answer(question, 0x8380, "cut")[..30], peer).await.unwrap();
            let (mut stream, _) = tcp.accept().await.unwrap();
            let mut question = vec![0; usize::from(stream.read_u16().await.unwrap())];
            stream.read_exact(&mut question).await.unwrap();
            let whole = answer(&question, 0x8180, "whole");
            stream.write_u16(whole.len() as u16).await.unwrap();
            stream.write_all(&whole).await.unwrap();
            stream.flush().await.unwrap();
        });
        assert_eq!(texts(address, "a.example", 7).await.unwrap(), ["whole"]);
    }

    #[tokio::test]
    async fn nobody_there_is_a_fault() {
        let closed = UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        assert!(matches!(texts(closed, "a.example", 7).await, Err(Fault::Unreachable(_) | Fault::Late)));
        assert!(matches!(texts(closed, "..", 7).await, Err(Fault::Name)));
    }
}
