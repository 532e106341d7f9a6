//! The Users service: registration, login, logout, password recovery.
//!
//! A user is a row of the table `Users`, which the Data service reads like any other. What proves
//! who a user is stands elsewhere: `credentials` and `sessions` keep hashes in tables of their own
//! that no query reaches, so no clause, projection or row can ever tell a password.

mod credentials;
mod passwords;
mod registration;
mod sessions;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post, put};
use rusqlite::{Connection, params};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::app::{App, new_id};
use crate::data::rows;
use crate::http::Caller;
use crate::http::input::{Object, PathOf};
use crate::http::reply::{Failure, Json, Row, code};
use crate::query;
use crate::store::schema::{OBJECT_ID, Table};
use crate::store::value::Kind;

pub(crate) use sessions::user as session_user;

/// The table whose rows are the users.
pub(crate) const TABLE: &str = "Users";

/// The property that users are known by.
const IDENTITY: &str = "email";
const PASSWORD: &str = "password";
const USER_TOKEN: &str = "user-token";
const LAST_LOGIN: &str = "lastLogin";
const USER_STATUS: &str = "userStatus";
const SOCIAL_ACCOUNT: &str = "socialAccount";

/// The properties of a user that only the server writes, besides those of every row.
const MANAGED: [&str; 4] = [USER_TOKEN, LAST_LOGIN, USER_STATUS, SOCIAL_ACCOUNT];

/// Makes what this service keeps, and the table of users, which is there from the beginning.
pub(crate) fn prepare(connection: &Connection) -> Result<(), Failure> {
    connection.execute_batch(credentials::TABLES)?;
    connection.execute_batch(sessions::TABLES)?;
    let mut table = Table::existing_or_new(connection, TABLE)?;
    for name in [IDENTITY, "name", USER_STATUS, SOCIAL_ACCOUNT] {
        table.ensure_column(connection, name, Kind::String)?;
    }
    table.ensure_column(connection, LAST_LOGIN, Kind::Int)
}

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/users/register", post(register))
        .route("/users/login", post(login))
        .route("/users/logout", get(logout))
        .route("/users/restorepassword/{identity}", get(restore_password))
        .route("/users/{object-id}", put(update_by_path))
}

async fn register(State(app): State<App>, Object(body): Object) -> Result<Json<Row>, Failure> {
    let registration = registration::read(body)?;
    let hash = passwords::hash(registration.password).await?;
    let (identity, mut fields) = (registration.identity, registration.fields);
    let object_id = new_id();
    let new = rows::New {
        object_id: object_id.clone(),
        owner_id: Some(object_id),
        created: app.clock.now(),
    };
    let user = app.database.write(move |transaction| {
        credentials::create(transaction, &new.object_id, &identity, &hash)?;
        fields.insert(USER_STATUS.to_owned(), Value::from("ENABLED"));
        fields.insert(SOCIAL_ACCOUNT.to_owned(), Value::from("BACKENDLESS"));
        let mut table = Table::existing(transaction, TABLE)?;
        rows::insert(transaction, &mut table, fields, &new)
    });
    Ok(Json(user.await?))
}

async fn login(State(app): State<App>, Object(body): Object) -> Result<Json<Row>, Failure> {
    let (login, password) = registration::read_login(&body)?;
    let identity = registration::identity_key(&login);
    let credential = app
        .database
        .read(move |connection| credentials::find(connection, &identity))
        .await?;
    // Without a user a hash is computed all the same: the time must not tell who is registered.
    let (user_id, hash) = credential.unzip();
    let right = passwords::verify(password, hash.clone()).await?;
    let (true, Some(user_id), Some(hash)) = (right, user_id, hash) else {
        return Err(invalid_login());
    };
    let now = app.clock.now();
    let (token, session) = sessions::new(&user_id, now, app.session_life);
    let user = app.database.write(move |transaction| {
        // The password may have been changed while it was verified.
        if !credentials::is_current(transaction, &user_id, &hash)? {
            return Err(invalid_login());
        }
        sessions::open(transaction, &session, now)?;
        logged_in(transaction, &user_id, now)
    });
    let mut user = user.await?;
    user.push(USER_TOKEN, token);
    Ok(Json(user))
}

fn invalid_login() -> Failure {
    Failure::new(code::INVALID_LOGIN, "Invalid login or password").status(StatusCode::UNAUTHORIZED)
}

/// Notes the login in the user's row, which is answered. It is no update of the user's properties.
fn logged_in(connection: &Connection, user_id: &str, now: i64) -> Result<Row, Failure> {
    let mut table = Table::existing(connection, TABLE)?;
    let column = table.column_for(connection, LAST_LOGIN, &Value::from(now))?;
    connection.execute(
        &format!(
            "UPDATE {} SET {column} = ? WHERE object_id = ?",
            table.sql()
        ),
        params![now, user_id],
    )?;
    query::whole_row(connection, &table, user_id)?.ok_or_else(invalid_login)
}

async fn logout(State(app): State<App>, headers: axum::http::HeaderMap) -> Result<(), Failure> {
    let token = headers
        .get(USER_TOKEN)
        .and_then(|token| token.to_str().ok());
    let Some(token) = token else {
        return Err(Failure::new(
            code::CANNOT_LOG_OUT,
            "Unable to log out: no user-token was sent",
        )
        .status(StatusCode::UNAUTHORIZED));
    };
    let hash = sessions::hash(token);
    app.database
        .write(move |transaction| sessions::close(transaction, &hash))
        .await
}

#[derive(Deserialize)]
struct IdentityPath {
    identity: String,
}

/// Sends no mail: there is none to send to. What a client can tell is whether the user is known.
async fn restore_password(
    State(app): State<App>,
    PathOf(path): PathOf<IdentityPath>,
) -> Result<(), Failure> {
    let identity = registration::identity_key(&path.identity);
    let known = app
        .database
        .read(move |connection| credentials::find(connection, &identity))
        .await?;
    match known {
        Some(_) => Ok(()),
        None => Err(Failure::new(
            code::UNKNOWN_IDENTITY,
            "Unable to restore the password: no user has this identity",
        )),
    }
}

#[derive(Deserialize)]
struct UserPath {
    #[serde(rename = "object-id")]
    object_id: String,
}

async fn update_by_path(
    State(app): State<App>,
    caller: Caller,
    PathOf(path): PathOf<UserPath>,
    Object(body): Object,
) -> Result<Json<Row>, Failure> {
    update(&app, caller, path.object_id, body).await.map(Json)
}

/// Changes a user: only the user itself may. A password is hashed anew, an identity stays unique.
pub(crate) async fn update(
    app: &App,
    caller: Caller,
    object_id: String,
    mut body: Map<String, Value>,
) -> Result<Row, Failure> {
    only_self(&caller, &object_id, code::UPDATE_OF_ANOTHER)?;
    body.remove(OBJECT_ID);
    body.retain(|name, _| !MANAGED.contains(&name.as_str()));
    let hash = match body.remove(PASSWORD) {
        Some(password) => Some(passwords::hash(registration::password(Some(password))?).await?),
        None => None,
    };
    let identity = match body.get(IDENTITY) {
        Some(email) => Some(registration::identity_key(&registration::identity(Some(
            email,
        ))?)),
        None => None,
    };
    let fields = rows::writable(body)?;
    let now = app.clock.now();
    let user = app.database.write(move |transaction| {
        let mut table = Table::existing(transaction, TABLE)?;
        let changed = hash.is_some();
        credentials::change(
            transaction,
            &object_id,
            identity.as_deref(),
            hash.as_deref(),
        )?;
        if fields.is_empty() && changed {
            return rows::touch(transaction, &table, &object_id, now);
        }
        rows::update(transaction, &mut table, &object_id, fields, now)
    });
    user.await
}

/// Ends what a user that is about to be deleted can still do. Only the user itself may delete it.
pub(crate) fn forget(
    connection: &Connection,
    caller: &Caller,
    object_id: &str,
) -> Result<(), Failure> {
    only_self(caller, object_id, code::DELETE_OF_ANOTHER)?;
    credentials::delete(connection, object_id)?;
    sessions::close_all(connection, object_id)
}

fn only_self(Caller(caller): &Caller, object_id: &str, otherwise: i64) -> Result<(), Failure> {
    match caller {
        Some(caller) if caller == object_id => Ok(()),
        Some(_) => Err(Failure::new(
            otherwise,
            "A user can be changed or deleted by itself only",
        )),
        None if otherwise == code::UPDATE_OF_ANOTHER => Err(Failure::new(
            code::UPDATE_NOT_LOGGED_IN,
            "A user can be updated by itself only: log in and send the user-token",
        )),
        None => Err(Failure::new(
            otherwise,
            "A user can be deleted by itself only: log in and send the user-token",
        )),
    }
}
