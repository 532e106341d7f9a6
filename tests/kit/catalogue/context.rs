//! What a call sends, and what earlier calls returned.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use backendless::{Client, Record, Session, Table, Timestamp, User};
use serde_json::{Value, json};

/// The values that the calls of the catalogue send.
#[derive(Clone)]
pub struct Values {
    /// The e-mail address with which a user registers and logs in.
    pub login: String,
    /// The password of that user.
    pub password: String,
    /// The token of the logout, if no login succeeded.
    pub token: String,
    /// The text in rows, files, messages, e-mails, geo points, the cache and arguments.
    pub value: String,
}

impl Default for Values {
    /// Values with a login that was not used before.
    fn default() -> Self {
        Self {
            login: format!("user-{}@example.com", Timestamp::now().as_millis()),
            password: "pa55-w0rd".to_owned(),
            token: "TOKEN".to_owned(),
            value: "O'Hara".to_owned(),
        }
    }
}

/// The client and the values of a call. Contexts that come from one another share what their calls
/// returned.
#[derive(Clone)]
pub struct Context {
    /// The client that sends.
    pub client: Client,
    /// The values that are sent.
    pub values: Values,
    path: Vec<String>,
    returned: Arc<Mutex<Returned>>,
}

#[derive(Default)]
struct Returned {
    path_values: BTreeMap<&'static str, String>,
    session: Option<Arc<Session>>,
}

impl Context {
    /// The context of the first call.
    pub fn new(client: &Client, values: &Values) -> Self {
        let context = Self {
            client: client.clone(),
            values: values.clone(),
            path: Vec::new(),
            returned: Arc::default(),
        };
        // The user who registers is the one who restores the password.
        context.keep_path_value("identity", values.login.clone());
        context.keep_path_value("token", values.token.clone());
        context
    }

    /// The same context with these values for the parameters of the path.
    pub fn with_path(&self, path: Vec<String>) -> Self {
        Self {
            path,
            ..self.clone()
        }
    }

    /// The value of the nth parameter of the path.
    pub(super) fn path(&self, nth: usize) -> &str {
        &self.path[nth]
    }

    /// The text in rows, messages and the like.
    pub(super) fn value(&self) -> &str {
        &self.values.value
    }

    /// The value as a JSON object.
    pub(super) fn json(&self) -> Value {
        json!({"a": self.value()})
    }

    /// The table that the first parameter of the path names.
    pub(super) fn table(&self) -> Table<Record> {
        self.client.data(self.path(0))
    }

    /// A client with the token of the session, or with that of the values if there is none.
    pub(super) fn user(&self) -> Client {
        match &self.returned().session {
            Some(session) => session.client().clone(),
            None => self.client.with_user_token(self.values.token.as_str()),
        }
    }

    /// The value of the path parameter `name` that an earlier call kept.
    pub(super) fn path_value(&self, name: &str) -> Option<String> {
        self.returned().path_values.get(name).cloned()
    }

    /// Keeps a value of the path parameter `name` for later calls.
    pub(super) fn keep_path_value(&self, name: &'static str, value: String) {
        self.returned().path_values.insert(name, value);
    }

    /// Keeps the id of the user for later calls.
    pub(super) fn keep_user(&self, user: &User) {
        self.keep_path_value("user-id", user.object_id.clone());
    }

    /// Keeps the session for later calls.
    pub(super) fn keep_session(&self, session: Session) {
        self.keep_user(session.user());
        self.returned().session = Some(Arc::new(session));
    }

    fn returned(&self) -> MutexGuard<'_, Returned> {
        self.returned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
