//! The yardstick of password logins: how many hashes these processors make in a second when they do nothing else.
//!
//! `hashes SECONDS` prints the number. It hashes as a login does, on as many threads as there are processors.

use mimalloc::MiMalloc;
use passwords::{Parameters, hash};
use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

/// As the server's: a hash takes its memory anew each time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const PASSWORD: &str = "violet-harbor-sings";

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let seconds: f64 = std::env::args().nth(1).ok_or("hashes SECONDS")?.parse()?;
    let known = hash(PASSWORD, &Parameters::default())?;
    let processors = thread::available_parallelism()?.get();
    let began = Instant::now();
    let end = began + Duration::from_secs_f64(seconds);
    let counts: Vec<_> = thread::scope(|scope| {
        let count = || {
            let verified = std::iter::repeat_with(|| known.verify(PASSWORD)).take_while(|right| *right);
            verified.take_while(|_| Instant::now() < end).count()
        };
        let threads: Vec<_> = (0..processors).map(|_| scope.spawn(count)).collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| "a thread panicked")).collect()
    });
    let total = counts.into_iter().sum::<Result<usize, _>>()?;
    println!("{:.2}", total as f64 / began.elapsed().as_secs_f64());
    Ok(())
}
