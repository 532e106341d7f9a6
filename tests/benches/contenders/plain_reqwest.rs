//! The calls on plain reqwest: one shared client with the settings of the SDK.

use std::path::PathBuf;
use std::time::Duration;

use futures_util::TryStreamExt;
use reqwest::multipart::{Form, Part};

use super::person::{self, Person, PlainPerson};
use super::{Bulk, Contender};
use crate::Result;

#[derive(Clone)]
pub struct PlainReqwest {
    http: reqwest::Client,
    /// The address of the application.
    base: String,
}

/// The HTTP client, with the settings of the SDK.
fn http() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .connect_timeout(Duration::from_secs(10))
        .timeout(Duration::from_secs(60))
        .user_agent("reqwest/0.1.0")
        .build()
}

impl Contender for PlainReqwest {
    fn new(url: &str) -> Result<Self> {
        Ok(Self {
            http: http()?,
            base: format!("{url}/{}/{}", person::APP_ID, person::API_KEY),
        })
    }

    async fn get(&self) -> Result<()> {
        let url = format!("{}/data/Person/{}", self.base, person::ID);
        let response = self.http.get(url).send().await?.error_for_status()?;
        let person: PlainPerson = response.json().await?;
        person::check_age(person.age)
    }

    async fn create(&self) -> Result<()> {
        let url = format!("{}/data/Person", self.base);
        let request = self.http.post(url).json(&Person::sample());
        let response = request.send().await?.error_for_status()?;
        let person: PlainPerson = response.json().await?;
        person::check_age(person.age)
    }

    async fn find(&self) -> Result<()> {
        let clause = format!("age >= {}", person::MIN_AGE);
        let request = self.http.get(format!("{}/data/Person", self.base)).query(&[
            ("pageSize", "100"),
            ("sortBy", person::ORDER),
            ("where", &clause),
        ]);
        let response = request.send().await?.error_for_status()?;
        let people: Vec<PlainPerson> = response.json().await?;
        person::check_page(people.len())
    }
}

/// The timeout of uploads and downloads, which take longer than other calls.
const TRANSFER: Duration = Duration::from_secs(600);

impl Bulk for PlainReqwest {
    /// Reads one page after another, as simple code does.
    async fn table(&self, _: usize) -> Result<()> {
        let url = format!("{}/data/Person", self.base);
        let mut order = person::ContenderOptions::default();
        for offset in (0..).step_by(person::PAGE) {
            let request = self.http.get(&url).query(&[
                ("pageSize", "100"),
                ("sortBy", "created"),
                ("offset", &offset.to_string()),
            ]);
            let response = request.send().await?.error_for_status()?;
            let people: Vec<PlainPerson> = response.json().await?;
            for person in &people {
                order.next(person.age)?;
            }
            if people.len() < person::PAGE {
                break;
            }
        }
        order.end()
    }

    async fn upload(&self, file: PathBuf) -> Result<()> {
        let file = tokio::fs::File::open(file).await?;
        let length = file.metadata().await?.len();
        let part = Part::stream_with_length(file, length).file_name(person::FILE);
        let request = self
            .http
            .post(format!("{}/files/{}", self.base, person::FILE))
            .multipart(Form::new().part("file", part))
            .timeout(TRANSFER);
        let response = request.send().await?.error_for_status()?;
        response.json::<serde_json::Value>().await?;
        Ok(())
    }

    async fn download(&self) -> Result<u64> {
        let url = format!("{}/files/{}", self.base, person::FILE);
        let request = self.http.get(url).timeout(TRANSFER);
        let response = request.send().await?.error_for_status()?;
        let mut chunks = response.bytes_stream();
        let mut length = 0;
        while let Some(chunk) = chunks.try_next().await? {
            length += chunk.len() as u64;
        }
        Ok(length)
    }
}
