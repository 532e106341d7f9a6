//! Logins with the account of another service. The embedding program configures the providers, as functions from an access
//! token to the profile of the account that it belongs to.

use std::collections::BTreeMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value};

use super::properties::{IDENTITY, SOCIAL_ACCOUNT, USER_STATUS};
use super::{TABLE, Users, credentials, open_session, registration, status};
use crate::id::new_id;
use crate::query::row::Row;
use crate::service_error::{ServiceError, code};
use crate::services::cloud_code::{self, Handler};
use crate::services::fields;
use crate::services::rows;
use crate::store::schema::Table;
use crate::text::shorten;

pub(super) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS social_account (
        provider TEXT NOT NULL,
        account_id TEXT NOT NULL,
        user_id TEXT NOT NULL,
        PRIMARY KEY (provider, account_id)
    ) WITHOUT ROWID;
";

/// Deletes the accounts of a user at other services.
pub(super) fn delete_all(connection: &Connection, user_id: &str) -> Result<(), ServiceError> {
    connection.execute("DELETE FROM social_account WHERE user_id = ?", [user_id])?;
    Ok(())
}

/// The account at a provider.
struct Account {
    provider: String,
    id: String,
    /// Properties of the user, from the fields of the account.
    fields: Map<String, Value>,
}

impl Users {
    /// Returns the address of the login page of a provider.
    pub(crate) fn authorization_url(
        &self,
        provider: &str,
        body: &Map<String, Value>,
    ) -> Result<String, ServiceError> {
        self.provider(provider)?;
        fields_mapping(body)?;
        for name in ["redirectAfterLoginUrl", "callbackUrlDomain"] {
            fields::text(body, name)?;
        }
        fields::typed(body, "redirect", "a boolean", Value::as_bool)?;
        let scope = fields::texts(body, "permissions")?
            .unwrap_or_default()
            .join(" ");
        let domain = fields::text(body, "callbackUrlDomain")?;
        let callback = format!(
            "{}/users/oauth/{provider}/authorize",
            domain.unwrap_or(&self.options.base_url)
        );
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        Ok(format!(
            "https://oauth.example/{provider}/authorize?response_type=code&state={}&scope={}&redirect_uri={}",
            new_id(),
            encode(&scope),
            encode(&callback)
        ))
    }

    /// Logs in the user of the account that an access token belongs to. The first login of an account creates its user.
    pub(crate) async fn social_login(
        &self,
        provider: String,
        body: Map<String, Value>,
    ) -> Result<Row, ServiceError> {
        let handler = self.provider(&provider)?;
        let account = account(provider, handler, &body).await?;
        let (life, now, new_user_id) = (self.session_life, self.clock.now(), new_id());
        let multiple_logins = self.options.multiple_logins;
        let write = self.database.write(move |transaction| {
            let user_id = match find(transaction, &account)? {
                Some(user_id) => user_id,
                None => create(transaction, account, new_user_id, now)?,
            };
            open_session(transaction, &user_id, life, now, multiple_logins)
        });
        write.await
    }

    fn provider(&self, provider: &str) -> Result<Handler, ServiceError> {
        self.options
            .providers
            .get(provider)
            .cloned()
            .ok_or_else(|| {
                let provider = shorten(provider);
                not_possible(&format!("the provider '{provider}' is not configured"))
            })
    }
}

fn not_possible(why: &str) -> ServiceError {
    ServiceError::new(
        code::LOGIN_NOT_POSSIBLE,
        format!("The login is not possible: {why}"),
    )
}

/// Returns the account that the access token of a login belongs to.
async fn account(
    provider: String,
    handler: Handler,
    body: &Map<String, Value>,
) -> Result<Account, ServiceError> {
    let mapping = fields_mapping(body)?;
    fields::text(body, "accessTokenSecret")?;
    let token = fields::text(body, "accessToken")?.filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| fields::missing("accessToken"))?;
    let profile = cloud_code::run(handler, Value::from(token)).await?;
    let Value::Object(profile) = profile else {
        let why = format!("the provider '{provider}' does not accept the access token");
        return Err(not_possible(&why));
    };
    let id = match profile.get("id") {
        Some(Value::String(id)) if !id.is_empty() => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => return Err(not_possible("the profile of the account has no 'id'")),
    };
    let fields = mapping.into_iter().filter_map(|(field, column)| {
        let value = profile.get(&field).filter(|value| !value.is_null())?;
        Some((column, value.clone()))
    });
    Ok(Account {
        fields: fields.collect(),
        provider,
        id,
    })
}

/// Returns which field of an account is stored in which column of a user.
fn fields_mapping(body: &Map<String, Value>) -> Result<BTreeMap<String, String>, ServiceError> {
    let expected = "an object whose values are strings";
    let mapping = fields::typed(body, "fieldsMapping", expected, |mapping| {
        let mapping = mapping.as_object()?.iter();
        mapping
            .map(|(field, column)| Some((field.clone(), column.as_str()?.to_owned())))
            .collect()
    });
    Ok(mapping?.unwrap_or_default())
}

fn find(connection: &Connection, account: &Account) -> Result<Option<String>, ServiceError> {
    let user_id = connection
        .prepare_cached("SELECT user_id FROM social_account WHERE provider = ? AND account_id = ?")?
        .query_row([&account.provider, &account.id], |row| row.get(0))
        .optional()?;
    Ok(user_id)
}

/// Creates the user of an account, and returns its objectId.
fn create(
    connection: &Connection,
    account: Account,
    user_id: String,
    now: i64,
) -> Result<String, ServiceError> {
    let mut fields = registration::own_fields(account.fields);
    if let Some(Value::String(email)) = fields.get(IDENTITY)
        && credentials::find(connection, &registration::identity_key(email))?.is_some()
    {
        let message = format!("User already exists: the {IDENTITY} of the account is registered");
        return Err(ServiceError::new(code::USER_EXISTS, message));
    }
    fields.insert(USER_STATUS.to_owned(), Value::from(status::ENABLED));
    fields.insert(
        SOCIAL_ACCOUNT.to_owned(),
        Value::from(account.provider.to_uppercase()),
    );
    let new = rows::NewRow {
        object_id: user_id.clone(),
        owner_id: Some(user_id.clone()),
        created: now,
    };
    let mut table = Table::existing(connection, TABLE)?;
    rows::insert(connection, &mut table, fields, &new)?;
    connection.execute(
        "INSERT INTO social_account (provider, account_id, user_id) VALUES (?, ?, ?)",
        params![account.provider, account.id, user_id],
    )?;
    Ok(user_id)
}
