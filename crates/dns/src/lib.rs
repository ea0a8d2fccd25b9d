//! Asking a DNS server for text records, and nothing else (RFC 1035).
//!
//! The server asked is one that resolves for others: it follows the tree of names, and aliases. What it says is believed as it is;
//! whoever can change that can change what the names of this machine mean anyway.

mod client;
mod message;
mod system;

pub use client::{Fault, texts};
pub use message::{Code, Malformed};
pub use system::server_of;
