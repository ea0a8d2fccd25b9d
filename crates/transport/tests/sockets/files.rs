//! A process without a file left: the server runs in a process of its own, which may open only a few.

use crate::support::{Client, SHORT, patient, start, within};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;
use tokio::net::TcpStream;
use transport::Limits;

const CHILD: &str = "TRANSPORT_TEST_CHILD";

/// Kills the child, whatever becomes of the test.
struct Child(std::process::Child);

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Not a test of its own: the server of the test below.
#[test]
fn serve_with_few_files() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let server = start(Limits { head: SHORT, ..patient() }).await;
        println!("\nlistening on {}", server.address);
        tokio::time::sleep(Duration::from_secs(600)).await;
    });
}

#[tokio::test]
async fn a_server_without_files_recovers() {
    let test = std::env::current_exe().unwrap();
    let mut child = Command::new("sh")
        .args(["-c", "ulimit -n 40; exec \"$0\" \"$@\""])
        .arg(test)
        .args(["--exact", "files::serve_with_few_files", "--nocapture", "--test-threads=1"])
        .env(CHILD, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let child = Child(child);
    let mut lines = output.lines();
    let address = lines.find_map(|line| Some(line.unwrap().strip_prefix("listening on ")?.to_owned())).unwrap();

    // More than it has files for. They send nothing, so they end.
    let mut silent = Vec::new();
    for _ in 0..60 {
        silent.push(within(TcpStream::connect(&address)).await.unwrap());
    }
    let mut client = Client::new(within(TcpStream::connect(&address)).await.unwrap());
    assert_eq!(client.get("/").await.status, 200);

    // And with those that are idle, which have to give way.
    let mut idle = Vec::new();
    for _ in 0..60 {
        let mut client = Client::new(within(TcpStream::connect(&address)).await.unwrap());
        assert_eq!(client.get("/").await.status, 200);
        idle.push(client);
    }
    assert_eq!(cpu_is_idle(child.0.id()).await, Ok(()));
}

/// Nobody asks for anything, so the process uses no processor time to speak of.
async fn cpu_is_idle(process: u32) -> Result<(), u64> {
    let ticks = || {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
        let fields: Vec<_> = stat.rsplit_once(") ").unwrap().1.split(' ').map(str::to_owned).collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    };
    let before = ticks();
    tokio::time::sleep(Duration::from_secs(1)).await;
    // A hundred are a second of a core.
    let used = ticks() - before;
    if used < 50 { Ok(()) } else { Err(used) }
}
