//! Objects with additional properties that are references.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::reference::Reference;

/// Object with additional properties that are references; created by [`with`].
#[derive(Clone, Serialize)]
pub struct With<'o, T: ?Sized> {
    #[serde(flatten)]
    object: &'o T,
    #[serde(flatten)]
    references: BTreeMap<String, Reference>,
}

/// Adds a property with a reference to an object that is not changed.
///
/// ```
/// use backendless::transaction::with;
/// # use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Item {
///     name: String,
/// }
///
/// # backendless_local::doc_example!(|client| {
/// # client.data::<backendless::Record>("Order").create(&serde_json::json!({"total": 1})).await?;
/// # client.data::<backendless::Record>("Item").create(&serde_json::json!({"name": "x", "order": "x"})).await?;
/// let items = client.data::<Item>("Item");
/// let mut transaction = client.transaction();
/// let order = transaction.create("Order", &serde_json::json!({"total": 20}));
/// let milk = Item { name: "milk".into() };
/// let item = transaction.create(&items, &with(&milk, "order", order.id()));
/// assert_eq!(transaction.commit().await?.get(&item)?.name, "milk");
/// # });
/// ```
pub fn with<T: Serialize + ?Sized>(
    object: &T,
    property: impl Into<String>,
    reference: Reference,
) -> With<'_, T> {
    With {
        object,
        references: [(property.into(), reference)].into(),
    }
}

impl<T: ?Sized> With<'_, T> {
    /// Adds another property with a reference.
    ///
    /// ```
    /// # use backendless::transaction::with;
    /// # backendless_local::doc_example!(|client| {
    /// # client.data::<backendless::Record>("Order").create(&serde_json::json!({"total": 1})).await?;
    /// # client.data::<backendless::Record>("Item").create(&serde_json::json!({"order": "x", "total": 1})).await?;
    /// # let item = serde_json::json!({});
    /// # let mut transaction = client.transaction();
    /// let order = transaction.create("Order", &serde_json::json!({"total": 20}));
    /// let item = with(&item, "order", order.id()).and("total", order.property("total"));
    /// transaction.create("Item", &item);
    /// transaction.commit().await?;
    /// # });
    /// ```
    #[must_use]
    pub fn and(mut self, property: impl Into<String>, reference: Reference) -> Self {
        self.references.insert(property.into(), reference);
        self
    }
}

/// Prints only the names of the references: the object is the caller's data.
impl<T: ?Sized> fmt::Debug for With<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("With")
            .field("references", &self.references)
            .finish_non_exhaustive()
    }
}
