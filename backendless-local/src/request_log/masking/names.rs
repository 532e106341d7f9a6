//! Names of properties, headers and parameters whose values are secrets.

/// Parts of such names, in lower case and without `-`, `_` and `.`.
const PARTS: [&str; 14] = [
    "accesskey",
    "apikey",
    "authorization",
    "cookie",
    "credential",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "secret",
    "sessionid",
    "signature",
    "token",
];

/// Words of such names, which are parts of other words as well: `pin` is in `shipping`.
const WORDS: [&str; 6] = ["auth", "jwt", "otp", "pass", "pin", "session"];

pub(in crate::request_log) fn is_sensitive(name: &str) -> bool {
    let joined: String = name
        .chars()
        .filter(|c| !matches!(c, '-' | '_' | '.'))
        .flat_map(char::to_lowercase)
        .collect();
    PARTS.iter().any(|part| joined.contains(part)) || words(name).any(|word| is_word(&word))
}

/// Parameters and properties that are a clause or have expressions, in lower case.
const CLAUSES: [&str; 8] = [
    "conditional",
    "groupby",
    "having",
    "property",
    "props",
    "sortby",
    "where",
    "whereclause",
];

/// Whether the value of a parameter or a property is a clause.
pub(super) fn is_clause(name: &str) -> bool {
    CLAUSES.iter().any(|other| name.eq_ignore_ascii_case(other))
}

fn is_word(word: &str) -> bool {
    WORDS.iter().any(|other| word.eq_ignore_ascii_case(other))
}

/// Splits a name such as `user_pin`, `userPin`, `PINCode` or `pin2`.
fn words(name: &str) -> impl Iterator<Item = String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (at, &c) in chars.iter().enumerate() {
        let is_before_lower = chars.get(at + 1).is_some_and(|next| next.is_lowercase());
        let is_behind_lower = at > 0 && chars[at - 1].is_lowercase();
        if !c.is_alphabetic() || (c.is_uppercase() && (is_before_lower || is_behind_lower)) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphabetic()) {
            word.push(c);
        }
    }
    words.into_iter()
}

#[cfg(test)]
mod tests {
    use super::is_sensitive;

    #[test]
    fn names_of_secrets_are_sensitive() {
        for name in [
            "password",
            "oldPassword",
            "user-token",
            "X-API-Key",
            "access_token",
            "pwd",
            "userpwd",
            "pass",
            "userPass",
            "passphrase",
            "pin",
            "PIN",
            "userPin",
            "PINCode",
            "pin_2",
            "privateKey",
            "access_key",
            "accessKeyId",
            "signature",
            "x-signature",
            "sessionId",
            "X-Session",
            "X-Auth",
            "jwt",
            "user.password",
        ] {
            assert!(is_sensitive(name), "{name}");
        }
        for name in [
            "",
            "author",
            "shipping",
            "opinion",
            "passenger",
            "bypass",
            "Pinned",
            "key",
            "name",
            "sign",
            "possession",
        ] {
            assert!(!is_sensitive(name), "{name}");
        }
    }
}
