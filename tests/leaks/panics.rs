//! Panics in the callers' types and closures: neither the panic nor the error of the call contains a
//! secret, and the client remains usable.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use backendless::{Client, Error, Record, Upload};
use futures_util::Stream;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::canaries::{VALUE, assert_none, text_of};
use crate::capture::Capture;
use crate::fixture::{TRANSPORTS, builder, start_server, success};

const TEXT: &str = "the message of the caller's panic";

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

/// All texts of the error of a call, or of its panic.
async fn text_of_failure<T: Send + 'static>(
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
    text_of_failure(upload.on_progress(|_, _| panic!("{TEXT}")).into_future()).await
}

async fn upload_of_a_stream(client: &Client) -> String {
    let upload = client.files().upload("a", Upload::stream(Panics, None));
    text_of_failure(upload.into_future()).await
}

async fn create(client: &Client) -> String {
    let rows = client.data::<Record>("T");
    text_of_failure(async move { rows.create(&Panics).await }).await
}

async fn get(client: &Client) -> String {
    text_of_failure(client.data::<Panics>("T").get("B2").into_future()).await
}

async fn find(client: &Client) -> String {
    text_of_failure(client.data::<Panics>("T").find().into_future()).await
}

async fn cached(client: &Client) -> String {
    text_of_failure(client.cache().get::<Panics>("k").into_future()).await
}

#[tokio::test]
async fn panics_of_callers_contain_no_secret_and_leave_the_client_usable() {
    let capture = Capture::start().await;
    for transport in TRANSPORTS {
        let server = start_server(transport, success);
        let client = builder(server.url()).build().unwrap();
        let texts = [
            upload(&client).await,
            upload_of_a_stream(&client).await,
            create(&client).await,
            get(&client).await,
            find(&client).await,
            cached(&client).await,
        ];
        // Over HTTP/2 the reason is lost, and only the failure is reported.
        let failed = "the request body could not be read";
        assert!(texts[0].contains(failed), "{}", texts[0]);
        assert!(texts[1].contains(failed), "{}", texts[1]);
        for (nth, text) in texts.iter().enumerate() {
            assert_none(&format!("{transport:?} {nth}"), text);
        }
        let log = capture.take();
        assert_eq!(log.matches("panic: ").count(), texts.len(), "{log}");
        assert!(log.contains(TEXT));
        assert_none(&format!("{transport:?}"), &log);
        assert_eq!(client.counters().get("visits").await.unwrap(), 5);
    }
}
