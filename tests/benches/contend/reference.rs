//! The calls by hand on reqwest: one shared client with the settings that the SDK has too.

use std::time::Duration;

use super::Contender;
use super::person::{self, Person, PlainPerson};
use crate::Result;

#[derive(Clone)]
pub struct Reference {
    http: reqwest::Client,
    /// The address of the application.
    base: String,
}

/// The client that both sides are built on, as they both set it.
fn http() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .connect_timeout(Duration::from_secs(10))
        .timeout(Duration::from_secs(60))
        .user_agent("by-hand/0.1.0")
        .build()
}

impl Contender for Reference {
    fn new(url: &str) -> Result<Self> {
        Ok(Self {
            http: http()?,
            base: format!("{url}/{}/{}", person::APP_ID, person::API_KEY),
        })
    }

    async fn get(&self) -> Result<()> {
        let url = format!("{}/data/Person/{}", self.base, person::ID);
        let answer = self.http.get(url).send().await?.error_for_status()?;
        let person: PlainPerson = answer.json().await?;
        person::check_age(person.age)
    }

    async fn create(&self) -> Result<()> {
        let url = format!("{}/data/Person", self.base);
        let request = self.http.post(url).json(&Person::sample());
        let answer = request.send().await?.error_for_status()?;
        let person: PlainPerson = answer.json().await?;
        person::check_age(person.age)
    }

    async fn find(&self) -> Result<()> {
        let clause = format!("age >= {}", person::MIN_AGE);
        let request = self.http.get(format!("{}/data/Person", self.base)).query(&[
            ("pageSize", "100"),
            ("sortBy", person::ORDER),
            ("where", &clause),
        ]);
        let answer = request.send().await?.error_for_status()?;
        let people: Vec<PlainPerson> = answer.json().await?;
        person::check_page(people.len())
    }
}
