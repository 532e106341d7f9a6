//! The calls as a user of the client makes them, with nothing but the defaults.

use backendless::filter::field;
use backendless::{Client, Table};

use super::Contender;
use super::person::{self, Person};
use crate::Result;

#[derive(Clone)]
pub struct Sdk {
    people: Table<Person>,
}

impl Contender for Sdk {
    fn new(url: &str) -> Result<Self> {
        let client = Client::builder(person::APP_ID, person::API_KEY)
            .api_url(url)
            .build()?;
        Ok(Self {
            people: client.data("Person"),
        })
    }

    async fn get(&self) -> Result<()> {
        let person = self.people.get(person::ID).await?;
        person::check_age(person.age)
    }

    async fn create(&self) -> Result<()> {
        let person = self.people.create(&Person::sample()).await?;
        person::check_age(person.age)
    }

    async fn find(&self) -> Result<()> {
        let people = self
            .people
            .find()
            .filter(field("age").ge(person::MIN_AGE))
            .sort_by(person::ORDER)
            .page_size(100)
            .await?;
        person::check_page(people.len())
    }
}
