//! The calls with the client and its default settings, or with a rate limit.

use std::path::PathBuf;

use backendless::filter::field;
use backendless::{Client, ClientBuilder, FileInfo, Table, Upload};
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

/// The client with a rate limit that the calls do not reach.
#[derive(Clone)]
pub struct Limited(Sdk);

impl Contender for Limited {
    fn new(url: &str) -> Result<Self> {
        let builder =
            Client::builder(person::APP_ID, person::API_KEY).requests_per_minute(1_000_000);
        Ok(Self(Sdk::of(builder, url)?))
    }

    fn get(&self) -> impl Future<Output = Result<()>> + Send {
        self.0.get()
    }

    fn create(&self) -> impl Future<Output = Result<()>> + Send {
        self.0.create()
    }

    fn find(&self) -> impl Future<Output = Result<()>> + Send {
        self.0.find()
    }
}

impl Contender for Sdk {
    fn new(url: &str) -> Result<Self> {
        Self::of(Client::builder(person::APP_ID, person::API_KEY), url)
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
    fn of(builder: ClientBuilder, url: &str) -> Result<Self> {
        let client = builder.api_url(url).build()?;
        Ok(Self {
            people: client.data("Person"),
            file: FileInfo::from_url(person::file_url(url)),
            client,
        })
    }

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
