//! The calls with the client and its default settings.

use std::path::PathBuf;

use backendless::filter::field;
use backendless::{Client, FileInfo, Table, Upload};
use futures_util::TryStreamExt;

use super::person::{self, Person};
use super::{Bulk, Contender};
use crate::Result;

#[derive(Clone)]
pub struct Sdk {
    client: Client,
    people: Table<Person>,
    file: FileInfo,
}

impl Contender for Sdk {
    fn new(url: &str) -> Result<Self> {
        let client = Client::builder(person::APP_ID, person::API_KEY)
            .api_url(url)
            .build()?;
        Ok(Self {
            people: client.data("Person"),
            file: FileInfo::from_url(person::file_url(url)),
            client,
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

impl Sdk {
    /// Creates rows in chunks.
    pub async fn create_many(&self, rows: usize, concurrency: usize) -> Result<()> {
        let people = std::iter::repeat_with(Person::sample).take(rows);
        let ids = self.people.create_many(people).concurrency(concurrency);
        person::check_created(ids.await?.len(), rows)
    }
}

impl Bulk for Sdk {
    async fn table(&self, concurrency: usize) -> Result<()> {
        let search = self.people.find().sort_by("created");
        let mut people = search.concurrency(concurrency).stream();
        let mut order = person::ContenderOptions::default();
        while let Some(person) = people.try_next().await? {
            order.next(person.age)?;
        }
        order.end()
    }

    async fn upload(&self, file: PathBuf) -> Result<()> {
        let files = self.client.files();
        files.upload(person::FILE, Upload::file(file)).await?;
        Ok(())
    }

    async fn download(&self) -> Result<u64> {
        let mut file = self.client.files().download(&self.file).await?;
        let mut length = 0;
        while let Some(chunk) = file.try_next().await? {
            length += chunk.len() as u64;
        }
        Ok(length)
    }
}
