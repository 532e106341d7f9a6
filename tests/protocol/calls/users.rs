//! Calls of the user service.

use backendless::{Client, Record, Registration, Session, User, UserProperty, UserStatus};
use serde_json::{Value, json as object};

use super::{Outcome, json, read, to_json};
use crate::arguments::Arguments;

pub(super) fn call(client: &Client, operation: &str, arguments: &Arguments<'_>) -> Option<Outcome> {
    let users = client.users();
    let id = || arguments.text("user-id");
    let identity = || arguments.text("identity");
    Some(match operation {
        "registerUser" => read(users.register(registration(arguments)), |user| {
            user_json(&user)
        }),
        "loginUser" => session(users.login(
            arguments.field_text("login"),
            arguments.field_text("password"),
        )),
        "loginAsGuest" => session(users.login_as_guest()),
        "logoutUser" => json(users.logout()),
        "restorePassword" => json(users.restore_password(identity())),
        "updateUser" => read(users.update(id(), arguments.body()), |user| {
            user_json(&user)
        }),
        "isValidUserToken" => {
            let client = client.with_user_token(arguments.text("token"));
            json(client.users().is_valid())
        }
        "getUserRoles" => json(users.roles()),
        "getRolesOfUser" => json(users.roles_of(id())),
        "findUsersByRole" => find_by_role(client, arguments),
        "assignRole" | "unassignRole" => {
            let (user, role) = (
                arguments.field_text("user"),
                arguments.field_text("roleName"),
            );
            match operation {
                "assignRole" => json(users.assign_role(user, role)),
                _ => json(users.unassign_role(user, role)),
            }
        }
        "setUserStatus" => json(users.set_status(id(), status(arguments))),
        "describeUsers" => read(users.describe(), |columns: Vec<UserProperty>| {
            columns.iter().map(column).collect()
        }),
        "resendEmailConfirmation" => json(users.resend_email_confirmation(identity())),
        "createEmailConfirmationUrl" => json(users.email_confirmation_url(identity())),
        "verifyPassword" => json(users.verify_password(arguments.field_text("password"))),
        "getAuthorizationUrl" => authorization_url(client, arguments),
        "loginWithOAuth" | "loginWithSocialSdk" => social_login(client, operation, arguments),
        _ => return None,
    })
}

fn registration(arguments: &Arguments<'_>) -> Registration {
    let mut registration = Registration::new(arguments.field_text("password"));
    for (name, value) in arguments.body().as_object().into_iter().flatten() {
        registration = match (name.as_str(), value) {
            ("password", _) => registration,
            ("email", Value::String(email)) => registration.email(email),
            ("name", Value::String(name)) => registration.name(name),
            _ => registration.property(name, value),
        };
    }
    registration
}

/// A user, by the names of the document.
fn user_json(user: &User) -> Value {
    to_json(user)
}

fn session(request: backendless::Request<Session>) -> Outcome {
    read(request, |session| session_json(&session))
}

fn session_json(session: &Session) -> Value {
    let mut user = user_json(session.user());
    user["user-token"] = session.token().expose_secret().into();
    user
}

fn status(arguments: &Arguments<'_>) -> UserStatus {
    match arguments.field_text("userStatus").as_str() {
        "ENABLED" => UserStatus::Enabled,
        _ => UserStatus::Disabled,
    }
}

fn column(property: &UserProperty) -> Value {
    object!({
        "name": property.name,
        "type": property.data_type,
        "required": property.is_required,
        "identity": property.is_identity,
    })
}

fn find_by_role(client: &Client, arguments: &Arguments<'_>) -> Outcome {
    let mut find = client.users().find_by_role(arguments.text("role"));
    if let Some(load) = arguments.value("loadRoles").and_then(Value::as_bool) {
        find = find.load_roles(load);
    }
    if let Some(clause) = arguments.optional("where") {
        find = find.filter(clause);
    }
    for column in arguments.option_list("sortBy").unwrap_or_default() {
        find = find.sort_by(column);
    }
    if let Some(rows) = arguments.option_number("pageSize") {
        find = find.page_size(rows);
    }
    if let Some(rows) = arguments.option_number("offset") {
        find = find.offset(rows);
    }
    read(find, |users: Vec<User>| {
        users.iter().map(user_json).collect()
    })
}

/// The names of fields at the provider, and of the columns for their values.
fn mapping(arguments: &Arguments<'_>, name: &str) -> Vec<(String, String)> {
    let fields: Option<Record> = arguments.field(name).and_then(Value::as_object).cloned();
    let fields = fields.unwrap_or_default().into_iter();
    fields
        .map(|(field, column)| (field, crate::arguments::text_of(&column)))
        .collect()
}

fn authorization_url(client: &Client, arguments: &Arguments<'_>) -> Outcome {
    let mut request = client.users().authorization_url(arguments.text("provider"));
    for (field, column) in mapping(arguments, "fieldsMapping") {
        request = request.map_field(field, column);
    }
    for scope in arguments.field_texts("permissions") {
        request = request.permission(scope);
    }
    if let Some(redirect) = arguments.field("redirect").and_then(Value::as_bool) {
        request = request.redirect(redirect);
    }
    if arguments.field("redirectAfterLoginUrl").is_some() {
        request = request.redirect_after_login(arguments.field_text("redirectAfterLoginUrl"));
    }
    if arguments.field("callbackUrlDomain").is_some() {
        request = request.callback_domain(arguments.field_text("callbackUrlDomain"));
    }
    json(request)
}

fn social_login(client: &Client, operation: &str, arguments: &Arguments<'_>) -> Outcome {
    let (provider, token) = (
        arguments.text("provider"),
        arguments.field_text("accessToken"),
    );
    let users = client.users();
    let mut login = match operation {
        "loginWithOAuth" => users.login_with_oauth(provider, token),
        _ => users.login_with_social_sdk(provider, token),
    };
    for (field, column) in mapping(arguments, "fieldsMapping") {
        login = login.map_field(field, column);
    }
    if arguments.field("accessTokenSecret").is_some() {
        login = login.token_secret(arguments.field_text("accessTokenSecret"));
    }
    read(login, |session: Session| session_json(&session))
}
