//! The calls of the quickstart with the client. It is built to measure its size, and never run.

use std::error::Error;

use backendless::filter::field;
use backendless::{Client, Registration, Table};
use futures_util::TryStreamExt;
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
    let client = Client::from_env()?;
    let users = client.users();
    let registration = Registration::new("pa55").email("ann@example.com");
    let user = users.register(registration.name("Ann")).await?;
    println!("Registered {}.", user.object_id);

    let session = users.login("ann@example.com", "pa55").await?;
    let people = session.client().data::<Person>("Person");
    one_row(&people).await?;
    many_rows(&people).await?;
    session.logout().await?;
    Ok(())
}

async fn one_row(people: &Table<Person>) -> Result<(), Box<dyn Error>> {
    let bob = Person {
        name: "Bob".to_owned(),
        age: 20,
        city: None,
    };
    let bob = people.create(&bob).await?;
    let bob = people.get(&bob.object_id).await?;
    let changes = json!({"age": 21, "city": "Oslo"});
    let bob = people.update(&bob.object_id, &changes).await?;
    println!("{} is {} and of {:?}.", bob.name, bob.age, bob.city);
    people.delete(&bob.object_id).await?;
    match people.get("no-such-id").await {
        Err(error) if error.is_not_found() => println!("{error}"),
        other => drop(other?),
    }
    Ok(())
}

async fn many_rows(people: &Table<Person>) -> Result<(), Box<dyn Error>> {
    let grown_up = field("age").ge(18);
    let found = people.find().filter(grown_up).sort_by("age desc").await?;
    println!("Found {}.", found.len());
    let mut all = people.find().sort_by("created").stream();
    let mut years = 0;
    while let Some(person) = all.try_next().await? {
        years += person.age;
    }
    println!("{years} years in all, of {}.", people.count().await?);
    Ok(())
}
