//! Passwords: hashed with Argon2id, in a thread where the work holds nobody up. A password is
//! never stored, logged or answered.
//!
//! 8 MiB and one pass is less than a production service should spend, and enough that nobody reads
//! passwords out of a development database: a test suite logs in hundreds of times.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::http::reply::Failure;

const MEMORY_KIB: u32 = 8 * 1024;
const PASSES: u32 = 1;
const LANES: u32 = 1;

/// A hash of no user's password, of the same cost as a real one.
static DUMMY: LazyLock<Option<String>> = LazyLock::new(|| hash_now("no user's password").ok());

pub(super) async fn hash(password: String) -> Result<String, Failure> {
    off_the_reactor(move || hash_now(&password)).await?
}

/// Whether it is the password of this hash. Without a hash it is not, which takes as long to say.
pub(super) async fn verify(password: String, hash: Option<String>) -> Result<bool, Failure> {
    off_the_reactor(move || {
        let known = hash.is_some();
        let Some(hash) = hash.or_else(|| DUMMY.clone()) else {
            return Err(Failure::internal("no dummy hash"));
        };
        let hash = PasswordHash::new(&hash).map_err(Failure::internal)?;
        let right = argon2()?
            .verify_password(password.as_bytes(), &hash)
            .is_ok();
        Ok(right && known)
    })
    .await?
}

fn hash_now(password: &str) -> Result<String, Failure> {
    let hash: PasswordHash = argon2()?
        .hash_password(password.as_bytes())
        .map_err(Failure::internal)?;
    Ok(hash.to_string())
}

fn argon2() -> Result<Argon2<'static>, Failure> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(Failure::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

async fn off_the_reactor<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Failure::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_verified_against_its_hash_only() {
        let stored = hash("geheim".to_owned()).await.unwrap();
        assert!(
            stored.starts_with("$argon2id$") && !stored.contains("geheim"),
            "{stored}"
        );
        assert!(
            verify("geheim".to_owned(), Some(stored.clone()))
                .await
                .unwrap()
        );
        assert!(!verify("Geheim".to_owned(), Some(stored)).await.unwrap());
    }

    #[tokio::test]
    async fn without_a_user_no_password_is_right() {
        assert!(!verify("no user's password".to_owned(), None).await.unwrap());
    }

    #[tokio::test]
    async fn the_same_password_has_another_hash_each_time() {
        let (a, b) = (
            hash("x".to_owned()).await.unwrap(),
            hash("x".to_owned()).await.unwrap(),
        );
        assert_ne!(a, b);
    }
}
