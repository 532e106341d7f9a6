//! Operation of transactions.

use backendless::operations::*;
use serde_json::json;

use super::call::call;
use super::{Context, Entry, ResponseBody, object};

pub(super) fn execute() -> Entry {
    Entry::new(
        &EXECUTE_TRANSACTION,
        &[],
        call!(|context| transaction(context).commit()),
        ResponseBody::Required,
        |values| {
            json!({
                "success": true,
                "error": null,
                "results": {"operation1": {"operationType": "CREATE", "result": object(values)}},
            })
        },
    )
}

fn transaction(context: &Context) -> backendless::transaction::Transaction {
    let mut transaction = context.client.transaction();
    let created = transaction.create("Catalogue", &json!({"name": context.value()}));
    transaction.update("Catalogue", &created, &json!({"city": context.value()}));
    transaction
}
