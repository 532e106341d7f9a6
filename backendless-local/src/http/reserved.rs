//! Names in paths that belong to operations of the service, and cannot be the name of a table, an
//! object, a file, a channel or a user. Without this check, `PUT /data/bulk/Person` would update an
//! object of a table `bulk`, and `POST /files/append/a.txt` would upload a file.
//!
//! The check compares decoded segments. The routes of operations that this server has match only
//! segments that are not encoded, so `/data/Person/coun%74` is rejected as well.

use crate::store::names::RESERVED_TABLES;

/// Names at one position of the paths of one service.
struct Position {
    service: &'static str,
    /// Index of the segment; the service is segment 0.
    index: usize,
    names: &'static [&'static str],
    /// The names with a route of their own, each with the number of segments of the route, or [`LONGER`].
    routes: &'static [(&'static str, usize)],
}

/// The length of a route that ends with the path of a file: any number of segments after the name.
const LONGER: usize = usize::MAX;

/// Names in paths of objects.
const OBJECTS: &[&str] = &[
    "bulk",
    "bulkupsert",
    "count",
    "data-grouping",
    "deep-save",
    "find",
    "first",
    "last",
    "permissions",
    "pk",
    "properties",
    "table-name",
    "upsert",
];

const POSITIONS: &[Position] = &[
    Position {
        service: "data",
        index: 1,
        names: RESERVED_TABLES,
        routes: &[
            ("bulk", 3),
            ("bulk", 4),
            ("bulkupsert", 3),
            ("data-grouping", 3),
            ("data-grouping", 4),
        ],
    },
    Position {
        service: "data",
        index: 2,
        names: OBJECTS,
        routes: &[
            ("count", 3),
            ("deep-save", 3),
            ("find", 3),
            ("permissions", 5),
            ("pk", 3),
            ("properties", 3),
            ("table-name", 3),
            ("upsert", 3),
        ],
    },
    Position {
        service: "files",
        index: 1,
        names: &["append", "binary", "copy", "move", "permissions", "rename"],
        routes: &[
            ("append", LONGER),
            ("binary", LONGER),
            ("copy", 2),
            // Directories may have these names.
            ("copy", LONGER),
            ("move", 2),
            ("move", LONGER),
            ("permissions", LONGER),
            ("rename", 2),
            ("rename", LONGER),
        ],
    },
    Position {
        service: "messaging",
        index: 1,
        names: &[
            "channels",
            "email",
            "push",
            "pushtemplates",
            "registrations",
        ],
        routes: &[
            ("channels", 3),
            ("email", 2),
            ("push", 3),
            ("pushtemplates", 3),
            ("registrations", 2),
            ("registrations", 3),
        ],
    },
    Position {
        service: "messaging",
        index: 2,
        names: &["subscribe"],
        routes: &[("subscribe", 3)],
    },
    Position {
        service: "users",
        index: 1,
        names: &[
            "assignRole",
            "createEmailConfirmationURL",
            "isvalidusertoken",
            "login",
            "logout",
            "oauth",
            "register",
            "resendconfirmation",
            "restorepassword",
            "role",
            "social",
            "unassignRole",
            "userclassprops",
            "userroles",
            "verifypassowrd",
            "verifypassword",
        ],
        routes: &[
            ("assignRole", 2),
            ("createEmailConfirmationURL", 3),
            ("isvalidusertoken", 3),
            ("login", 2),
            ("logout", 2),
            ("oauth", 4),
            ("register", 2),
            ("register", 3),
            ("resendconfirmation", 3),
            ("restorepassword", 3),
            ("role", 3),
            ("social", 4),
            ("social", 5),
            ("unassignRole", 2),
            ("userclassprops", 2),
            ("userroles", 2),
            ("userroles", 3),
            ("verifypassowrd", 2),
        ],
    },
];

/// Whether a path has a reserved name at a place where this server has no route for it. `raw` and
/// `decoded` are the segments after the app id and the key; empty segments are ignored.
pub(crate) fn is_reserved(raw: &[&str], decoded: &[String]) -> bool {
    let Some(service) = decoded.first() else {
        return false;
    };
    let all = raw;
    let segments: Vec<(&str, &str)> = raw
        .iter()
        .zip(decoded)
        .map(|(raw, decoded)| match service.as_str() {
            // An encoded `/` separates segments of the path of a file.
            "files" => (*raw, decoded.split('/').next().unwrap_or_default()),
            _ => (*raw, decoded.as_str()),
        })
        .filter(|(_, decoded)| !decoded.is_empty())
        .collect();
    POSITIONS.iter().any(|position| {
        let Some((raw, name)) = segments.get(position.index) else {
            return false;
        };
        // With an empty segment before the name, the router does not match the route.
        let is_literal = raw == name && all.get(position.index) == Some(raw);
        let mut routes = position.routes.iter();
        let has_route = is_literal
            && routes.any(|(route, length)| match *length {
                LONGER => route == raw && segments.len() > position.index + 1,
                length => route == raw && segments.len() == length,
            });
        *service == position.service && position.names.contains(name) && !has_route
    })
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;

    use super::is_reserved;

    fn check(path: &str) -> bool {
        let raw: Vec<&str> = path.split('/').skip(1).collect();
        let decode = |text: &&str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
        let decoded: Vec<String> = raw.iter().map(decode).collect();
        is_reserved(&raw, &decoded)
    }

    #[test]
    fn names_of_operations_are_reserved() {
        for path in [
            "/data/bulk",
            "/data/%62ulk",
            "/data/bulk/Person/delete/x",
            "/data/bulkupsert",
            "/data/bulkupsert/Person/x",
            "/data/Person/upsert/x",
            "/data/Person/%75psert",
            "/data/Person/coun%74",
            "/data/Person/properties/x",
            "/data/Person/deep-save/x",
            "/data/data-grouping",
            "/data/data-grouping/Person/count/x",
            "/data/Person/first",
            "/data/Person/l%61st",
            "/data/find",
            "/files//copy",
            "/files/append",
            "/files/append/",
            "/files//append/a.txt",
            "/files/append%2Fa.txt",
            "/files/%61ppend/a.txt",
            "/messaging/push",
            "/messaging/email/x",
            "/messaging/pushtemplates",
            "/messaging/news/%73ubscribe",
            "/users/role",
            "/users/restorepassword",
            "/users/logi%6E",
        ] {
            assert!(check(path), "{path}");
        }
    }

    #[test]
    fn other_names_and_routes_are_not_reserved() {
        for path in [
            "/data/Bulk",
            "/data/bulky",
            "/data/first",
            "/data/first/A-1",
            "/data/Person/Upsert",
            "/data/Person/count",
            "/data/Person/find",
            "/data/Person/upsert",
            "/data/Person/deep-save",
            "/data/Person/pk",
            "/data/Person/properties",
            "/data/42/table-name",
            "/data/data-grouping/Person",
            "/data/data-grouping/Person/count",
            "/data/bulk/Person",
            "/data/bulk/Person/delete",
            "/data/bulkupsert/Person",
            "/data/Person/permissions/GRANT/A-1",
            "/files/append/a.txt",
            "/files/append/binary/docs/a.txt",
            "/files/copy",
            "/files/copy/a.txt",
            "/files/docs/copy",
            "/files/bulk",
            "/messaging/email",
            "/messaging/pushtemplates/IOS",
            "/messaging/registrations",
            "/messaging/news/push",
            "/messaging/news/subscribe",
            "/users/assignRole",
            "/users/login",
            "/users/restorepassword/login",
            "/cache/bulk",
            "/counters/find",
            "/services/upsert/copy",
        ] {
            assert!(!check(path), "{path}");
        }
    }
}
