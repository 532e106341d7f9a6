//! The calls of the quickstart on plain reqwest. It is built to measure its size, and never run.

use std::error::Error;
use std::time::Duration;

use reqwest::{Client, Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Serialize)]
struct NewPerson<'a> {
    name: &'a str,
    age: u32,
    city: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    object_id: String,
    name: String,
    age: u32,
    city: Option<String>,
}

#[derive(Deserialize)]
struct User {
    #[serde(rename = "objectId")]
    object_id: String,
    #[serde(rename = "user-token")]
    token: Option<String>,
}

struct Session {
    http: Client,
    base: String,
    token: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let http = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(Duration::from_secs(10))
        .timeout(Duration::from_secs(60))
        .build()?;
    let app_id = std::env::var("BACKENDLESS_APP_ID")?;
    let key = std::env::var("BACKENDLESS_API_KEY")?;
    let base = format!("https://api.backendless.com/{app_id}/{key}");

    let ann = json!({"email": "ann@example.com", "password": "pa55", "name": "Ann"});
    let request = http.post(format!("{base}/users/register")).json(&ann);
    let user: User = checked(request.send().await?).await?.json().await?;
    println!("Registered {}.", user.object_id);

    let ann = json!({"login": "ann@example.com", "password": "pa55"});
    let request = http.post(format!("{base}/users/login")).json(&ann);
    let user: User = checked(request.send().await?).await?.json().await?;
    let token = user.token.ok_or("no token")?;
    let session = Session { http, base, token };
    session.one_row().await?;
    session.many_rows().await?;
    let url = format!("{}/users/logout", session.base);
    let request = session.http.get(url).header("user-token", &session.token);
    checked(request.send().await?).await?;
    Ok(())
}

/// The response, if its status is a success.
async fn checked(response: Response) -> Result<Response, Box<dyn Error>> {
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    let error: Value = response.json().await?;
    Err(format!("{status}, code {}: {}", error["code"], error["message"]).into())
}

impl Session {
    async fn one_row(&self) -> Result<(), Box<dyn Error>> {
        let (http, token) = (&self.http, &self.token);
        let people = format!("{}/data/Person", self.base);
        let bob = NewPerson {
            name: "Bob",
            age: 20,
            city: None,
        };
        let request = http.post(&people).header("user-token", token).json(&bob);
        let bob: Person = checked(request.send().await?).await?.json().await?;
        let url = format!("{people}/{}", bob.object_id);
        let request = http.get(&url).header("user-token", token);
        let _: Person = checked(request.send().await?).await?.json().await?;
        let changes = json!({"age": 21, "city": "Oslo"});
        let request = http.put(&url).header("user-token", token).json(&changes);
        let bob: Person = checked(request.send().await?).await?.json().await?;
        println!("{} is {} and of {:?}.", bob.name, bob.age, bob.city);
        let request = http.delete(&url).header("user-token", token);
        let _: Value = checked(request.send().await?).await?.json().await?;
        let request = http.get(format!("{people}/no-such-id"));
        let response = request.header("user-token", token).send().await?;
        match response.status() {
            StatusCode::NOT_FOUND => println!("There is none."),
            _ => drop(checked(response).await?),
        }
        Ok(())
    }

    async fn many_rows(&self) -> Result<(), Box<dyn Error>> {
        let grown_up = [("where", "age >= 18"), ("sortBy", "age desc")];
        let found = self.find(&grown_up).await?;
        println!("Found {}.", found.len());
        let (mut offset, mut years) = (0, 0);
        loop {
            let offset_text = offset.to_string();
            let page = [
                ("pageSize", "100"),
                ("sortBy", "created"),
                ("offset", &offset_text),
            ];
            let people = self.find(&page).await?;
            years += people.iter().map(|person| person.age).sum::<u32>();
            offset += people.len();
            if people.len() < 100 {
                break;
            }
        }
        let url = format!("{}/data/Person/count", self.base);
        let request = self.http.get(url).header("user-token", &self.token);
        let count: u64 = checked(request.send().await?).await?.json().await?;
        println!("{years} years in all, of {count}.");
        Ok(())
    }

    async fn find(&self, query: &[(&str, &str)]) -> Result<Vec<Person>, Box<dyn Error>> {
        let url = format!("{}/data/Person", self.base);
        let request = self.http.get(url).query(query);
        let request = request.header("user-token", &self.token);
        Ok(checked(request.send().await?).await?.json().await?)
    }
}
