//! Settings of users: the Cloud Code API key, roles, permissions, confirmation of e-mail addresses and social logins.

use std::sync::Arc;

use serde_json::Value;

use super::{Builder, Server};
use crate::multiple_logins::MultipleLogins;
use crate::permissions::Permissions;

impl Server {
    /// Returns the Cloud Code API key. A client with it acts as server-side code: it may assign roles, enable and disable
    /// accounts, check passwords, and update and delete users.
    pub fn cloud_code_key(&self) -> &str {
        &self.cloud_code_key
    }
}

impl Builder {
    /// Sets the Cloud Code API key: letters, digits, `-` and `_`. Default: the key stored in the data folder, else a
    /// random one.
    pub fn cloud_code_key(mut self, key: impl Into<String>) -> Builder {
        self.settings.cloud_code_key = Some(key.into());
        self
    }

    /// Creates a role of the application, which can be assigned to users. The system roles, such as `AuthenticatedUser`,
    /// always exist.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use backendless_local::Server;
    /// use serde_json::json;
    ///
    /// let server = Server::builder().role("Managers").start().await?;
    /// server.seed(json!({"Users": [{"email": "ann@example.com", "password": "pa55"}]})).await?;
    ///
    /// let code = format!("{}/{}/{}", server.url(), server.app_id(), server.cloud_code_key());
    /// let body = json!({"user": "ann@example.com", "roleName": "Managers"});
    /// let assigned = reqwest::Client::new().post(format!("{code}/users/assignRole")).json(&body);
    /// assert_eq!(assigned.send().await?.status(), 200);
    /// # Ok(())
    /// # }
    /// ```
    pub fn role(mut self, name: impl Into<String>) -> Builder {
        self.settings.users.roles.push(name.into());
        self
    }

    /// Sets the permissions of tables. Default: everything is allowed. A request that is not permitted is rejected with the
    /// service's code, 1011 to 1014; a search and a count omit objects that the user may not read.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use backendless_local::{Operation, Permissions, Server};
    ///
    /// let permissions = Permissions::new().deny("Note", "NotAuthenticatedUser", [Operation::Create]);
    /// let server = Server::builder().permissions(permissions).start().await?;
    ///
    /// let notes = format!("{}/{}/{}/data/Note", server.url(), server.app_id(), server.api_key());
    /// let created = reqwest::Client::new().post(notes).body("{}").send().await?;
    /// assert!(created.text().await?.contains("\"code\":1011,"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn permissions(mut self, permissions: Permissions) -> Builder {
        self.settings.permissions = permissions;
        self
    }

    /// Sets whether a user must confirm the e-mail address before the first login. Default: no. The e-mail is added to
    /// the [outbox](Server::outbox); a GET request to the address in it confirms the e-mail address.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use backendless_local::Server;
    /// use serde_json::json;
    ///
    /// let server = Server::builder().email_confirmation(true).start().await?;
    /// server.seed(json!({"Users": [{"email": "ann@example.com", "password": "pa55"}]})).await?;
    ///
    /// let outbox = server.outbox().await?;
    /// let text = outbox[0]["bodyparts"]["textmessage"].as_str().unwrap_or_default();
    /// let url = text.rsplit(' ').next().unwrap_or_default();
    /// assert_eq!(reqwest::get(url).await?.status(), 200);
    /// # Ok(())
    /// # }
    /// ```
    pub fn email_confirmation(mut self, required: bool) -> Builder {
        self.settings.users.email_confirmation = required;
        self
    }

    /// Sets how many sessions a user may have at a time. Default: any number, unlike an application of the live service,
    /// whose default is [`MultipleLogins::EndEarlier`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use backendless_local::{MultipleLogins, Server};
    /// use serde_json::json;
    ///
    /// let server = Server::builder().multiple_logins(MultipleLogins::Reject).start().await?;
    /// server.seed(json!({"Users": [{"email": "ann@example.com", "password": "pa55"}]})).await?;
    ///
    /// let login = format!("{}/{}/{}/users/login", server.url(), server.app_id(), server.api_key());
    /// let body = json!({"login": "ann@example.com", "password": "pa55"});
    /// let client = reqwest::Client::new();
    /// assert_eq!(client.post(&login).json(&body).send().await?.status(), 200);
    /// let second = client.post(&login).json(&body).send().await?;
    /// assert!(second.text().await?.contains("\"code\":3002,"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn multiple_logins(mut self, logins: MultipleLogins) -> Builder {
        self.settings.users.multiple_logins = logins;
        self
    }

    /// Configures a provider of social logins, by its code in lower case: a function from an access token to the profile
    /// of the account that it belongs to, a JSON object with the property `id`; `None` if the provider does not accept
    /// the token. Each call runs on a new thread, so it may block. A login with another provider is rejected with code
    /// 3000.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use backendless_local::Server;
    /// use serde_json::json;
    ///
    /// let google = |token: &str| match token {
    ///     "token-of-ann" => Some(json!({"id": "G-1", "email": "ann@example.com"})),
    ///     _ => None,
    /// };
    /// let server = Server::builder().social_login("google", google).start().await?;
    ///
    /// let app = format!("{}/{}/{}", server.url(), server.app_id(), server.api_key());
    /// let body = json!({"accessToken": "token-of-ann", "fieldsMapping": {"email": "email"}});
    /// let login = reqwest::Client::new().post(format!("{app}/users/social/google/login")).json(&body);
    /// let user: serde_json::Value = login.send().await?.json().await?;
    /// assert_eq!(user["email"], "ann@example.com");
    /// assert!(user["user-token"].is_string());
    /// # Ok(())
    /// # }
    /// ```
    pub fn social_login(
        mut self,
        provider: &str,
        profile: impl Fn(&str) -> Option<Value> + Send + Sync + 'static,
    ) -> Builder {
        let handler = move |token: Value| {
            let profile = token.as_str().and_then(&profile);
            Ok(profile.unwrap_or_default())
        };
        self.settings
            .users
            .providers
            .insert(provider.to_owned(), Arc::new(handler));
        self
    }
}
