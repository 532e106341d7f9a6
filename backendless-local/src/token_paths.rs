//! Paths of operations that contain a token, which no log and no message may have.

/// The path that the server sends to confirm an e-mail address, without the token.
pub(crate) const CONFIRMATION_PATH: &str = "/users/emailconfirmation";

/// The segment of the check of a user token.
pub(crate) const TOKEN_CHECK: &str = "isvalidusertoken";

/// Segments that precede a token.
pub(crate) const BEFORE_TOKEN: [&str; 2] = ["emailconfirmation", TOKEN_CHECK];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_of_a_confirmation_follows_a_known_segment() {
        let last = CONFIRMATION_PATH.rsplit('/').next().unwrap();
        assert!(BEFORE_TOKEN.contains(&last));
    }
}
