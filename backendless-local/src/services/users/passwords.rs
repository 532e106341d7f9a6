//! Password hashing with Argon2id, on a blocking thread of the runtime. Passwords are never stored,
//! logged or returned.
//!
//! 8 MiB and one pass are less than a production service should use, because test suites log in
//! hundreds of times.

use std::sync::{Condvar, LazyLock, Mutex, PoisonError};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};

use crate::service_error::ServiceError;

const MEMORY_KIB: u32 = 8 * 1024;
const PASSES: u32 = 1;
const LANES: u32 = 1;

/// Maximum number of hashes computed at the same time in this process, by all servers together.
/// More would compete for the same processors.
const MAX_CONCURRENT: usize = 4;

/// The memory of all hashes in this process: at most 4 times 8 MiB, which is never freed.
static MEMORY: MemoryPool = MemoryPool::new(MAX_CONCURRENT);

/// A hash that belongs to no user, with the same cost as the others.
static DUMMY: LazyLock<Option<String>> = LazyLock::new(|| hash_now("dummy password").ok());

/// The memory blocks in which hashes are computed. They are reused: a block of 8 MiB that is
/// allocated for each hash stays with the allocator of each thread.
struct MemoryPool {
    state: Mutex<PoolState>,
    returned: Condvar,
    max: usize,
}

struct PoolState {
    idle: Vec<Vec<Block>>,
    allocated: usize,
}

impl MemoryPool {
    const fn new(max: usize) -> MemoryPool {
        MemoryPool {
            state: Mutex::new(PoolState {
                idle: Vec::new(),
                allocated: 0,
            }),
            returned: Condvar::new(),
            max,
        }
    }

    /// Runs a task with memory for this number of blocks. Waits while all memory is in use.
    fn with_blocks<T>(&self, count: usize, task: impl FnOnce(&mut [Block]) -> T) -> T {
        let mut lease = Lease {
            pool: self,
            blocks: self.take(),
        };
        lease.blocks.resize(count, Block::new());
        task(&mut lease.blocks)
    }

    fn take(&self) -> Vec<Block> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(blocks) = state.idle.pop() {
                return blocks;
            }
            if state.allocated < self.max {
                state.allocated += 1;
                return Vec::new();
            }
            state = self
                .returned
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Memory in use, which returns to the pool when dropped, after a panic too.
struct Lease<'p> {
    pool: &'p MemoryPool,
    blocks: Vec<Block>,
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let mut state = self
            .pool
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        state.idle.push(std::mem::take(&mut self.blocks));
        drop(state);
        self.pool.returned.notify_one();
    }
}

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
        Ok(matches(&password, &hash)? && known)
    })
    .await?
}

/// Computes a hash on this thread.
pub(super) fn hash_now(password: &str) -> Result<String, ServiceError> {
    let params = params()?;
    let salt = Salt::generate();
    let output = compute(password, &salt)?;
    let hash = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).map_err(ServiceError::internal)?,
        salt: Some(salt),
        hash: Some(output),
    };
    Ok(hash.to_string())
}

/// Whether a text is a hash that this server can compare.
pub(crate) fn is_password_hash(text: &str) -> bool {
    parse(text).is_ok_and(|stored| stored.salt.is_some() && stored.hash.is_some())
}

fn matches(password: &str, stored: &str) -> Result<bool, ServiceError> {
    let stored = parse(stored)?;
    let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
        return Err(ServiceError::internal(
            "a stored password hash is incomplete",
        ));
    };
    // The comparison takes the same time wherever the hashes differ.
    Ok(compute(password, salt)? == *expected)
}

/// Parses a stored hash and checks its parameters.
fn parse(stored: &str) -> Result<PasswordHash, ServiceError> {
    let stored = PasswordHash::new(stored).map_err(ServiceError::internal)?;
    let cost = Params::try_from(&stored).map_err(ServiceError::internal)?;
    let cost = (cost.m_cost(), cost.t_cost(), cost.p_cost());
    // The database may have been edited: another cost could need any amount of memory and time.
    if stored.algorithm != ARGON2ID_IDENT || cost != (MEMORY_KIB, PASSES, LANES) {
        let problem = "a stored password hash has parameters that this server does not write";
        return Err(ServiceError::internal(problem));
    }
    Ok(stored)
}

fn compute(password: &str, salt: &Salt) -> Result<Output, ServiceError> {
    let params = params()?;
    let blocks = params.block_count();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut bytes = [0; Params::DEFAULT_OUTPUT_LEN];
    MEMORY
        .with_blocks(blocks, |memory| {
            argon2.hash_password_into_with_memory(password.as_bytes(), salt, &mut bytes, memory)
        })
        .map_err(ServiceError::internal)?;
    Output::new(&bytes).map_err(ServiceError::internal)
}

fn params() -> Result<Params, ServiceError> {
    Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(ServiceError::internal)
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

    #[test]
    fn memory_is_reused_and_bounded() {
        let pool = MemoryPool::new(2);
        let running = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        pool.with_blocks(4, |blocks| {
                            use std::sync::atomic::Ordering::SeqCst;
                            assert_eq!(blocks.len(), 4);
                            assert!(running.fetch_add(1, SeqCst) < 2);
                            std::thread::yield_now();
                            running.fetch_sub(1, SeqCst);
                        });
                    }
                });
            }
        });
        let state = pool.state.into_inner().unwrap();
        assert!(state.allocated <= 2, "{}", state.allocated);
        assert_eq!(state.idle.len(), state.allocated);
    }

    #[test]
    fn hashes_use_the_memory_of_the_pool() {
        for _ in 0..20 {
            assert!(matches("x", &hash_now("x").unwrap()).unwrap());
        }
        let state = MEMORY.state.lock().unwrap();
        assert!((1..=MAX_CONCURRENT).contains(&state.allocated));
        assert!(
            state
                .idle
                .iter()
                .all(|blocks| blocks.len() == MEMORY_KIB as usize)
        );
    }

    /// A hash of an earlier version of this server, which Argon2's own functions created.
    #[test]
    fn hash_has_the_standard_format() {
        use argon2::password_hash::{PasswordHasher, PasswordVerifier};
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params().unwrap());
        let earlier: PasswordHash = argon2.hash_password(b"x").unwrap();
        assert!(matches("x", &earlier.to_string()).unwrap());
        assert!(!matches("y", &earlier.to_string()).unwrap());
        let hash = hash_now("x").unwrap();
        let hash = PasswordHash::new(&hash).unwrap();
        assert!(argon2.verify_password(b"x", &hash).is_ok());
    }

    #[test]
    fn stored_hash_with_another_cost_is_rejected() {
        let hash = hash_now("x").unwrap();
        for other in ["m=1048576,t=1,p=1", "m=8192,t=4000,p=1", "m=8192,t=1,p=2"] {
            let edited = hash.replace("m=8192,t=1,p=1", other);
            assert_ne!(edited, hash);
            assert!(matches("x", &edited).is_err(), "{other}");
        }
        assert!(matches("x", &hash.replace("argon2id", "argon2d")).is_err());
    }
}
