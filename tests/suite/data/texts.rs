//! Conditions on texts with wildcards, and rows with system properties, against the local server.

use backendless::filter::{Filter, field};
use backendless::{ErrorKind, Object, Record};
use backendless_local::Server;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::local_client;

const TEXTS: [&str; 10] = [
    "50%", "50 x", "a_b", "aXb", r"c:\d", "c:d", "wow!", "O'H_x", "100!%", "",
];

#[tokio::test]
async fn a_text_with_wildcards_finds_only_itself() {
    let server = Server::start().await.unwrap();
    let table = local_client(&server).data::<Record>("Note");
    for text in TEXTS {
        table.create(&json!({"text": text})).await.unwrap();
    }
    let found = async |filter: Filter| -> Vec<String> {
        let rows = table
            .find()
            .filter(filter)
            .page_size(100)
            .sort_by("created")
            .await
            .unwrap();
        rows.iter()
            .map(|row| row["text"].as_str().unwrap().to_owned())
            .collect()
    };
    let parts = [
        "", "%", "_", "!", r"\", "5", "50%", "a_", "_b", "!%", "0!%", "'", "'H_", "x", "c:", r":\",
    ];
    for part in parts {
        let expected = |matches: fn(&str, &str) -> bool| -> Vec<_> {
            // Case is ignored.
            let part = part.to_lowercase();
            TEXTS
                .into_iter()
                .filter(|text| matches(&text.to_lowercase(), &part))
                .collect()
        };
        let starts = found(field("text").starts_with(part)).await;
        assert_same(starts, expected(|text, part| text.starts_with(part)), part);
        let ends = found(field("text").ends_with(part)).await;
        assert_same(ends, expected(|text, part| text.ends_with(part)), part);
        let contains = found(field("text").contains(part)).await;
        assert_same(contains, expected(|text, part| text.contains(part)), part);
        let others = found(!field("text").contains(part)).await;
        assert_same(others, expected(|text, part| !text.contains(part)), part);
    }
    let error = table.find().filter("text like 'a!b' escape '!'").await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Api);
}

#[track_caller]
fn assert_same(mut found: Vec<String>, mut expected: Vec<&str>, part: &str) {
    found.sort();
    expected.sort_unstable();
    assert_eq!(found, expected, "{part:?}");
}

#[tokio::test]
async fn values_of_every_kind_find_their_row() {
    let server = Server::start().await.unwrap();
    let table = local_client(&server).data::<Record>("Thing");
    #[derive(Serialize)]
    struct Thing {
        n: usize,
        ratio: f32,
        letter: char,
        ok: bool,
    }
    let thing = Thing {
        n: 7,
        ratio: 0.1,
        letter: 'x',
        ok: true,
    };
    let row = table.create(&thing).await.unwrap();
    for filter in [
        field("n").eq(7_usize),
        field("n").eq(7_isize),
        field("n").eq(7_u128),
        field("ratio").eq(0.1_f32),
        field("letter").eq('x'),
        field("letter").eq(std::borrow::Cow::Borrowed("x")),
        field("letter").eq(&row["letter"]),
        field("n").eq(row["n"].clone()),
        field("ok").eq(&row["ok"]),
        field("created").eq(row.created.unwrap()),
    ] {
        let clause = filter.to_clause().unwrap().to_owned();
        assert_eq!(table.count().filter(filter).await.unwrap(), 1, "{clause}");
    }
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "___class")]
enum Animal {
    Dog { name: String },
    Cat { name: String, lives: u8 },
}

#[tokio::test]
async fn rows_of_several_tables_are_read_by_their_class() {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    let dogs = client.data::<Animal>("Dog");
    let cats = client.data::<Animal>("Cat");
    let dog: Object<Animal> = dogs.create(&json!({"name": "Rex"})).await.unwrap();
    cats.create(&json!({"name": "Tom", "lives": 9}))
        .await
        .unwrap();
    let name = "Rex".to_owned();
    assert_eq!(*dog, Animal::Dog { name });
    assert_eq!(dog.class.as_deref(), Some("Dog"));
    let cat = cats.find().first().await.unwrap().unwrap();
    let name = "Tom".to_owned();
    assert_eq!(*cat, Animal::Cat { name, lives: 9 });
}
