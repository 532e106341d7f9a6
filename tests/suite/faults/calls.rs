//! Every operation as one call, and what is to be known of it.

use backendless::operations::{Idempotency, Operation};
use backendless::{
    Client, Email, FileInfo, GeoPoint, Record, Registration, Result, Upload, operations,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::json;

/// The name of the call that is no operation of the document.
pub(super) const DOWNLOAD: &str = "download";

/// One call of the public API.
pub(super) struct Call {
    /// The operationId.
    pub(super) id: &'static str,
    /// Whether the same request may be sent twice.
    pub(super) idempotent: bool,
    pub(super) reads: Reads,
    make: Box<dyn Fn(Client) -> BoxFuture<'static, Result<()>> + Send + Sync>,
}

/// What a call makes of the body of a successful answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reads {
    /// Whatever it is, it means nothing, or it is a file.
    Anything,
    /// A value of a type, or null for none.
    ValueOrNull,
    /// A value of a type.
    Value,
}

impl Call {
    pub(super) fn make(&self, client: Client) -> BoxFuture<'static, Result<()>> {
        (self.make)(client)
    }
}

fn call<F, R>(
    operation: &'static Operation,
    reads: Reads,
    make: impl Fn(Client) -> F + Send + Sync + 'static,
) -> Call
where
    F: Future<Output = Result<R>> + Send + 'static,
{
    let idempotency = operation.idempotency();
    Call {
        id: operation.id(),
        // An upload overwrites nothing unless it is told to.
        idempotent: matches!(idempotency, Idempotency::Safe | Idempotency::Idempotent),
        reads,
        make: Box::new(move |client| make(client).map(|answer| answer.map(drop)).boxed()),
    }
}

/// Every operation once, with answers of types that fit no text, and a download from `url`.
pub(super) fn every_operation(url: &str) -> Vec<Call> {
    let mut calls = data();
    calls.extend(users());
    calls.extend(files(url));
    calls.extend(messaging());
    calls.extend(geo_and_cache());
    calls.extend(counters_and_cloud_code());
    calls
}

fn data() -> Vec<Call> {
    use operations::*;
    let table = |client: Client| client.data::<Record>("Person");
    vec![
        call(&CREATE_OBJECT, Reads::Value, move |client| async move {
            table(client).create(&json!({"age": 20})).await
        }),
        call(&FIND_OBJECTS, Reads::ValueOrNull, move |client| {
            table(client).find().into_future()
        }),
        call(&GET_OBJECT_BY_ID, Reads::Value, move |client| {
            table(client).get("B2").into_future()
        }),
        call(&UPDATE_OBJECT, Reads::Value, move |client| async move {
            table(client).update("B2", &json!({"age": 21})).await
        }),
        call(&DELETE_OBJECT, Reads::ValueOrNull, move |client| {
            table(client).delete("B2").into_future()
        }),
        call(&COUNT_OBJECTS, Reads::Value, move |client| {
            table(client).count().into_future()
        }),
    ]
}

fn users() -> Vec<Call> {
    use operations::*;
    let email = "ann@example.com";
    vec![
        call(&REGISTER_USER, Reads::Value, move |client| {
            let ann = Registration::new("pa55").email(email);
            client.users().register(ann).into_future()
        }),
        call(&LOGIN_USER, Reads::Value, move |client| {
            client.users().login(email, "pa55").into_future()
        }),
        call(&LOGOUT_USER, Reads::Anything, |client| {
            let client = client.with_user_token("TOKEN");
            client.users().logout().into_future()
        }),
        call(&RESTORE_PASSWORD, Reads::Anything, move |client| {
            client.users().restore_password(email).into_future()
        }),
    ]
}

fn files(url: &str) -> Vec<Call> {
    use operations::*;
    let info = FileInfo::from_url(format!("{url}/{DOWNLOAD}"));
    vec![
        call(&UPLOAD_FILE, Reads::Value, |client| {
            let upload = Upload::bytes("one");
            client.files().upload("a.txt", upload).into_future()
        }),
        call(&DELETE_FILE, Reads::Anything, |client| {
            client.files().delete("a.txt").into_future()
        }),
        Call {
            id: DOWNLOAD,
            idempotent: true,
            reads: Reads::Anything,
            make: Box::new(move |client| {
                let info = info.clone();
                async move {
                    client
                        .files()
                        .download(&info)
                        .await?
                        .bytes()
                        .await
                        .map(drop)
                }
                .boxed()
            }),
        },
    ]
}

fn messaging() -> Vec<Call> {
    use operations::*;
    vec![
        call(&PUBLISH_MESSAGE, Reads::ValueOrNull, |client| {
            client.messaging().publish("news", "hello").into_future()
        }),
        call(&POLL_MESSAGES, Reads::Value, |client| {
            client
                .messaging()
                .poll::<Record>("news", "S1")
                .into_future()
        }),
        call(&SEND_EMAIL, Reads::Anything, |client| {
            let email = Email::new("Hello").to("ann@example.com").text("Hi.");
            client.messaging().send_email(email).into_future()
        }),
    ]
}

fn geo_and_cache() -> Vec<Call> {
    use operations::*;
    vec![
        call(&FIND_GEO_POINTS, Reads::ValueOrNull, |client| {
            client.geo().find().categories(["cafes"]).into_future()
        }),
        call(&SAVE_GEO_POINT, Reads::Value, |client| async move {
            client.geo().save(&GeoPoint::new(59.9, 10.7)).await
        }),
        call(&CACHE_PUT, Reads::Anything, |client| {
            client.cache().put("key", &1).into_future()
        }),
        call(&CACHE_GET, Reads::ValueOrNull, |client| {
            client.cache().get::<Record>("key").into_future()
        }),
        call(&CACHE_DELETE, Reads::Anything, |client| {
            client.cache().delete("key").into_future()
        }),
        call(&CACHE_CONTAINS, Reads::Value, |client| {
            client.cache().contains("key").into_future()
        }),
    ]
}

fn counters_and_cloud_code() -> Vec<Call> {
    use operations::*;
    vec![
        call(&INCREMENT_AND_GET, Reads::Value, |client| {
            client.counters().increment("visits").into_future()
        }),
        call(&INCREMENT_BY_AND_GET, Reads::Value, |client| {
            client.counters().increment_by("visits", 5).into_future()
        }),
        call(&GET_COUNTER, Reads::Value, |client| {
            client.counters().get("visits").into_future()
        }),
        call(&RESET_COUNTER, Reads::Anything, |client| {
            client.counters().reset("visits").into_future()
        }),
        call(&INVOKE_CLOUD_CODE_SERVICE, Reads::Value, |client| {
            let cloud_code = client.cloud_code();
            cloud_code
                .invoke::<_, Record>("Cart", "total", &1)
                .into_future()
        }),
    ]
}
