//! Operations of the cache.

use std::time::Duration;

use backendless::Record;
use backendless::operations::*;
use serde_json::json;

use super::call::call;
use super::{Entry, ResponseBody, object};

const KEY: &str = "catalogue key";

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Entry::new(
            &CACHE_PUT,
            &[KEY],
            call!(|context| context.client.cache().put(context.path(0), &context.json())),
            ResponseBody::Ignored,
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
            &CACHE_DELETE,
            &[KEY],
            call!(|context| context.client.cache().delete(context.path(0))),
            ResponseBody::Ignored,
            object,
        ),
    ]
}
