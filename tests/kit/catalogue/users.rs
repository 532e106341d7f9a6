//! Operations of the user service.

use backendless::Registration;
use backendless::operations::*;

use super::call::call;
use super::{Entry, ResponseBody, Values, object};

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Entry::new(
            &REGISTER_USER,
            &[],
            call!(|context| context
                .client
                .users()
                .register(registration(&context.values))),
            ResponseBody::Required,
            object,
        ),
        Entry::new(
            &LOGIN_USER,
            &[],
            call!(|context| context
                .client
                .users()
                .login(&context.values.login, &context.values.password)
                => |session| context.keep_session(session)),
            ResponseBody::Required,
            object,
        ),
        Entry::new(
            &LOGOUT_USER,
            &[],
            call!(|context| context.user().users().logout()),
            ResponseBody::Ignored,
            object,
        ),
        Entry::new(
            &RESTORE_PASSWORD,
            &["ann@example.com"],
            call!(|context| context.client.users().restore_password(context.path(0))),
            ResponseBody::Ignored,
            object,
        ),
    ]
}

fn registration(values: &Values) -> Registration {
    Registration::new(&values.password)
        .email(&values.login)
        .name(&values.value)
        .property("age", 30)
}
