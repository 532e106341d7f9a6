//! Panics of what callers bring along: a panic is theirs, and neither its text nor what becomes of
//! the call tells what the client holds. The client goes on afterwards.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use backendless::{Client, Error, Record, Upload};
use futures_util::Stream;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::canaries::{VALUE, assert_none, text_of};
use crate::capture::Capture;
use crate::site::{WAYS, builder, host, success};

const TEXT: &str = "the caller's own words";

struct Panics;

impl Serialize for Panics {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("{TEXT}")
    }
}

impl<'de> Deserialize<'de> for Panics {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        panic!("{TEXT}")
    }
}

impl Stream for Panics {
    type Item = io::Result<&'static str>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        panic!("{TEXT}")
    }
}

/// What the client of a call that panics is told of it, in every form.
async fn told<T: Send + 'static>(
    call: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> String {
    match tokio::spawn(call).await {
        Ok(Ok(_)) => panic!("there was no panic"),
        Ok(Err(error)) => text_of(&error),
        Err(panic) => format!("{panic}\n{panic:?}\n{panic:#?}"),
    }
}

async fn upload(client: &Client) -> String {
    let upload = client.files().upload("a", Upload::bytes(VALUE));
    told(upload.on_progress(|_, _| panic!("{TEXT}")).into_future()).await
}

async fn upload_of_a_stream(client: &Client) -> String {
    let upload = client.files().upload("a", Upload::stream(Panics, None));
    told(upload.into_future()).await
}

async fn create(client: &Client) -> String {
    let rows = client.data::<Record>("T");
    told(async move { rows.create(&Panics).await }).await
}

async fn get(client: &Client) -> String {
    told(client.data::<Panics>("T").get("B2").into_future()).await
}

async fn find(client: &Client) -> String {
    told(client.data::<Panics>("T").find().into_future()).await
}

async fn cached(client: &Client) -> String {
    told(client.cache().get::<Panics>("k").into_future()).await
}

#[tokio::test]
async fn panics_of_callers_tell_no_secret_and_leave_the_client_well() {
    let capture = Capture::start().await;
    for way in WAYS {
        let host = host(way, success);
        let client = builder(host.url()).build().unwrap();
        let told = [
            upload(&client).await,
            upload_of_a_stream(&client).await,
            create(&client).await,
            get(&client).await,
            find(&client).await,
            cached(&client).await,
        ];
        // Over HTTP/2 it is told that it failed, and the reason gets lost.
        let failed = "what was to be sent could not be read";
        assert!(told[0].contains(failed), "{}", told[0]);
        assert!(told[1].contains(failed), "{}", told[1]);
        for (nth, told) in told.iter().enumerate() {
            assert_none(&format!("{way:?} {nth}"), told);
        }
        let log = capture.take();
        assert_eq!(log.matches("panic: ").count(), told.len(), "{log}");
        assert!(log.contains(TEXT));
        assert_none(&format!("{way:?}"), &log);
        assert_eq!(client.counters().get("visits").await.unwrap(), 5);
    }
}
