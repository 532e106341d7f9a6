//! Operations of the counters.

use backendless::operations::*;

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
            ResponseBody::Ignored,
            number,
        ),
    ]
}
