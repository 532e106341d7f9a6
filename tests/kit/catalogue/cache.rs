//! Operations of the cache.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use backendless::operations::*;
use backendless::{Record, Timestamp};
use serde_json::json;

use super::call::call;
use super::{Entry, ResponseBody, object};

const KEY: &str = "catalogue key";

/// A time at which a value may expire: at most two hours from now.
static IN_AN_HOUR: LazyLock<Timestamp> =
    LazyLock::new(|| (SystemTime::now() + Duration::from_secs(3_600)).into());

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Entry::new(
            &CACHE_PUT,
            &[KEY],
            call!(|context| context.client.cache().put(context.path(0), &context.json())),
            ResponseBody::Any,
            object,
        )
        .variant(
            "with a time to live",
            call!(|context| context
                .client
                .cache()
                .put(context.path(0), &context.json())
                .ttl(Duration::from_secs(60))),
        ),
        Entry::new(
            &CACHE_GET,
            &[KEY],
            call!(|context| context.client.cache().get::<Record>(context.path(0))),
            ResponseBody::Nullable,
            object,
        ),
        Entry::new(
            &CACHE_CONTAINS,
            &[KEY],
            call!(|context| context.client.cache().contains(context.path(0))),
            ResponseBody::Required,
            |_| json!(true),
        ),
        Entry::new(
            &CACHE_EXPIRE_IN,
            &[KEY],
            call!(|context| context
                .client
                .cache()
                .expire_in(context.path(0), Duration::from_millis(59_001))),
            ResponseBody::Any,
            object,
        )
        .query(&[("timeout", "60")]),
        Entry::new(
            &CACHE_EXPIRE_AT,
            &[KEY],
            call!(|context| context
                .client
                .cache()
                .expire_at(context.path(0), *IN_AN_HOUR)),
            ResponseBody::Any,
            object,
        )
        .query(&[("timestamp", &IN_AN_HOUR.as_millis().to_string())]),
        Entry::new(
            &CACHE_DELETE,
            &[KEY],
            call!(|context| context.client.cache().delete(context.path(0))),
            ResponseBody::Any,
            object,
        ),
    ]
}
