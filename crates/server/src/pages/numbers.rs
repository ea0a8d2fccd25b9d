//! All numbers of a process.
//!
//! A new one needs a line in docs/operations.md, which a test holds against what is written here. No label is an id, a name or an
//! address: numbers are kept for long, by people who may not know whose they are, and each value of a label costs memory.

use crate::{MIGRATIONS, login, outbox, sessions, sso};
use database::Engine;
use foundation::app::App;
use foundation::metrics::{Text, write_build, write_process};
use foundation::traces;
use transport::Gauges;

/// All of them, in the text format of Prometheus.
pub(super) fn of(app: &App, clients: Option<&Gauges>) -> String {
    let mut text = Text::default();
    write_build(&mut text, engine(app));
    write_process(&mut text);
    app.metrics().write(&mut text);
    write_clients(&mut text, clients);
    login::write_numbers(app, &mut text);
    sso::write_numbers(app, &mut text);
    sessions::write_numbers(app, &mut text);
    outbox::write_numbers(app, &mut text);
    app.hashing().write(&mut text);
    write_database(&mut text, app);
    traces::write(app.traces(), &mut text);
    text.into_string()
}

fn engine(app: &App) -> &'static str {
    match app.db().engine() {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgresql",
    }
}

fn write_clients(text: &mut Text, clients: Option<&Gauges>) {
    let (connections, bytes) = clients.map_or((0, 0), |clients| (clients.connections(), clients.body_bytes()));
    text.gauge("guildhall_connections", "Connections of clients that are open").of(&[], connections);
    text.gauge("guildhall_request_bodies_bytes", "Memory that request bodies take").of(&[], bytes);
}

fn write_database(text: &mut Text, app: &App) {
    let numbers = app.db().numbers();
    let mut size = text.gauge("guildhall_database_connections", "Connections that transactions of a kind may have");
    for lane in &numbers.lanes {
        size.of(&[("lane", lane.name)], lane.size);
    }
    let mut in_use = text.gauge("guildhall_database_connections_in_use", "Those that a transaction has");
    for lane in &numbers.lanes {
        in_use.of(&[("lane", lane.name)], lane.in_use);
    }
    let mut waiting = text.gauge("guildhall_database_transactions_waiting", "Transactions that wait for one");
    for lane in &numbers.lanes {
        waiting.of(&[("lane", lane.name)], lane.waiting);
    }
    let mut files = text.gauge("guildhall_database_file_bytes", "Size of SQLite's files");
    for (name, bytes) in &numbers.files {
        files.of(&[("file", name)], bytes);
    }
    let help = "Times that SQLite's log was copied into the database";
    let mut copies = text.counter("guildhall_database_checkpoints_total", help);
    if let Some(count) = numbers.copies {
        copies.of(&[], count);
    }
    let migration = MIGRATIONS.last().and_then(|last| last.name.split('_').next()?.parse::<u32>().ok());
    text.gauge("guildhall_schema_version", "The last migration that this program knows")
        .of(&[], migration.unwrap_or_default());
}
