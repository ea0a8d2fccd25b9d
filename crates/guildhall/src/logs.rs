//! Logs go to stderr. They hold no token, code, address or body: operations, statuses, ids.

use tracing::level_filters::LevelFilter;

/// Starts logging.
pub(crate) fn start(format: Option<&str>, level: Option<&str>) -> Result<(), String> {
    let level: LevelFilter =
        level.unwrap_or("info").parse().map_err(|_| "a log level is error, warn, info, debug or trace".to_owned())?;
    let logs = tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(level).with_target(false);
    match format.unwrap_or("text") {
        "text" => logs.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).init(),
        "json" => logs.json().flatten_event(true).init(),
        _ => return Err("a log format is text or json".into()),
    }
    Ok(())
}
