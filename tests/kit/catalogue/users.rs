//! Operations of the user service.

use backendless::operations::*;
use backendless::{Registration, UserStatus};
use serde_json::{Value, json};

use super::call::call;
use super::{Entry, ResponseBody, Values, object, objects};

/// The role that the calls assign. The local server of the suites has it.
pub(super) const ROLE: &str = "Catalogue";
/// The provider of the logins with an access token. The local server of the suites has it.
pub(super) const PROVIDER: &str = "google";

pub(super) fn entries() -> Vec<Entry> {
    let mut entries = registration_and_login();
    entries.extend(account());
    entries.extend(roles());
    entries.extend(confirmation());
    entries.extend(social());
    entries.extend(logout());
    entries
}

fn registration_and_login() -> Vec<Entry> {
    vec![
        Entry::new(
            &REGISTER_USER,
            &[],
            call!(|context| context
                .client
                .users()
                .register(registration(&context.values))
                => |user| context.keep_user(&user)),
            ResponseBody::Required,
            object,
        ),
        // The user whose e-mail address is not confirmed cannot log in.
        Entry::new(
            &RESEND_EMAIL_CONFIRMATION,
            &["ann@example.com"],
            call!(|context| context
                .client
                .users()
                .resend_email_confirmation(context.path(0))),
            ResponseBody::Any,
            object,
        ),
        Entry::new(
            &SET_USER_STATUS,
            &["U1"],
            call!(|context| context
                .client
                .users()
                .set_status(context.path(0), UserStatus::Enabled)),
            ResponseBody::Any,
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
            &LOGIN_AS_GUEST,
            &[],
            call!(|context| context.client.users().login_as_guest()),
            ResponseBody::Required,
            object,
        ),
    ]
}

fn account() -> Vec<Entry> {
    vec![
        Entry::new(
            &UPDATE_USER,
            &["U1"],
            call!(|context| context
                .user()
                .users()
                .update(context.path(0), &json!({"name": context.value()}))),
            ResponseBody::Required,
            object,
        ),
        Entry::new(
            &IS_VALID_USER_TOKEN,
            &["TOKEN-1"],
            call!(|context| context
                .client
                .with_user_token(context.path(0))
                .users()
                .is_valid()),
            ResponseBody::Required,
            |_| json!(true),
        ),
        Entry::new(
            &DESCRIBE_USERS,
            &[],
            call!(|context| context.client.users().describe()),
            ResponseBody::Nullable,
            |values| json!([{"name": "email", "type": "STRING", "identity": true, "note": values.value}]),
        ),
        Entry::new(
            &VERIFY_PASSWORD,
            &[],
            call!(|context| context
                .user()
                .users()
                .verify_password(&context.values.password)),
            ResponseBody::Required,
            |values| json!({"valid": true, "note": values.value}),
        ),
    ]
}

fn roles() -> Vec<Entry> {
    vec![
        Entry::new(
            &ASSIGN_ROLE,
            &[],
            call!(|context| context
                .client
                .users()
                .assign_role(&context.values.login, ROLE)),
            ResponseBody::Any,
            object,
        ),
        Entry::new(
            &GET_USER_ROLES,
            &[],
            call!(|context| context.user().users().roles()),
            ResponseBody::Nullable,
            names,
        ),
        Entry::new(
            &GET_ROLES_OF_USER,
            &["U1"],
            call!(|context| context.client.users().roles_of(context.path(0))),
            ResponseBody::Nullable,
            names,
        ),
        Entry::new(
            &FIND_USERS_BY_ROLE,
            &[ROLE],
            call!(|context| context.client.users().find_by_role(context.path(0))),
            ResponseBody::Nullable,
            objects,
        )
        .variant(
            "with options",
            call!(|context| context
                .client
                .users()
                .find_by_role(context.path(0))
                .load_roles(true)
                .filter("created > 0")
                .sort_by("created desc")
                .page_size(50)
                .offset(0)),
        ),
        Entry::new(
            &UNASSIGN_ROLE,
            &[],
            call!(|context| context
                .client
                .users()
                .unassign_role(&context.values.login, ROLE)),
            ResponseBody::Any,
            object,
        ),
    ]
}

fn names(values: &Values) -> Value {
    json!(["AuthenticatedUser", values.value])
}

fn confirmation() -> Vec<Entry> {
    vec![Entry::new(
        &CREATE_EMAIL_CONFIRMATION_URL,
        &["ann@example.com"],
        call!(|context| context
            .client
            .users()
            .email_confirmation_url(context.path(0))),
        ResponseBody::Required,
        |values| json!({"confirmationURL": "https://example.com/confirm", "note": values.value}),
    )]
}

fn social() -> Vec<Entry> {
    vec![
        Entry::new(
            &GET_AUTHORIZATION_URL,
            &[PROVIDER],
            call!(|context| context
                .client
                .users()
                .authorization_url(context.path(0))
                .map_field("given_name", "name")
                .permission("email")
                .redirect(true)
                .redirect_after_login(context.value())
                .callback_domain("https://shop.example")),
            ResponseBody::Required,
            |_| json!("https://oauth.example/authorize"),
        ),
        Entry::new(
            &LOGIN_WITH_O_AUTH,
            &[PROVIDER],
            call!(|context| context
                .client
                .users()
                .login_with_oauth(context.path(0), &context.values.password)
                .map_field("given_name", "name")),
            ResponseBody::Required,
            object,
        )
        .variant(
            "with the secret of the token",
            call!(|context| context
                .client
                .users()
                .login_with_oauth(context.path(0), &context.values.password)
                .token_secret(&context.values.password)),
        ),
        Entry::new(
            &LOGIN_WITH_SOCIAL_SDK,
            &[PROVIDER],
            call!(|context| context
                .client
                .users()
                .login_with_social_sdk(context.path(0), &context.values.password)),
            ResponseBody::Required,
            object,
        ),
    ]
}

fn logout() -> Vec<Entry> {
    vec![
        Entry::new(
            &LOGOUT_USER,
            &[],
            call!(|context| context.user().users().logout()),
            ResponseBody::Any,
            object,
        ),
        Entry::new(
            &RESTORE_PASSWORD,
            &["ann@example.com"],
            call!(|context| context.client.users().restore_password(context.path(0))),
            ResponseBody::Any,
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
