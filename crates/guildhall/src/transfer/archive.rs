//! The file of a backup: a header, a line for each row, and a trailer by which a file that was cut or changed is known.

use super::{Fault, base64};
use crate::progress::Progress;
use database::transfer::{Applied, Sha256, Table};
use database::{Timestamp, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};

/// What this program writes and reads.
const FORMAT: u32 = 1;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) format: u32,
    /// Of the program that wrote it.
    pub(crate) guildhall: String,
    /// What it was taken from, for people.
    pub(crate) engine: String,
    pub(crate) migrations: Vec<Applied>,
    pub(crate) created_at: Timestamp,
}

/// A row, with the names of its columns. Times and booleans are numbers, JSON is text, bytes are `{"base64": "…"}`.
#[derive(Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) table: String,
    pub(crate) columns: BTreeMap<String, serde_json::Value>,
}

/// The last line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Trailer {
    rows: BTreeMap<String, u64>,
    /// Of every byte before this line.
    sha256: String,
}

/// What an archive begins with.
const BEGIN: &[u8] = br#"{"header":{"#;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Header(Header),
    Row(Record),
    Trailer(Trailer),
}

impl Header {
    pub(crate) fn new(engine: String, migrations: Vec<Applied>) -> Self {
        let guildhall = env!("CARGO_PKG_VERSION").to_owned();
        Header { format: FORMAT, guildhall, engine, migrations, created_at: foundation::time::system_now() }
    }
}

/// Writes an archive, line by line.
pub(crate) struct Writer {
    file: BufWriter<File>,
    sum: Sha256,
    rows: BTreeMap<String, u64>,
}

impl Writer {
    pub(crate) fn new(file: File, header: Header) -> Result<Self, Fault> {
        let mut writer = Self { file: BufWriter::new(file), sum: Sha256::default(), rows: BTreeMap::new() };
        writer.line(&Line::Header(header))?;
        Ok(writer)
    }

    pub(crate) fn row(&mut self, table: &Table, values: Vec<Value>) -> Result<(), Fault> {
        let columns = table.columns().map(str::to_owned).zip(values.into_iter().map(to_json)).collect();
        *self.rows.entry(table.name.clone()).or_default() += 1;
        self.line(&Line::Row(Record { table: table.name.clone(), columns }))
    }

    /// Writes the trailer and waits until everything is on the disk, or in the pipe; answers how many rows there are.
    pub(crate) fn finish(mut self) -> Result<u64, Fault> {
        let sha256 = std::mem::take(&mut self.sum).hex();
        let count = self.rows.values().sum();
        let rows = std::mem::take(&mut self.rows);
        self.line(&Line::Trailer(Trailer { rows, sha256 }))?;
        self.file.flush().map_err(cannot_write)?;
        let file = self.file.get_ref();
        if file.metadata().is_ok_and(|about| about.is_file()) {
            file.sync_all().map_err(cannot_write)?;
        }
        Ok(count)
    }

    fn line(&mut self, line: &Line) -> Result<(), Fault> {
        let mut text = serde_json::to_vec(line).map_err(|error| Fault::Words(error.to_string()))?;
        text.push(b'\n');
        self.sum.update(&text);
        self.file.write_all(&text).map_err(cannot_write)
    }
}

fn cannot_write(error: std::io::Error) -> Fault {
    Fault::Words(format!("cannot write the backup: {error}"))
}

/// Reads an archive, line by line.
pub(crate) struct Reader {
    file: BufReader<File>,
    pub(crate) header: Header,
    sum: Sha256,
    line: Vec<u8>,
    /// The rows that were read, by table.
    rows: BTreeMap<String, u64>,
    progress: Progress,
}

impl Reader {
    pub(crate) fn new(file: File, progress: Progress) -> Result<Self, Fault> {
        let (mut file, mut line, mut sum) = (BufReader::new(file), Vec::new(), Sha256::default());
        read_line(&mut file, &mut line)?;
        let Ok(Line::Header(header)) = serde_json::from_slice(&line) else {
            return Err(match line.starts_with(BEGIN) && !line.ends_with(b"\n") {
                true => changed(),
                false => Fault::Words("this is no backup of guildhall".into()),
            });
        };
        if header.format != FORMAT {
            let format = header.format;
            return Err(Fault::Words(format!("this backup has format {format}, this program reads {FORMAT}")));
        }
        sum.update(&line);
        progress.add(line.len() as u64);
        Ok(Self { file, header, sum, line, rows: BTreeMap::new(), progress })
    }

    /// The next row; `None` behind the last, once the trailer has proved that the file is whole.
    pub(crate) fn next(&mut self) -> Result<Option<Record>, Fault> {
        read_line(&mut self.file, &mut self.line)?;
        self.progress.add(self.line.len() as u64);
        match serde_json::from_slice(&self.line) {
            Ok(Line::Row(record)) => {
                self.sum.update(&self.line);
                *self.rows.entry(record.table.clone()).or_default() += 1;
                Ok(Some(record))
            }
            Ok(Line::Trailer(trailer)) => {
                let whole = trailer.sha256 == std::mem::take(&mut self.sum).hex() && trailer.rows == self.rows;
                let at_end = self.file.fill_buf().map_err(cannot_read)?.is_empty();
                if whole && at_end { Ok(None) } else { Err(changed()) }
            }
            _ if self.line.is_empty() => Err(Fault::Words("this backup was cut off: its last line is missing".into())),
            _ => Err(changed()),
        }
    }
}

fn read_line(file: &mut BufReader<File>, line: &mut Vec<u8>) -> Result<(), Fault> {
    line.clear();
    file.read_until(b'\n', line).map(drop).map_err(cannot_read)
}

fn cannot_read(error: std::io::Error) -> Fault {
    Fault::Words(format!("cannot read the backup: {error}"))
}

fn changed() -> Fault {
    Fault::Words("this backup was cut off or changed: its content is not what its last line says".into())
}

fn to_json(value: Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(x) => i64::from(x).into(),
        Value::Int(x) | Value::Time(Timestamp(x)) => x.into(),
        Value::Text(x) => x.into(),
        Value::Json(x) => x.to_string().into(),
        Value::Texts(x) => x.into(),
        Value::Bytes(x) => serde_json::json!({ "base64": base64::encode(&x) }),
    }
}

/// What [`to_json`] wrote; `None` for anything else.
pub(super) fn from_json(json: &serde_json::Value) -> Option<Value> {
    match json {
        serde_json::Value::Null => Some(Value::Null),
        serde_json::Value::Number(x) => x.as_i64().map(Value::Int),
        serde_json::Value::String(x) => Some(Value::Text(x.clone())),
        serde_json::Value::Object(x) => base64::decode(x.get("base64")?.as_str()?).map(Value::Bytes),
        _ => None,
    }
}
