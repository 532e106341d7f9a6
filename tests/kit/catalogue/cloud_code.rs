//! Operations of Cloud Code.

use backendless::Record;
use backendless::operations::*;
use serde_json::Value;

use super::call::call;
use super::{Entry, ResponseBody, object};

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Entry::new(
            &INVOKE_CLOUD_CODE_SERVICE,
            &["echo", "echo"],
            call!(|context| context.client.cloud_code().invoke::<_, Record>(
                context.path(0),
                context.path(1),
                &context.json()
            )),
            ResponseBody::Required,
            object,
        )
        .variant(
            "with a header",
            call!(|context| context
                .client
                .cloud_code()
                .invoke::<_, Record>(context.path(0), context.path(1), &context.json())
                .header("x-trace", "1")),
        )
        .variant(
            "without arguments",
            call!(|context| context
                .client
                .cloud_code()
                .invoke_no_args::<Value>(context.path(0), context.path(1))),
        ),
        Entry::new(
            &GET_FROM_CLOUD_CODE_SERVICE,
            &["echo", "Echo"],
            call!(|context| context
                .client
                .cloud_code()
                .get::<Record>(context.path(0), context.path(1))
                .argument("a", context.value())),
            ResponseBody::Required,
            object,
        )
        .query(&[("a", "O'Hara")]),
        Entry::new(
            &PUT_TO_CLOUD_CODE_SERVICE,
            &["echo", "Echo"],
            call!(|context| context.client.cloud_code().put::<_, Record>(
                context.path(0),
                context.path(1),
                &context.json()
            )),
            ResponseBody::Required,
            object,
        ),
        Entry::new(
            &DELETE_FROM_CLOUD_CODE_SERVICE,
            &["echo", "Echo"],
            call!(|context| context.client.cloud_code().delete::<_, Record>(
                context.path(0),
                context.path(1),
                &context.json()
            )),
            ResponseBody::Required,
            object,
        ),
        Entry::new(
            &DISPATCH_EVENT,
            &["echo"],
            call!(|context| context
                .client
                .events()
                .dispatch::<_, Record>(context.path(0), &context.json())),
            ResponseBody::Required,
            object,
        ),
    ]
}
