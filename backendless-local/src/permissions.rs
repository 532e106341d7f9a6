//! Permissions of tables: which roles and owners may create, read, change and delete rows. `services::access` enforces them,
//! together with the permissions of single objects.

use std::collections::BTreeMap;

/// Operation on rows that permissions allow or deny.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// Creating a row.
    Create,
    /// Reading a row.
    Find,
    /// Updating a row.
    Update,
    /// Deleting a row.
    Remove,
    /// Changing the permissions of a row. If it is denied in all tables, clients cannot change those of files either.
    Permission,
}

/// Permissions of tables, which [`Builder::permissions`](crate::Builder::permissions) sets. Everything is allowed that is
/// not denied.
///
/// The first of these that has a permission decides. If several roles at the same place have one, a denial decides.
///
/// 1. the object, for the user who sends the request, then for all users
/// 2. the object, for roles of the application
/// 3. the table, for roles of the application
/// 4. the owner of the object, the user who created it
/// 5. the object, for system roles, then for all roles
/// 6. the table, for system roles
/// 7. all tables, for roles of the application
/// 8. all tables, for system roles
///
/// Clients set the permissions of objects. The order is that of the service, in its
/// [documentation](https://backendless.com/docs/js/data_security.html) and its
/// [knowledge base](http://support.backendless.com/knowledge-base/article/securing-access-to-backendless-data).
///
/// ```
/// use backendless_local::{Operation, Permissions};
///
/// // Each user reads and changes only its own entries.
/// let rows = [Operation::Find, Operation::Update, Operation::Remove];
/// let permissions = Permissions::new()
///     .deny("Diary", "NotAuthenticatedUser", rows)
///     .deny("Diary", "AuthenticatedUser", rows)
///     .grant_owner("Diary", rows);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Permissions(BTreeMap<(Scope, Operation), bool>);

/// What a permission applies to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Scope {
    /// A role, in one table.
    Table { table: String, role: String },
    /// The owner of an object, in one table.
    Owner { table: String },
    /// A role, in all tables.
    Global { role: String },
}

impl Permissions {
    /// Returns permissions that deny nothing.
    pub fn new() -> Permissions {
        Permissions::default()
    }

    /// Allows a role operations in a table. A later permission of the same role replaces an earlier one.
    pub fn grant(
        self,
        table: &str,
        role: &str,
        operations: impl IntoIterator<Item = Operation>,
    ) -> Permissions {
        self.with(of_table(table, role), operations, true)
    }

    /// Denies a role operations in a table.
    pub fn deny(
        self,
        table: &str,
        role: &str,
        operations: impl IntoIterator<Item = Operation>,
    ) -> Permissions {
        self.with(of_table(table, role), operations, false)
    }

    /// Allows the owners of the objects of a table operations on them.
    pub fn grant_owner(
        self,
        table: &str,
        operations: impl IntoIterator<Item = Operation>,
    ) -> Permissions {
        self.with(of_owner(table), operations, true)
    }

    /// Denies the owners of the objects of a table operations on them.
    pub fn deny_owner(
        self,
        table: &str,
        operations: impl IntoIterator<Item = Operation>,
    ) -> Permissions {
        self.with(of_owner(table), operations, false)
    }

    /// Allows a role operations in all tables.
    pub fn grant_globally(
        self,
        role: &str,
        operations: impl IntoIterator<Item = Operation>,
    ) -> Permissions {
        self.with(of_role(role), operations, true)
    }

    /// Denies a role operations in all tables.
    pub fn deny_globally(
        self,
        role: &str,
        operations: impl IntoIterator<Item = Operation>,
    ) -> Permissions {
        self.with(of_role(role), operations, false)
    }

    fn with(
        mut self,
        scope: Scope,
        operations: impl IntoIterator<Item = Operation>,
        allowed: bool,
    ) -> Permissions {
        for operation in operations {
            self.0.insert((scope.clone(), operation), allowed);
        }
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the permission of roles in a table.
    pub(crate) fn of_table(
        &self,
        table: &str,
        roles: &[String],
        operation: Operation,
    ) -> Option<bool> {
        self.of_any(roles.iter().map(|role| of_table(table, role)), operation)
    }

    /// Returns the permission of roles in all tables.
    pub(crate) fn of_all_tables(&self, roles: &[String], operation: Operation) -> Option<bool> {
        self.of_any(roles.iter().map(|role| of_role(role)), operation)
    }

    /// Returns the permission of the owners of the objects of a table.
    pub(crate) fn of_owner(&self, table: &str, operation: Operation) -> Option<bool> {
        self.of_any([of_owner(table)], operation)
    }

    /// Of several permissions, a denial decides.
    fn of_any(
        &self,
        scopes: impl IntoIterator<Item = Scope>,
        operation: Operation,
    ) -> Option<bool> {
        let found = scopes
            .into_iter()
            .filter_map(|scope| self.0.get(&(scope, operation)));
        found.copied().min()
    }
}

fn of_table(table: &str, role: &str) -> Scope {
    let (table, role) = (table.to_owned(), role.to_owned());
    Scope::Table { table, role }
}

fn of_owner(table: &str) -> Scope {
    let table = table.to_owned();
    Scope::Owner { table }
}

fn of_role(role: &str) -> Scope {
    let role = role.to_owned();
    Scope::Global { role }
}
