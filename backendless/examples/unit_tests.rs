//! A service whose tests need no server: `cargo test --example unit_tests --features testing`.

use std::error::Error;

use backendless::testing::{Responder, Response};
use backendless::{Client, Record};
use serde_json::json;

/// Returns the name of a person; `None` if there is no such person.
async fn name_of(client: &Client, id: &str) -> backendless::Result<Option<String>> {
    let people = client.data::<Record>("Person");
    match people.get(id).await {
        Ok(person) => Ok(person["name"].as_str().map(str::to_owned)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// A client of a service that has one person.
fn client(responder: &Responder) -> backendless::Result<Client> {
    Client::builder("A0F5", "9C41").responder(responder).build()
}

fn one_person() -> Responder {
    Responder::new(|request| async move {
        Ok(match request.path() {
            "/data/Person/B2" => Response::json(200, &json!({"objectId": "B2", "name": "Bob"})),
            _ => Response::error(404, 1000, "Entity with the given id was not found"),
        })
    })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = client(&one_person())?;
    for id in ["B2", "B3"] {
        println!("{id}: {:?}", name_of(&client, id).await?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io;

    use backendless::ErrorKind;

    use super::*;

    #[tokio::test]
    async fn missing_person_has_no_name() -> backendless::Result<()> {
        let responder = one_person();
        let client = client(&responder)?;
        assert_eq!(name_of(&client, "B2").await?.as_deref(), Some("Bob"));
        assert_eq!(name_of(&client, "B3").await?, None);
        assert_eq!(responder.requests().len(), 2);
        Ok(())
    }

    #[tokio::test(start_paused = true)]
    async fn lost_connections_are_retried() -> backendless::Result<()> {
        let responder = Responder::new(|_| async { Err(io::ErrorKind::ConnectionReset.into()) });
        let result = name_of(&client(&responder)?, "B2").await;
        let error = result.err().map(|error| (error.kind(), error.attempts()));
        assert_eq!(error, Some((ErrorKind::ConnectionLost, 3)));
        Ok(())
    }
}
