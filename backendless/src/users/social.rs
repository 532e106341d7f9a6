//! Logins with the account of another service: OAuth providers and social networks.

use std::collections::BTreeMap;
use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::{LoggedIn, Session, Users, open_session};
use crate::generated::raw;
use crate::operations::LOGIN_WITH_SOCIAL_SDK;
use crate::prepared::{JsonOrText, Prepared, Reader};
use crate::request::{Request, RequestFuture, sealed};
use crate::secret::secret_string;
use crate::{Error, Result, decode};

impl Users {
    /// Returns the address of the login page of an OAuth provider. The user opens it in a browser, and the provider then
    /// redirects the browser to Backendless; see [`AuthorizationUrl`].
    ///
    /// `provider` is the code of a provider that is configured in the application, in lower case, such as `google` or
    /// `github`. The request is not idempotent, and is sent without a user token.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/users/index.js)).
    ///
    /// # Errors
    ///
    /// - [`Api`](crate::ErrorKind::Api) if the provider is not configured.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the provider cannot be a path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless_local::Server;
    ///
    /// # backendless_local::doc_example!(Server::builder().social_login("google", |_| None), |client, server| {
    /// let url = client.users().authorization_url("google").permission("email").await?;
    /// assert!(url.starts_with("https://"));
    /// # });
    /// ```
    pub fn authorization_url(&self, provider: impl Into<String>) -> AuthorizationUrl {
        Request::with_parameters(
            self.client.clone(),
            AuthorizationUrlParameters {
                provider: provider.into(),
                options: AuthorizationOptions::default(),
            },
        )
    }

    /// Logs a user in with an access token that an OAuth provider issued. The first login of an account creates its user.
    ///
    /// `provider` is the code of a provider that is configured in the application, in lower case, such as `google` or
    /// `github`. For a provider of OAuth 1, set the [`token_secret`](SocialLogin::token_secret) as well.
    ///
    /// The request is sent without a user token. The access token appears in no error, span or log.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/users/social/index.js)).
    ///
    /// # Errors
    ///
    /// - [`Unauthorized`](crate::ErrorKind::Unauthorized) or [`Api`](crate::ErrorKind::Api) if the provider is not
    ///   configured, or does not accept the access token.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the provider cannot be a path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless_local::Server;
    /// use serde_json::json;
    ///
    /// # let google = |token: &str| match token {
    /// #     "ya29.a0" => Some(json!({"id": "G-1", "email": "ann@example.com", "given_name": "Ann"})),
    /// #     _ => None,
    /// # };
    /// # backendless_local::doc_example!(Server::builder().social_login("google", google), |client, server| {
    /// let login = client.users().login_with_oauth("google", "ya29.a0");
    /// let session = login.map_field("given_name", "name").await?;
    /// assert_eq!(session.user().name.as_deref(), Some("Ann"));
    /// # });
    /// ```
    pub fn login_with_oauth(
        &self,
        provider: impl Into<String>,
        access_token: impl Into<String>,
    ) -> SocialLogin {
        self.social_login(provider.into(), access_token.into(), false)
    }

    /// Logs a user in with an access token that the SDK of a social network issued: `facebook` or `googleplus`. The first
    /// login of an account creates its user.
    ///
    /// These are the two networks that the service knows without configuration as an OAuth provider; see
    /// [`login_with_oauth`](Self::login_with_oauth) for all others. The request is sent without a user token. The access
    /// token appears in no error, span or log.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/users/social/index.js)).
    ///
    /// # Errors
    ///
    /// - [`Unauthorized`](crate::ErrorKind::Unauthorized) or [`Api`](crate::ErrorKind::Api) if the social network does not
    ///   accept the access token.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the provider cannot be a path segment, or a
    ///   [`token_secret`](SocialLogin::token_secret) is set.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless_local::Server;
    /// use serde_json::json;
    ///
    /// # let facebook = |token: &str| (token == "EAAB").then(|| json!({"id": "F-1", "name": "Ann"}));
    /// # backendless_local::doc_example!(Server::builder().social_login("facebook", facebook), |client, server| {
    /// let session = client.users().login_with_social_sdk("facebook", "EAAB").map_field("name", "name").await?;
    /// assert_eq!(session.user().name.as_deref(), Some("Ann"));
    /// # });
    /// ```
    pub fn login_with_social_sdk(
        &self,
        provider: impl Into<String>,
        access_token: impl Into<String>,
    ) -> SocialLogin {
        self.social_login(provider.into(), access_token.into(), true)
    }

    fn social_login(&self, provider: String, access_token: String, is_sdk: bool) -> SocialLogin {
        Request::with_parameters(
            self.client.clone(),
            SocialLoginParameters {
                provider,
                access_token: Arc::new(secret_string(access_token)),
                token_secret: None,
                fields: BTreeMap::new(),
                is_sdk,
            },
        )
    }
}

/// Request for the address of the login page of an OAuth provider; created by [`Users::authorization_url`].
///
/// ```
/// # use backendless_local::Server;
/// # backendless_local::doc_example!(Server::builder().social_login("google", |_| None), |client, server| {
/// let url = client.users()
///     .authorization_url("google")
///     .map_field("given_name", "name")
///     .redirect_after_login("https://shop.example/welcome")
///     .await?;
/// # });
/// ```
pub type AuthorizationUrl = Request<String, AuthorizationUrlParameters>;

/// Parameters of [`AuthorizationUrl`].
#[derive(Clone)]
pub struct AuthorizationUrlParameters {
    provider: String,
    options: AuthorizationOptions,
}

/// Body of the request.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct AuthorizationOptions {
    fields_mapping: BTreeMap<String, String>,
    permissions: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_after_login_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_url_domain: Option<String>,
}

impl AuthorizationUrl {
    /// Stores the field `field` of the account at the provider in the column `column` of the user.
    ///
    /// ```
    /// # use backendless_local::Server;
    /// # backendless_local::doc_example!(Server::builder().social_login("google", |_| None), |client, server| {
    /// let url = client.users().authorization_url("google").map_field("given_name", "name").await?;
    /// # });
    /// ```
    pub fn map_field(mut self, field: impl Into<String>, column: impl Into<String>) -> Self {
        let fields = &mut self.parameters.options.fields_mapping;
        fields.insert(field.into(), column.into());
        self
    }

    /// Requests a permission of the account at the provider, which OAuth calls a scope. It can be set several times.
    ///
    /// ```
    /// # use backendless_local::Server;
    /// # backendless_local::doc_example!(Server::builder().social_login("google", |_| None), |client, server| {
    /// let url = client.users().authorization_url("google").permission("email").permission("profile").await?;
    /// # });
    /// ```
    pub fn permission(mut self, scope: impl Into<String>) -> Self {
        self.parameters.options.permissions.push(scope.into());
        self
    }

    /// Sets whether Backendless redirects the browser after the login. The default is that of the service.
    ///
    /// ```
    /// # use backendless_local::Server;
    /// # backendless_local::doc_example!(Server::builder().social_login("google", |_| None), |client, server| {
    /// let url = client.users().authorization_url("google").redirect(true).await?;
    /// # });
    /// ```
    pub fn redirect(mut self, redirect: bool) -> Self {
        self.parameters.options.redirect = Some(redirect);
        self
    }

    /// Sets the address to which Backendless redirects the browser after the login.
    ///
    /// ```
    /// # use backendless_local::Server;
    /// # backendless_local::doc_example!(Server::builder().social_login("google", |_| None), |client, server| {
    /// let url = client.users().authorization_url("google");
    /// let url = url.redirect_after_login("https://shop.example/welcome").await?;
    /// # });
    /// ```
    pub fn redirect_after_login(mut self, url: impl Into<String>) -> Self {
        self.parameters.options.redirect_after_login_url = Some(url.into());
        self
    }

    /// Sets the domain to which the provider redirects the browser. It must be a domain of the application.
    ///
    /// ```
    /// # use backendless_local::Server;
    /// # backendless_local::doc_example!(Server::builder().social_login("google", |_| None), |client, server| {
    /// let url = client.users().authorization_url("google").callback_domain("https://shop.example").await?;
    /// # });
    /// ```
    pub fn callback_domain(mut self, domain: impl Into<String>) -> Self {
        self.parameters.options.callback_url_domain = Some(domain.into());
        self
    }
}

impl sealed::Sendable<String> for AuthorizationUrlParameters {
    fn send(request: Request<String, Self>) -> RequestFuture<String> {
        let (client, parameters, settings) = request.into_parts();
        let request = raw::get_authorization_url(&parameters.provider, &parameters.options);
        // The service returns the address as text or as JSON.
        let request = request.map(|request| Prepared {
            reader: Reader::JsonOrText(JsonOrText {
                json: |json| serde_json::from_str(json),
                text: |text| Some(text.to_owned()),
                describe: decode::describe::<String>,
            }),
            ..request
        });
        Request::new(&client, request)
            .with_settings(settings)
            .into_future()
    }
}

/// Prints nothing but the name: the addresses and the fields are the caller's data.
impl fmt::Debug for AuthorizationUrlParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationUrl").finish_non_exhaustive()
    }
}

/// Request that logs a user in with an access token; created by [`Users::login_with_oauth`] and
/// [`Users::login_with_social_sdk`].
///
/// ```
/// # use backendless_local::Server;
/// # let google = |token: &str| (token == "ya29.a0").then(|| serde_json::json!({"id": "G-1"}));
/// # backendless_local::doc_example!(Server::builder().social_login("google", google), |client, server| {
/// let session = client.users().login_with_oauth("google", "ya29.a0").await?;
/// let client = session.into_client();
/// # });
/// ```
pub type SocialLogin = Request<Session, SocialLoginParameters>;

/// Parameters of [`SocialLogin`].
#[derive(Clone)]
pub struct SocialLoginParameters {
    provider: String,
    access_token: Arc<SecretString>,
    token_secret: Option<Arc<SecretString>>,
    fields: BTreeMap<String, String>,
    is_sdk: bool,
}

/// Body of the request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Credentials<'c> {
    access_token: &'c str,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token_secret: Option<&'c str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    fields_mapping: &'c BTreeMap<String, String>,
}

impl SocialLogin {
    /// Stores the field `field` of the account at the provider in the column `column` of the user.
    ///
    /// ```
    /// # use backendless_local::Server;
    /// # let google = |_: &str| Some(serde_json::json!({"id": "G-1", "given_name": "Ann"}));
    /// # backendless_local::doc_example!(Server::builder().social_login("google", google), |client, server| {
    /// let login = client.users().login_with_oauth("google", "ya29.a0").map_field("given_name", "name");
    /// assert_eq!(login.await?.user().name.as_deref(), Some("Ann"));
    /// # });
    /// ```
    pub fn map_field(mut self, field: impl Into<String>, column: impl Into<String>) -> Self {
        self.parameters.fields.insert(field.into(), column.into());
        self
    }

    /// Sets the secret of the access token, which a provider of OAuth 1 issues with it.
    ///
    /// ```
    /// # use backendless_local::Server;
    /// # let twitter = |_: &str| Some(serde_json::json!({"id": "T-1"}));
    /// # backendless_local::doc_example!(Server::builder().social_login("twitter", twitter), |client, server| {
    /// let session = client.users().login_with_oauth("twitter", "62-X7").token_secret("kd94hf").await?;
    /// # });
    /// ```
    pub fn token_secret(mut self, secret: impl Into<String>) -> Self {
        self.parameters.token_secret = Some(Arc::new(secret_string(secret.into())));
        self
    }
}

impl SocialLoginParameters {
    fn prepare(&self) -> Result<Prepared<LoggedIn>> {
        let request = match (self.is_sdk, &self.token_secret) {
            (false, _) => raw::login_with_o_auth(&self.provider, &())?,
            (true, None) => raw::login_with_social_sdk(&self.provider, &())?,
            (true, Some(_)) => {
                let problem =
                    "token_secret is set, but the login with the SDK of a social network has none";
                let error = Error::invalid_argument(problem);
                return Err(error.with_operation(&LOGIN_WITH_SOCIAL_SDK));
            }
        };
        let secret = self.token_secret.as_deref();
        let body = Credentials {
            access_token: self.access_token.expose_secret(),
            access_token_secret: secret.map(|secret| secret.expose_secret()),
            fields_mapping: &self.fields,
        };
        request.with_secret_json(&body, Arc::clone(&self.access_token))
    }
}

impl sealed::Sendable<Session> for SocialLoginParameters {
    fn send(request: Request<Session, Self>) -> RequestFuture<Session> {
        let (client, parameters, settings) = request.into_parts();
        open_session(&client, parameters.prepare())
            .with_settings(settings)
            .into_future()
    }
}

/// Prints nothing but the name: the rest is secret, or the caller's data.
impl fmt::Debug for SocialLoginParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SocialLogin").finish_non_exhaustive()
    }
}
