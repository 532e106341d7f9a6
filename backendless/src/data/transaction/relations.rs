//! Changes of relations as operations of a transaction.

use serde::Serialize;

use super::rows::SelectionBody;
use super::{OperationRef, RowId, RowSelection, Transaction, TransactionTable};

impl Transaction {
    /// Adds a change of a relation: the row `parent` of `table` is related to `children` and to no others in the relation
    /// `column`, which must exist. Its result is the number of children that were not related before.
    ///
    /// ```
    /// # use backendless::Record;
    /// # backendless_local::doc_example!(|client| {
    /// # let people = client.data::<Record>("Person");
    /// # let bob = people.create(&serde_json::json!({"name": "Bob"})).await?;
    /// # people.relation::<Record>(&bob.object_id, "friends:Person:n").set([""; 0]).await?;
    /// let mut transaction = client.transaction();
    /// let eve = transaction.create(&people, &serde_json::json!({"name": "Eve"}));
    /// transaction.set_relation(&people, &bob.object_id, "friends", [eve.id()]);
    /// transaction.commit().await?;
    /// assert_eq!(people.relation::<Record>(&bob.object_id, "friends").find().await?[0]["name"], "Eve");
    /// # });
    /// ```
    pub fn set_relation<N: TransactionTable>(
        &mut self,
        table: N,
        parent: impl Into<RowId>,
        column: &str,
        children: impl Into<RowSelection>,
    ) -> OperationRef<u64> {
        self.relate("SET_RELATION", &table, parent, column, children)
    }

    /// Adds a change of a relation: the row `parent` of `table` is related to `children` as well. Otherwise the same as
    /// [`set_relation`](Self::set_relation).
    ///
    /// ```
    /// # use backendless::Record;
    /// # backendless_local::doc_example!(|client| {
    /// # let people = client.data::<Record>("Person");
    /// # let bob = people.create(&serde_json::json!({"name": "Bob"})).await?;
    /// # let eve = people.create(&serde_json::json!({"name": "Eve"})).await?;
    /// # people.relation::<Record>(&bob.object_id, "friends:Person:n").set([""; 0]).await?;
    /// let mut transaction = client.transaction();
    /// let number = transaction.add_relation(&people, &bob.object_id, "friends", [&eve.object_id]);
    /// assert_eq!(transaction.commit().await?.get(&number)?, 1);
    /// assert_eq!(people.relation::<Record>(&bob.object_id, "friends").find().await?.len(), 1);
    /// # });
    /// ```
    pub fn add_relation<N: TransactionTable>(
        &mut self,
        table: N,
        parent: impl Into<RowId>,
        column: &str,
        children: impl Into<RowSelection>,
    ) -> OperationRef<u64> {
        self.relate("ADD_RELATION", &table, parent, column, children)
    }

    /// Adds a change of a relation: the relations of the row `parent` of `table` to `children` are removed. Its result is the
    /// number of children that were related. Otherwise the same as [`set_relation`](Self::set_relation).
    ///
    /// ```
    /// # use backendless::Record;
    /// # backendless_local::doc_example!(|client| {
    /// # let people = client.data::<Record>("Person");
    /// # let bob = people.create(&serde_json::json!({"name": "Bob"})).await?;
    /// # let eve = people.create(&serde_json::json!({"name": "Eve"})).await?;
    /// # people.relation::<Record>(&bob.object_id, "friends:Person:n").set([&eve.object_id]).await?;
    /// let mut transaction = client.transaction();
    /// let number = transaction.remove_relation(&people, &bob.object_id, "friends", [&eve.object_id]);
    /// assert_eq!(transaction.commit().await?.get(&number)?, 1);
    /// assert_eq!(people.relation::<Record>(&bob.object_id, "friends").find().await?.len(), 0);
    /// # });
    /// ```
    pub fn remove_relation<N: TransactionTable>(
        &mut self,
        table: N,
        parent: impl Into<RowId>,
        column: &str,
        children: impl Into<RowSelection>,
    ) -> OperationRef<u64> {
        self.relate("DELETE_RELATION", &table, parent, column, children)
    }

    fn relate<N: TransactionTable>(
        &mut self,
        operation_type: &'static str,
        table: &N,
        parent: impl Into<RowId>,
        column: &str,
        children: impl Into<RowSelection>,
    ) -> OperationRef<u64> {
        #[derive(Serialize)]
        struct Relate<'a> {
            #[serde(rename = "parentObject")]
            parent: RowId,
            #[serde(rename = "relationColumn")]
            column: &'a str,
            #[serde(flatten)]
            children: SelectionBody,
        }
        let (parent, children) = (parent.into(), children.into());
        let payload = children.body().map(|children| Relate {
            parent,
            column,
            children,
        });
        self.add_checked(operation_type, table, payload)
    }
}
