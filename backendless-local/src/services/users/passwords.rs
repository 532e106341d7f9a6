//! Password hashing with Argon2id, on a blocking thread of the runtime. Passwords are never stored,
//! logged or returned.
//!
//! 8 MiB and one pass are less than a production service should use, because test suites log in
//! hundreds of times.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::service_error::ServiceError;

const MEMORY_KIB: u32 = 8 * 1024;
const PASSES: u32 = 1;
const LANES: u32 = 1;

/// A hash that belongs to no user, with the same cost as the others.
static DUMMY: LazyLock<Option<String>> = LazyLock::new(|| hash_now("dummy password").ok());

pub(super) async fn hash(password: String) -> Result<String, ServiceError> {
    on_blocking_thread(move || hash_now(&password)).await?
}

/// Whether the password matches the hash. Without a hash the result is false and takes the same
/// time.
pub(super) async fn verify(password: String, hash: Option<String>) -> Result<bool, ServiceError> {
    on_blocking_thread(move || {
        let known = hash.is_some();
        let Some(hash) = hash.or_else(|| DUMMY.clone()) else {
            return Err(ServiceError::internal("cannot create the dummy hash"));
        };
        let hash = PasswordHash::new(&hash).map_err(ServiceError::internal)?;
        let matches = argon2()?
            .verify_password(password.as_bytes(), &hash)
            .is_ok();
        Ok(matches && known)
    })
    .await?
}

fn hash_now(password: &str) -> Result<String, ServiceError> {
    let hash: PasswordHash = argon2()?
        .hash_password(password.as_bytes())
        .map_err(ServiceError::internal)?;
    Ok(hash.to_string())
}

fn argon2() -> Result<Argon2<'static>, ServiceError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(ServiceError::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

async fn on_blocking_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ServiceError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(ServiceError::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_matches_its_hash() {
        let stored = hash("secret".to_owned()).await.unwrap();
        assert!(
            stored.starts_with("$argon2id$") && !stored.contains("secret"),
            "{stored}"
        );
        assert!(
            verify("secret".to_owned(), Some(stored.clone()))
                .await
                .unwrap()
        );
        assert!(!verify("Secret".to_owned(), Some(stored)).await.unwrap());
    }

    #[tokio::test]
    async fn no_password_matches_without_a_user() {
        assert!(!verify("dummy password".to_owned(), None).await.unwrap());
    }

    #[tokio::test]
    async fn equal_passwords_have_different_hashes() {
        let (a, b) = (
            hash("x".to_owned()).await.unwrap(),
            hash("x".to_owned()).await.unwrap(),
        );
        assert_ne!(a, b);
    }
}
