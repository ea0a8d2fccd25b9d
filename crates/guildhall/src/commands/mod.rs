//! One file a command.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod breach_filter;
pub(crate) mod completions;
pub(crate) mod copy;
pub(crate) mod doctor;
pub(crate) mod health;
pub(crate) mod keys;
pub(crate) mod mail;
pub(crate) mod man;
pub(crate) mod member;
pub(crate) mod migrate;
pub(crate) mod operator;
pub(crate) mod organization;
pub(crate) mod outbox;
pub(crate) mod project;
pub(crate) mod provider;
pub(crate) mod rbac;
pub(crate) mod scim;
pub(crate) mod seed;
pub(crate) mod serve;
pub(crate) mod session;
pub(crate) mod sso;

pub(crate) use crate::terminal::print;

/// Says which colors become others somewhere, beside what a command answers.
pub(crate) fn told_colors(sentences: &[String]) {
    sentences.iter().for_each(|sentence| eprintln!("{sentence}"));
}
