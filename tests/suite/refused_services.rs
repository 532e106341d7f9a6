//! What the six further services refuse before anything is sent.

use std::collections::HashMap;
use std::time::Duration;

use backendless::{Email, Error, ErrorKind, FileInfo, GeoPoint, Record, Units, Upload};
use backendless_tests::Recorder;

use crate::refused::{BAD_SEGMENTS, assert_refused};

/// A value that JSON cannot hold.
fn no_json() -> HashMap<Vec<u8>, u8> {
    HashMap::from([(vec![1], 1)])
}

#[tokio::test]
async fn a_file_path_that_is_another_path() {
    let server = Recorder::answering(200, "{}").await;
    let files = server.client().files();
    for bad in [
        "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a/./b", "a\\b", "a\nb", "a\0b",
    ] {
        let error = files.delete(bad).await.unwrap_err();
        assert_refused(&error, "deleteFile", "path ");
        let upload = files.upload(bad, Upload::bytes("x")).overwrite(true);
        assert_refused(&upload.await.unwrap_err(), "uploadFile", "path ");
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_media_type_that_is_none() {
    let server = Recorder::answering(200, "{}").await;
    for bad in ["", "image", "image/png\r\nx: y", "a b/c"] {
        let upload = server.client().files().upload("a", Upload::bytes("x"));
        let error = upload.content_type(bad).await.unwrap_err();
        assert_refused(&error, "uploadFile", "content_type ");
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_local_file_that_is_none() {
    let server = Recorder::answering(200, "{}").await;
    let folder = tempfile::tempdir().unwrap();
    for bad in [folder.path().join("missing.txt"), folder.path().to_owned()] {
        let upload = server.client().files().upload("a", Upload::file(&bad));
        let error = upload.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert_eq!((error.attempts(), error.is_retryable()), (0, false));
        let text = error.to_string();
        assert!(
            text.starts_with(&format!("uploadFile: {}: ", bad.display())),
            "{text}"
        );
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn an_address_of_a_file_that_is_none() {
    let server = Recorder::answering(200, "x").await;
    let with_password = server.url().replace("http://", "http://ann:SECRET@");
    for bad in [
        "",
        "SECRET",
        "/SECRET/a.txt",
        "ftp://SECRET/a",
        "file:///etc/SECRET",
        "http://",
        &with_password,
    ] {
        let files = server.client().with_user_token("TOKEN-1").files();
        let error = files.download(&FileInfo::from_url(bad)).await.unwrap_err();
        assert_refused(&error, "download", "the file's address ");
        assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_channel_or_subscription_that_is_another_path() {
    let server = Recorder::answering(200, "{}").await;
    let messaging = server.client().messaging();
    for bad in BAD_SEGMENTS {
        let error = messaging.publish(bad, "x").await.unwrap_err();
        assert_refused(&error, "publishMessage", "channel-name ");
        let error = messaging.poll::<Record>(bad, "s").await.unwrap_err();
        assert_refused(&error, "pollMessages", "channel-name ");
        let error = messaging.poll::<Record>("c", bad).await.unwrap_err();
        assert_refused(&error, "pollMessages", "subscription-id ");
    }
    let error = messaging.publish("email", "x").await.unwrap_err();
    assert_refused(
        &error,
        "publishMessage",
        "channel-name is \"email\", which is reserved",
    );
    let error = messaging.publish("c", &no_json()).await.unwrap_err();
    assert_refused(&error, "publishMessage", "the request cannot be built: ");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn an_email_without_recipient_or_body() {
    let server = Recorder::answering(200, "{}").await;
    let messaging = server.client().messaging();
    for (email, problem) in [
        (
            Email::new("s").text("SECRET"),
            "the e-mail has no recipient",
        ),
        (Email::new("s").to("SECRET"), "the e-mail has no body"),
    ] {
        let error = messaging.send_email(email).await.unwrap_err();
        assert_refused(&error, "sendEmail", problem);
        assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_place_that_is_not_on_earth() {
    let server = Recorder::answering(200, "[]").await;
    let geo = server.client().geo();
    let (nan, infinite) = (f64::NAN, f64::INFINITY);
    for (latitude, longitude, argument) in [
        (90.1, 0.0, "latitude is 90.1"),
        (-90.000_001, 0.0, "latitude is -90.000001"),
        (nan, 0.0, "latitude is NaN"),
        (infinite, 0.0, "latitude is inf"),
        (0.0, 180.1, "longitude is 180.1"),
        (0.0, -181.0, "longitude is -181"),
        (0.0, nan, "longitude is NaN"),
        (0.0, -infinite, "longitude is -inf"),
    ] {
        let point = GeoPoint::new(latitude, longitude);
        assert_refused(
            &geo.save(&point).await.unwrap_err(),
            "saveGeoPoint",
            argument,
        );
        let find = geo.find().near(latitude, longitude, 1.0, Units::Feet);
        assert_refused(&find.await.unwrap_err(), "findGeoPoints", argument);
    }
    for radius in [0.0, -0.0, -1.0, nan, infinite] {
        let find = geo.find().near(0.0, 0.0, radius, Units::Meters);
        assert_refused(&find.await.unwrap_err(), "findGeoPoints", "radius is ");
    }
    let error = geo.find().categories(["a,b"]).await.unwrap_err();
    assert_refused(&error, "findGeoPoints", "category \"a,b\" holds a comma");
    let point = GeoPoint::new(0.0, 0.0).metadata("x", no_json());
    let error = geo.save(&point).await.unwrap_err();
    assert_refused(&error, "saveGeoPoint", "metadata \"x\": ");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_cache_key_value_or_time_that_cannot_be_sent() {
    let server = Recorder::answering(200, "null").await;
    let cache = server.client().cache();
    for bad in BAD_SEGMENTS {
        let refused = |error: Error, operation| assert_refused(&error, operation, "key ");
        refused(cache.put(bad, &1).await.unwrap_err(), "cachePut");
        refused(cache.get::<u8>(bad).await.unwrap_err(), "cacheGet");
        refused(cache.delete(bad).await.unwrap_err(), "cacheDelete");
        refused(cache.contains(bad).await.unwrap_err(), "cacheContains");
    }
    for bad in [Duration::ZERO, Duration::from_nanos(999_999), Duration::MAX] {
        let error = cache.put("k", &1).ttl(bad).await.unwrap_err();
        assert_refused(&error, "cachePut", "ttl is ");
    }
    let error = cache.put("k", &no_json()).await.unwrap_err();
    assert_refused(&error, "cachePut", "the request cannot be built: ");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_counter_name_that_is_another_path() {
    let server = Recorder::answering(200, "5").await;
    let counters = server.client().counters();
    for bad in BAD_SEGMENTS {
        let refused = |error: Error, operation| assert_refused(&error, operation, "counter-name ");
        let error = counters.increment(bad).await.unwrap_err();
        refused(error, "incrementAndGet");
        let error = counters.increment_by(bad, 1).await.unwrap_err();
        refused(error, "incrementByAndGet");
        refused(counters.get(bad).await.unwrap_err(), "getCounter");
        refused(counters.reset(bad).await.unwrap_err(), "resetCounter");
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_cloud_code_method_or_argument_that_cannot_be_sent() {
    let server = Recorder::answering(200, "5").await;
    let cloud_code = server.client().cloud_code();
    let operation = "invokeCloudCodeService";
    for bad in BAD_SEGMENTS {
        let error = cloud_code.invoke::<_, u8>(bad, "m", &1).await.unwrap_err();
        assert_refused(&error, operation, "service-name ");
        let call = cloud_code.invoke_no_args::<u8>("s", bad);
        assert_refused(&call.await.unwrap_err(), operation, "method-name ");
    }
    let arguments = no_json();
    let call = cloud_code.invoke::<_, u8>("s", "m", &arguments);
    let error = call.await.unwrap_err();
    assert_refused(&error, operation, "the request cannot be built: ");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_header_that_is_not_the_callers_to_set() {
    let server = Recorder::answering(200, "5").await;
    let operation = "invokeCloudCodeService";
    let call = || server.client().cloud_code().invoke_no_args::<u8>("s", "m");
    for name in [
        "user-token",
        "User-Token",
        "CONTENT-LENGTH",
        "content-type",
        "transfer-encoding",
        "connection",
        "host",
        "te",
    ] {
        let error = call().header(name, "SECRET").await.unwrap_err();
        assert_refused(
            &error,
            operation,
            &format!("header {name:?} is set by the client"),
        );
        // A good one behind it does not make it good.
        let error = call().header(name, "SECRET").header("x-my", "1").await;
        let error = error.unwrap_err();
        assert_refused(&error, operation, &format!("header {name:?} "));
        assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
    }
    for name in ["", "x y", "x:y", "ü", "x\r\ny"] {
        let error = call().header(name, "1").await.unwrap_err();
        assert_refused(
            &error,
            operation,
            &format!("header {name:?} is no header's name"),
        );
    }
    for value in ["SECRET\r\nx: y", "SECRET\0"] {
        let error = call().header("x-my", value).await.unwrap_err();
        assert_refused(&error, operation, "header \"x-my\": the value is no header");
        assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
    }
    assert_eq!(server.requests().len(), 0);
}
