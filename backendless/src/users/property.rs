//! Description of a property of users.

use serde::Deserialize;

/// Property that a user can have; returned by [`Users::describe`](super::Users::describe).
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// let properties = client.users().describe().await?;
/// let identity = properties.iter().find(|property| property.is_identity);
/// assert_eq!(identity.map(|property| property.name.as_str()), Some("email"));
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct UserProperty {
    /// The name of the column of the table `Users`.
    pub name: String,
    /// The type as the service names it, such as `STRING`, `INT` or `DATETIME`; `None` if the service does not return it.
    #[serde(rename = "type", default)]
    pub data_type: Option<String>,
    /// Whether a registration must contain it.
    #[serde(rename = "required", default)]
    pub is_required: bool,
    /// Whether users log in with it.
    #[serde(rename = "identity", default)]
    pub is_identity: bool,
}
