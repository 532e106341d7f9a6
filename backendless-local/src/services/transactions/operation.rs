//! The operations of a transaction, as they are sent.

use std::collections::HashSet;

use serde_json::Value;

use crate::service_error::{ServiceError, code};
use crate::services::fields;
use crate::services::users;
use crate::text::shorten;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OperationType {
    Create,
    CreateBulk,
    Update,
    UpdateBulk,
    Delete,
    DeleteBulk,
    Upsert,
    UpsertBulk,
    Find,
    AddRelation,
    SetRelation,
    DeleteRelation,
}

impl OperationType {
    const ALL: [(&'static str, OperationType); 12] = [
        ("CREATE", OperationType::Create),
        ("CREATE_BULK", OperationType::CreateBulk),
        ("UPDATE", OperationType::Update),
        ("UPDATE_BULK", OperationType::UpdateBulk),
        ("DELETE", OperationType::Delete),
        ("DELETE_BULK", OperationType::DeleteBulk),
        ("UPSERT", OperationType::Upsert),
        ("UPSERT_BULK", OperationType::UpsertBulk),
        ("FIND", OperationType::Find),
        ("ADD_RELATION", OperationType::AddRelation),
        ("SET_RELATION", OperationType::SetRelation),
        ("DELETE_RELATION", OperationType::DeleteRelation),
    ];

    /// Whether the operation cannot be one of users: each of them has an identity and credentials of its own.
    fn is_unsupported_of_users(self, payload: &Value) -> bool {
        match self {
            OperationType::Upsert | OperationType::UpsertBulk => true,
            OperationType::UpdateBulk | OperationType::DeleteBulk => payload
                .get("conditional")
                .is_some_and(|clause| !clause.is_null()),
            _ => false,
        }
    }

    pub(super) fn name(self) -> &'static str {
        let mut all = OperationType::ALL.iter();
        all.find(|(_, ty)| *ty == self)
            .map_or("", |(name, _)| *name)
    }
}

#[derive(Debug)]
pub(super) struct Operation {
    pub(super) ty: OperationType,
    pub(super) table: String,
    /// The id of its result; `None` if the result is not returned.
    pub(super) id: Option<String>,
    pub(super) payload: Value,
}

impl Operation {
    pub(super) fn parse(sent: &Value) -> Result<Operation, ServiceError> {
        let Value::Object(fields) = sent else {
            let why = "an operation is not a JSON object";
            return Err(ServiceError::new(code::INVALID_VALUE, why));
        };
        let missing = |name: &str| {
            let why = format!("'{name}' of an operation is missing");
            ServiceError::new(code::MISSING_PARAMETER, why)
        };
        let names = OperationType::ALL.map(|(name, _)| name);
        let name = fields::one_of(fields, "operationType", &names)?;
        let name = name.ok_or_else(|| missing("operationType"))?;
        let ty = OperationType::ALL.iter().find(|(known, _)| *known == name);
        let (_, ty) = ty.ok_or_else(|| missing("operationType"))?;
        let table = fields::text(fields, "table")?.ok_or_else(|| missing("table"))?;
        let payload = fields.get("payload").cloned().unwrap_or_default();
        if table == users::TABLE && ty.is_unsupported_of_users(&payload) {
            let what = format!(
                "the operation {name} of the table of users, by a condition or as an upsert, in a transaction"
            );
            return Err(ServiceError::not_implemented(what));
        }
        Ok(Operation {
            ty: *ty,
            table: table.to_owned(),
            id: fields::text(fields, "opResultId")?.map(str::to_owned),
            payload,
        })
    }
}

/// Rejects two operations with the same id.
pub(super) fn check_ids(operations: &[Operation]) -> Result<(), ServiceError> {
    let mut taken = HashSet::new();
    for id in operations
        .iter()
        .filter_map(|operation| operation.id.as_deref())
    {
        if !taken.insert(id) {
            let why = format!("two operations have the opResultId '{}'", shorten(id));
            return Err(ServiceError::new(code::INVALID_VALUE, why));
        }
    }
    Ok(())
}
