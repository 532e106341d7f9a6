//! The calls on plain hyper, without timeouts and settings: the minimal cost of an HTTP client of this
//! family.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde::de::DeserializeOwned;

use super::Contender;
use super::person::{self, Person, PlainPerson};
use crate::Result;

#[derive(Clone)]
pub struct PlainHyper {
    http: Client<HttpConnector, Full<Bytes>>,
    /// The address of the application.
    base: String,
}

impl PlainHyper {
    async fn call<T: DeserializeOwned>(&self, request: Request<Full<Bytes>>) -> Result<T> {
        let response = self.http.request(request).await?;
        if !response.status().is_success() {
            return Err(response.status().to_string().into());
        }
        let body = response.into_body().collect().await?.to_bytes();
        Ok(serde_json::from_slice(&body)?)
    }
}

impl Contender for PlainHyper {
    fn new(url: &str) -> Result<Self> {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Ok(Self {
            http: Client::builder(TokioExecutor::new()).build(connector),
            base: format!("{url}/{}/{}", person::APP_ID, person::API_KEY),
        })
    }

    async fn get(&self) -> Result<()> {
        let url = format!("{}/data/Person/{}", self.base, person::ID);
        let request = Request::get(url).body(Full::default())?;
        let person: PlainPerson = self.call(request).await?;
        person::check_age(person.age)
    }

    async fn create(&self) -> Result<()> {
        let body = serde_json::to_vec(&Person::sample())?;
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}/data/Person", self.base))
            .header(CONTENT_TYPE, "application/json")
            .body(Full::from(body))?;
        let person: PlainPerson = self.call(request).await?;
        person::check_age(person.age)
    }

    async fn find(&self) -> Result<()> {
        let url = format!(
            "{}/data/Person?pageSize=100&sortBy=age+desc&where=age+%3E%3D+{}",
            self.base,
            person::MIN_AGE
        );
        let request = Request::get(url).body(Full::default())?;
        let people: Vec<PlainPerson> = self.call(request).await?;
        person::check_page(people.len())
    }
}
