//! Values in and out, and the names of constraints.

use crate::both::on_both;
use database::{Database, Error, Json, Result, Timestamp, Value, args, row};

on_both!(parameters, lists, types, nulls, json_and_numbers, unique_names, preparing, many_statements);

async fn parameters(db: &Database, _: &str) {
    let sql = "SELECT CAST($3 AS TEXT), CAST($1 AS BIGINT) + 1, CAST($3 AS TEXT) || '$2' || CAST($2 AS TEXT)";
    let row: (String, i64, String) = db.read(move |tx| tx.one::<_>(sql, args![41, "b", "c"])).await.unwrap();
    assert_eq!(row, ("c".into(), 42, "c$2b".into()));
    // Twelve of them: $1 is not the beginning of $12.
    let many: (i64, i64) = db
        .read(|tx| {
            let list: Vec<Value> = (1..=12i64).map(Value::from).collect();
            let all = "CAST($2 AS BIGINT) + CAST($3 AS BIGINT) + CAST($4 AS BIGINT) + CAST($5 AS BIGINT) + \
                       CAST($6 AS BIGINT) + CAST($7 AS BIGINT) + CAST($8 AS BIGINT) + CAST($9 AS BIGINT) + \
                       CAST($10 AS BIGINT) + CAST($11 AS BIGINT)";
            tx.one(&format!("SELECT CAST($12 AS BIGINT) - CAST($1 AS BIGINT), {all}"), &list)
        })
        .await
        .unwrap();
    assert_eq!(many, (11, 65));
    let few: Result<(String,)> = db.read(|tx| tx.one("SELECT CAST($2 AS TEXT)", args!["only one"])).await;
    assert!(matches!(few, Err(Error::Other(_))), "{few:?}");
}

async fn lists(db: &Database, _: &str) {
    // As long as it likes, with every character that means something in the text of an array.
    let mut texts: Vec<String> = ["", " ", "a,b", "\"", "\\", "{}", "NULL", "ä'", "\n"].map(str::to_owned).into();
    texts.extend((0..40_000).map(|i| i.to_string()));
    let rows: Vec<_> = texts[..9].iter().enumerate().map(|(i, text)| args!["list", i as i64, text].to_vec()).collect();
    db.write(move |tx| tx.execute_each("INSERT INTO things (owner, id, name) VALUES ($1, $2, $3)", &rows))
        .await
        .unwrap();
    let count = "SELECT COUNT(*) FROM things WHERE owner = $1 AND name = ANY($2)";
    for (list, expected) in [(texts, 9), (vec!["NULL".into(), "x".into()], 1), (Vec::new(), 0)] {
        let found = db.read(move |tx| tx.one::<(i64,)>(count, args!["list", list.as_slice()])).await;
        assert_eq!(found.unwrap().0, expected);
    }
}

#[derive(Debug, PartialEq)]
struct Thing {
    owner: String,
    id: i64,
    name: Option<String>,
    flag: Option<bool>,
    made_at: Option<Timestamp>,
    data: Option<Json<Data>>,
    raw: Option<Vec<u8>>,
}
row!(Thing { owner, id, name, flag, made_at, data, raw });

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Data {
    names: Vec<String>,
    depth: u8,
}

const ADD: &str = "INSERT INTO things (owner, id, name, flag, made_at, data, raw) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const GET: &str = "SELECT id, owner, name, flag, made_at, data, raw FROM things WHERE owner = $1 AND id = $2";

async fn types(db: &Database, _: &str) {
    let data = || Json(Data { names: vec!["ä".into(), "\"".into()], depth: 3 });
    for (id, at) in [(i64::MAX, 1_700_000_000_123_456), (i64::MIN, -1), (0, 0)] {
        let at = Timestamp(at);
        let added = db
            .write(move |tx| {
                tx.execute(ADD, args!["o", id, format!("ünï {id}"), true, at, data(), [0u8, 255, 7].as_slice()])
            })
            .await;
        assert_eq!(added.unwrap(), 1);
        let thing: Thing = db.read(move |tx| tx.one(GET, args!["o", id])).await.unwrap();
        let expected = Thing {
            owner: "o".into(),
            id,
            name: Some(format!("ünï {id}")),
            flag: Some(true),
            made_at: Some(at),
            data: Some(data()),
            raw: Some(vec![0, 255, 7]),
        };
        assert_eq!(thing, expected);
    }
    let sql = "SELECT name FROM things WHERE made_at > $1 AND flag = $2 AND raw = $3 ORDER BY made_at LIMIT $4";
    let found: Vec<(String,)> =
        db.read(move |tx| tx.all(sql, args![Timestamp(-2), true, vec![0u8, 255, 7], 2])).await.unwrap();
    assert_eq!(found.len(), 2);
    let variants: (Value, Value, Value, Value) =
        db.read(|tx| tx.one("SELECT id, flag, made_at, raw FROM things WHERE id = 0", &[])).await.unwrap();
    assert_eq!(variants, (Value::Int(0), Value::Int(1), Value::Int(0), Value::Bytes(vec![0, 255, 7])));
}

async fn nulls(db: &Database, _: &str) {
    let null: Option<String> = None;
    db.write(move |tx| {
        tx.execute(
            ADD,
            args!["o", 1, &null, None::<bool>, None::<Timestamp>, None::<serde_json::Value>, None::<Vec<u8>>],
        )
    })
    .await
    .unwrap();
    let thing: Thing = db.read(|tx| tx.one(GET, args!["o", 1])).await.unwrap();
    assert_eq!((thing.name, thing.flag, thing.made_at), (None, None, None));
    assert!(thing.data.is_none() && thing.raw.is_none());
    let wrong: Result<(String,)> = db.read(|tx| tx.one("SELECT name FROM things", &[])).await;
    assert!(matches!(wrong, Err(Error::Other(_))));
    let none: Result<Option<(i64,)>> = db.read(|tx| tx.optional("SELECT id FROM things WHERE id = 9", &[])).await;
    assert_eq!(none.unwrap(), None);
    let none: Result<(i64,)> = db.read(|tx| tx.one("SELECT id FROM things WHERE id = 9", &[])).await;
    assert!(matches!(none, Err(Error::Other(_))));
}

async fn json_and_numbers(db: &Database, _: &str) {
    let data = serde_json::json!({ "n": 5, "s": "x", "b": true });
    let expected = data.clone();
    db.write(move |tx| tx.execute(ADD, args!["o", 1, "a", false, Timestamp(1), data.clone(), vec![1u8]]))
        .await
        .unwrap();
    // Text goes where JSON is expected.
    let text = "{\"n\": 6}";
    db.write(move |tx| tx.execute(ADD, args!["o", 2, "b", false, Timestamp(1), text, vec![1u8]])).await.unwrap();
    let sql = "SELECT data->>'n', data->>'n', data->>'s', data->>'b', data FROM things WHERE data->>'s' = $1";
    let row: (String, i64, String, bool, serde_json::Value) = db.read(move |tx| tx.one(sql, args!["x"])).await.unwrap();
    assert_eq!(row, ("5".into(), 5, "x".into(), true, expected));
    let sums: (i64, i64, i64, bool) = db
        .read(|tx| tx.one("SELECT sum(id), count(*), sum(id * 100000000 - 700000000), 1 > 2 FROM things", &[]))
        .await
        .unwrap();
    assert_eq!(sums, (3, 2, -1_100_000_000, false));
    let zero: (Option<i64>, i64) =
        db.read(|tx| tx.one("SELECT sum(id), coalesce(sum(id), 0) FROM things WHERE id = 7", &[])).await.unwrap();
    assert_eq!(zero, (None, 0));
    // RETURNING answers the row, changes it all the same, and counts without being read.
    let sql = "UPDATE things SET name = name || $1 WHERE owner = $2 RETURNING id";
    let first: Option<(i64,)> = db.write(move |tx| tx.optional(sql, args!["!", "o"])).await.unwrap();
    assert!(first.is_some());
    assert_eq!(db.write(move |tx| tx.execute(sql, args!["?", "o"])).await.unwrap(), 2);
    let names: Vec<(String,)> = db.read(|tx| tx.all("SELECT name FROM things ORDER BY id", &[])).await.unwrap();
    assert_eq!(names, [("a!?".to_owned(),), ("b!?".to_owned(),)]);
}

async fn unique_names(db: &Database, _: &str) {
    let add = |id: i64, name: &'static str| {
        db.write(move |tx| tx.execute("INSERT INTO things (owner, id, name) VALUES ('o', $1, $2)", args![id, name]))
    };
    let slug = |id: i64, slug: &'static str| {
        db.write(move |tx| tx.execute("INSERT INTO slugs (id, slug) VALUES ($1, $2)", args![id, slug]))
    };
    add(1, "a").await.unwrap();
    slug(1, "a").await.unwrap();
    let name = |r: Result<u64>| match r {
        Err(Error::Unique(name)) => name,
        other => panic!("{other:?}"),
    };
    assert_eq!(name(add(1, "b").await), "things_pkey");
    assert_eq!(name(add(2, "a").await), "things_owner_name_key");
    assert_eq!(name(slug(1, "b").await), "slugs_pkey");
    assert_eq!(name(slug(2, "a").await), "slugs_slug_key");
}

async fn preparing(db: &Database, _: &str) {
    for sql in [GET, ADD, "UPDATE counters SET n = n + $1 WHERE id = $2 RETURNING n"] {
        db.prepare(sql.into()).await.unwrap();
    }
    for sql in ["SELECT nonsense FROM things", "SELEKT 1", "SELECT ?"] {
        db.prepare(sql.into()).await.unwrap_err();
    }
    assert_eq!(crate::both::count(db).await, 0);
    db.ping().await.unwrap();
}

/// More texts than the caches hold.
async fn many_statements(db: &Database, _: &str) {
    for i in 0..1300 {
        let (n,): (i64,) = db.read(move |tx| tx.one(&format!("SELECT n + {i} FROM counters"), &[])).await.unwrap();
        assert_eq!(n, i);
    }
}
