//! Routes of the Users service.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post, put};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::extract::{Object, PathOf, Query};
use crate::http::response::{ErrorResponse, Json};
use crate::query::find::Find;
use crate::query::row::Row;
use crate::service_error::{ServiceError, code};
use crate::services::Services;
use crate::services::caller::Caller;
use crate::services::users::roles::Change;
use crate::token_paths::CONFIRMATION_PATH;

pub(super) fn routes() -> Router<Services> {
    Router::new()
        .route("/users/register", post(register))
        .route("/users/login", post(login))
        .route("/users/logout", get(logout))
        .route("/users/restorepassword/{identity}", get(restore_password))
        .route("/users/{object-id}", put(update))
        .route("/users/{object-id}/status", put(set_status))
        .route("/users/register/guest", post(register_guest))
        .route("/users/isvalidusertoken/{token}", get(is_valid_token))
        .route("/users/userclassprops", get(describe))
        .route("/users/verifypassowrd", post(verify_password))
        .merge(roles())
        .merge(confirmations())
        .merge(social())
}

fn roles() -> Router<Services> {
    Router::new()
        .route("/users/userroles", get(roles_of_caller))
        .route("/users/userroles/{object-id}", get(roles_of_user))
        .route("/users/role/{role}", get(find_by_role))
        .route(
            "/users/assignRole",
            post(|services, caller, body| change_role(Change::Assign, services, caller, body)),
        )
        .route(
            "/users/unassignRole",
            post(|services, caller, body| change_role(Change::Unassign, services, caller, body)),
        )
}

fn confirmations() -> Router<Services> {
    let confirm_path = format!("{CONFIRMATION_PATH}/{{token}}");
    Router::new()
        .route(
            "/users/resendconfirmation/{identity}",
            post(resend_confirmation),
        )
        .route(
            "/users/createEmailConfirmationURL/{identity}",
            post(create_confirmation_url),
        )
        .route(&confirm_path, get(confirm_email))
}

fn social() -> Router<Services> {
    Router::new()
        .route(
            "/users/oauth/{provider}/request_url",
            post(authorization_url),
        )
        .route("/users/social/{provider}/login", post(social_login))
        .route("/users/social/{provider}/sdk/login", post(social_login))
}

async fn register(
    State(services): State<Services>,
    caller: Caller,
    Object(body): Object,
) -> Result<Json<Row>, ErrorResponse> {
    Ok(Json(services.data.register_user(caller, body).await?))
}

async fn login(
    State(services): State<Services>,
    caller: Caller,
    Object(body): Object,
) -> Result<Json<Row>, ErrorResponse> {
    Ok(Json(services.users.login(&caller, &body).await?))
}

async fn logout(State(services): State<Services>, caller: Caller) -> Result<(), ErrorResponse> {
    Ok(services.users.logout(caller).await?)
}

#[derive(Deserialize)]
struct IdentityPath {
    identity: String,
}

async fn restore_password(
    State(services): State<Services>,
    PathOf(path): PathOf<IdentityPath>,
) -> Result<(), ErrorResponse> {
    Ok(services.users.restore_password(&path.identity).await?)
}

#[derive(Deserialize)]
struct UserPath {
    #[serde(rename = "object-id")]
    object_id: String,
}

async fn update(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<UserPath>,
    Object(body): Object,
) -> Result<Json<Row>, ErrorResponse> {
    let user = services.data.update_user(caller, path.object_id, body);
    Ok(Json(user.await?))
}

async fn set_status(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<UserPath>,
    Object(body): Object,
) -> Result<(), ErrorResponse> {
    let set = services.users.set_status(caller, path.object_id, body);
    Ok(set.await?)
}

async fn register_guest(
    State(services): State<Services>,
    caller: Caller,
) -> Result<Json<Row>, ErrorResponse> {
    Ok(Json(services.data.register_guest(caller).await?))
}

#[derive(Deserialize)]
struct TokenPath {
    token: String,
}

async fn is_valid_token(
    State(services): State<Services>,
    PathOf(path): PathOf<TokenPath>,
) -> Result<Json<bool>, ErrorResponse> {
    Ok(Json(services.users.is_valid_token(&path.token).await?))
}

async fn describe(State(services): State<Services>) -> Result<Json<Vec<Value>>, ErrorResponse> {
    Ok(Json(services.users.describe().await?))
}

async fn verify_password(
    State(services): State<Services>,
    caller: Caller,
    Object(body): Object,
) -> Result<Json<Value>, ErrorResponse> {
    let is_valid = services.users.verify_password(caller, body).await?;
    Ok(Json(json!({ "valid": is_valid })))
}

async fn roles_of_caller(
    State(services): State<Services>,
    caller: Caller,
) -> Result<Json<Vec<String>>, ErrorResponse> {
    Ok(Json(services.users.roles(caller).await?))
}

async fn roles_of_user(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<UserPath>,
) -> Result<Json<Vec<String>>, ErrorResponse> {
    Ok(Json(services.users.roles_of(caller, path.object_id).await?))
}

#[derive(Deserialize)]
struct RolePath {
    role: String,
}

async fn find_by_role(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<RolePath>,
    Query(parameters): Query,
) -> Result<Json<Vec<Row>>, ErrorResponse> {
    let load_roles = match parameters.one("loadRoles")? {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            let message = "'loadRoles' must be true or false";
            return Err(ServiceError::new(code::INVALID_PARAMETER, message).into());
        }
    };
    let find = Find::from_parameters(parameters.0)?;
    let users = services
        .data
        .find_by_role(caller, path.role, load_roles, find);
    Ok(Json(users.await?))
}

async fn change_role(
    change: Change,
    State(services): State<Services>,
    caller: Caller,
    Object(body): Object,
) -> Result<(), ErrorResponse> {
    let changed = services.users.change_role(caller, body, change);
    Ok(changed.await?)
}

async fn resend_confirmation(
    State(services): State<Services>,
    PathOf(path): PathOf<IdentityPath>,
) -> Result<(), ErrorResponse> {
    Ok(services.users.resend_confirmation(path.identity).await?)
}

async fn create_confirmation_url(
    State(services): State<Services>,
    PathOf(path): PathOf<IdentityPath>,
) -> Result<Json<Value>, ErrorResponse> {
    let url = services.users.confirmation_url(path.identity).await?;
    Ok(Json(json!({ "confirmationURL": url })))
}

async fn confirm_email(
    State(services): State<Services>,
    PathOf(path): PathOf<TokenPath>,
) -> Result<&'static str, ErrorResponse> {
    services.users.confirm_email(&path.token).await?;
    Ok("The e-mail address is confirmed.")
}

#[derive(Deserialize)]
struct ProviderPath {
    provider: String,
}

async fn authorization_url(
    State(services): State<Services>,
    PathOf(path): PathOf<ProviderPath>,
    Object(body): Object,
) -> Result<Json<String>, ErrorResponse> {
    let url = services.users.authorization_url(&path.provider, &body)?;
    Ok(Json(url))
}

async fn social_login(
    State(services): State<Services>,
    PathOf(path): PathOf<ProviderPath>,
    Object(body): Object,
) -> Result<Json<Row>, ErrorResponse> {
    Ok(Json(
        services.users.social_login(path.provider, body).await?,
    ))
}
