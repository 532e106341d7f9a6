//! The calls by hand on reqwest: one shared client with the settings that the SDK has too.

use std::path::PathBuf;
use std::time::Duration;

use futures_util::TryStreamExt;
use reqwest::multipart::{Form, Part};

use super::person::{self, Person, PlainPerson};
use super::{Bulk, Contender};
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

/// An upload and a download may take longer than other calls, so each sets a limit of its own.
const TRANSFER: Duration = Duration::from_secs(600);

impl Bulk for Reference {
    /// Page after page: nobody writes more by hand.
    async fn table(&self, _: usize) -> Result<()> {
        let url = format!("{}/data/Person", self.base);
        let mut order = person::Order::default();
        for offset in (0..).step_by(person::PAGE) {
            let request = self.http.get(&url).query(&[
                ("pageSize", "100"),
                ("sortBy", "created"),
                ("offset", &offset.to_string()),
            ]);
            let answer = request.send().await?.error_for_status()?;
            let people: Vec<PlainPerson> = answer.json().await?;
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
        let answer = request.send().await?.error_for_status()?;
        answer.json::<serde_json::Value>().await?;
        Ok(())
    }

    async fn download(&self) -> Result<u64> {
        let url = format!("{}/files/{}", self.base, person::FILE);
        let request = self.http.get(url).timeout(TRANSFER);
        let answer = request.send().await?.error_for_status()?;
        let mut pieces = answer.bytes_stream();
        let mut length = 0;
        while let Some(piece) = pieces.try_next().await? {
            length += piece.len() as u64;
        }
        Ok(length)
    }
}
