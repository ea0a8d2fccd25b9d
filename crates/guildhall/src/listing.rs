//! What commands that list and show have in common: how much, for whom, and how it looks.

use crate::command_line::number;
use crate::exit::Failure;
use crate::table::{Table, visible};
use crate::terminal::{print, warn};
use clap::Args;
use foundation::error::Result;
use serde_json::Value;
use server::{Page, Part};

/// How many rows are read at once.
const PAGE: i64 = 200;

/// How much of a list, and for whom.
#[derive(Args)]
pub(crate) struct Extent {
    /// How many at most, 1 to 100000
    #[arg(long, default_value_t = 100, value_parser = number::<i64>(1..=100_000))]
    limit: i64,
    /// All there are, however many
    #[arg(long, conflicts_with = "limit")]
    all: bool,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

/// A column: its head, and where its value stands in a row (RFC 6901).
pub(crate) type Column = (&'static str, &'static str);

impl Extent {
    /// Prints what `part` reads, part by part, and says when there is more than was asked for.
    pub(crate) async fn print<F>(&self, columns: &[Column], mut part: impl FnMut(Part) -> F) -> Result<(), Failure>
    where
        F: Future<Output = Result<Page>>,
    {
        let heads: Vec<_> = columns.iter().map(|(head, _)| *head).collect();
        let mut table = Table::new(&heads);
        let (mut shown, mut after) = (0, None);
        loop {
            let left = if self.all { PAGE } else { PAGE.min(self.limit - shown) };
            let Page { mut rows, total, next } = part(Part { limit: left, after }).await?;
            // Where a part is not counted in rows it may have more than are wanted.
            let wanted = usize::try_from(if self.all { i64::MAX } else { self.limit - shown }).unwrap_or(usize::MAX);
            let is_cut = rows.len() > wanted;
            rows.truncate(wanted);
            shown += rows.len() as i64;
            if self.json {
                rows.iter().for_each(|row| print(&row.to_string()));
            } else {
                let cells = |row| columns.iter().map(|(_, path)| cell(row, path)).collect();
                table.print(&rows.iter().map(cells).collect::<Vec<_>>());
            }
            let is_last = next.is_none() && !is_cut;
            if is_last || !self.all && shown >= self.limit {
                if !is_last {
                    let of = total.map(|total| format!(" of {total}")).unwrap_or_default();
                    warn(&format!("these are {shown}{of}; --limit N shows more, --all shows all"));
                } else if shown == 0 {
                    warn("there are none");
                }
                return Ok(());
            }
            after = next;
        }
    }
}

fn cell(row: &Value, path: &str) -> String {
    match row.pointer(path) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(list)) => list.iter().map(word).collect::<Vec<_>>().join(", "),
        Some(other) => other.to_string(),
    }
}

/// What an element of a list is called.
fn word(element: &Value) -> String {
    let named = ["role_id", "type", "delivery_method"].iter().find_map(|name| element.get(name));
    let named = named.unwrap_or(element);
    named.as_str().map_or_else(|| named.to_string(), str::to_owned)
}

/// Prints one thing: as JSON, or each field that says something on a line.
pub(crate) fn show(thing: &Value, as_json: bool) {
    if as_json {
        return print(&thing.to_string());
    }
    let fields: Vec<_> = thing.as_object().into_iter().flatten().filter(|(_, value)| !is_empty(value)).collect();
    let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, value) in fields {
        let value = value.as_str().map_or_else(|| value.to_string(), visible);
        print(&format!("{name:<width$}  {value}"));
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
