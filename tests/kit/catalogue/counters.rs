//! Operations of the counters.

use backendless::operations::*;
use serde_json::json;

use super::call::call;
use super::{Entry, ResponseBody, number};

const COUNTER: &str = "catalogue";

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Entry::new(
            &INCREMENT_AND_GET,
            &[COUNTER],
            call!(|context| context.client.counters().increment(context.path(0))),
            ResponseBody::Required,
            number,
        ),
        Entry::new(
            &GET_AND_INCREMENT,
            &[COUNTER],
            call!(|context| context.client.counters().get_and_increment(context.path(0))),
            ResponseBody::Required,
            number,
        ),
        Entry::new(
            &INCREMENT_BY_AND_GET,
            &[COUNTER],
            call!(|context| context.client.counters().increment_by(context.path(0), -3)),
            ResponseBody::Required,
            number,
        )
        .query(&[("value", "-3")]),
        Entry::new(
            &GET_AND_INCREMENT_BY,
            &[COUNTER],
            call!(|context| context
                .client
                .counters()
                .get_and_increment_by(context.path(0), -3)),
            ResponseBody::Required,
            number,
        )
        .query(&[("value", "-3")]),
        Entry::new(
            &DECREMENT_AND_GET,
            &[COUNTER],
            call!(|context| context.client.counters().decrement(context.path(0))),
            ResponseBody::Required,
            number,
        ),
        Entry::new(
            &GET_AND_DECREMENT,
            &[COUNTER],
            call!(|context| context.client.counters().get_and_decrement(context.path(0))),
            ResponseBody::Required,
            number,
        ),
        Entry::new(
            &COMPARE_AND_SET_COUNTER,
            &[COUNTER],
            call!(|context| context
                .client
                .counters()
                .compare_and_set(context.path(0), -3, 4)),
            ResponseBody::Required,
            |_| json!(true),
        )
        .query(&[("expected", "-3"), ("updatedvalue", "4")]),
        Entry::new(
            &LIST_COUNTERS,
            &["cat*"],
            call!(|context| context.client.counters().list(context.path(0))),
            ResponseBody::Nullable,
            |_| json!(["catalogue"]),
        ),
        Entry::new(
            &GET_COUNTER,
            &[COUNTER],
            call!(|context| context.client.counters().get(context.path(0))),
            ResponseBody::Required,
            number,
        ),
        Entry::new(
            &RESET_COUNTER,
            &[COUNTER],
            call!(|context| context.client.counters().reset(context.path(0))),
            ResponseBody::Any,
            number,
        ),
    ]
}
