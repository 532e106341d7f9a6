//! Shows the main parts of the SDK: users, rows, searches, a stream and an error.
//!
//! `cargo run --example quickstart` needs no account and no network: it starts a local server in the process. If the
//! environment variables of [`Client::from_env`](backendless::Client::from_env) are set, it uses that application instead. It
//! deletes the rows that it creates, but not the user.

mod support;

use std::error::Error;

use backendless::filter::field;
use backendless::{Registration, Table, Timestamp};
use futures_util::{StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Serialize, Deserialize)]
struct Person {
    name: String,
    age: u32,
    city: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (client, _server) = support::connect().await?;

    let email = format!("quickstart-{}@example.com", Timestamp::now().as_millis());
    let users = client.users();
    let user = users
        .register(Registration::new("pa55-w0rd").email(&email).name("Ann"))
        .await?;
    println!("Registered {email} as user {}.", user.object_id);

    let session = users.login(&email, "pa55-w0rd").await?;
    println!(
        "Logged in as {}.",
        session
            .user()
            .name
            .as_deref()
            .unwrap_or("a user without a name")
    );

    let people = session.client().data::<Person>("QuickstartPerson");
    one_row(&people).await?;
    many_rows(&people).await?;
    one_error(&people).await?;

    session.logout().await?;
    println!("Logged out.");
    Ok(())
}

async fn one_row(people: &Table<Person>) -> backendless::Result<()> {
    let bob = Person {
        name: "Bob O'Hara".to_owned(),
        age: 20,
        city: None,
    };
    let bob = people.create(&bob).await?;
    println!("Created {}, with the id {}.", bob.name, bob.object_id);

    let bob = people.get(&bob.object_id).await?;
    println!("Read {}, aged {}.", bob.name, bob.age);

    let bob = people
        .update(&bob.object_id, &json!({"age": 21, "city": "Oslo"}))
        .await?;
    let city = bob.city.as_deref().unwrap_or("an unknown city");
    println!("Updated {}: aged {}, from {city}.", bob.name, bob.age);

    let found = people
        .find()
        .filter(field("name").eq("Bob O'Hara").and(field("age").ge(21)))
        .sort_by("created desc")
        .await?;
    println!("Found {} with a filter.", found.len());

    people.delete(&bob.object_id).await?;
    println!("Deleted {}.", bob.name);
    Ok(())
}

async fn many_rows(people: &Table<Person>) -> backendless::Result<()> {
    const ROWS: u32 = 250;
    let ids: Vec<String> = futures_util::stream::iter(0..ROWS)
        .map(|n| async move {
            let person = Person {
                name: format!("Person {n}"),
                age: n % 90,
                city: Some("Rome".to_owned()),
            };
            people.create(&person).await.map(|person| person.object_id)
        })
        .buffered(8)
        .try_collect()
        .await?;
    println!(
        "Created {} rows with up to 8 requests at a time.",
        ids.len()
    );

    let mut stream = people
        .find()
        .filter(field("city").eq("Rome"))
        .sort_by("created")
        .stream();
    let (mut rows, mut years) = (0, 0);
    while let Some(person) = stream.try_next().await? {
        rows += 1;
        years += person.age;
    }
    println!("Streamed {rows} rows, page by page: {years} years in total.");

    let adults = people.count().filter(field("age").ge(18)).await?;
    println!("Counted {adults} adults.");

    futures_util::stream::iter(&ids)
        .map(|id| people.delete(id).into_future())
        .buffer_unordered(8)
        .try_collect::<Vec<_>>()
        .await?;
    println!("Deleted the rows; {} are left.", people.count().await?);
    Ok(())
}

async fn one_error(people: &Table<Person>) -> backendless::Result<()> {
    match people.get("no-such-id").await {
        Err(error) if error.is_not_found() => {
            println!("Read a row that does not exist: {error}")
        }
        Err(error) => return Err(error),
        Ok(person) => println!("Found a row \"no-such-id\": {}.", person.name),
    }
    Ok(())
}
