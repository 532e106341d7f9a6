//! Fingerprints of secrets: which parts of a secret are searched for, and the secrets that a client used recently.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{LazyLock, Mutex, PoisonError};

use zeroize::Zeroizing;

/// Length of a part of a secret that is recognized on its own, in characters, if it consists of several classes.
const MIXED_PART: usize = 12;
/// Length of a part that is recognized whatever it consists of.
const ANY_PART: usize = 16;
/// Minimum length of a secret that is searched for.
const MIN_LENGTH: usize = 10;
/// Minimum number of different characters.
const MIN_DIFFERENT: usize = 6;
/// Maximum number of characters of a secret whose parts are searched for: more than a header can have at most servers. It
/// limits the work that a long password or token causes.
const MAX_LENGTH: usize = 8 * 1024;
/// The number of secrets that a client remembers after the request that used them.
const MAX_RECENT: usize = 64;

/// Returns whether `secret` can be recognized in a text: an ordinary text does not contain it by chance.
///
/// The first 16 characters decide. There are 16 of them, or at least 10 of two classes (letters, digits, symbols); and at
/// least 6 are different. Generated ids, keys and tokens fulfil this; `password`, `letmein` and `12345678` do not.
pub(crate) fn is_distinctive(secret: &str) -> bool {
    is_distinctive_part(&start_of(secret, ANY_PART))
}

/// The first characters of `secret`, folded, in memory that does not grow and is wiped.
fn start_of(secret: &str, max_length: usize) -> Zeroizing<Vec<char>> {
    let mut start = Zeroizing::new(Vec::with_capacity(secret.len().min(max_length)));
    start.extend(folded(secret).take(max_length));
    start
}

fn is_distinctive_part(part: &[char]) -> bool {
    if part.len() < MIN_LENGTH {
        return false;
    }
    let has = |class: fn(char) -> bool| usize::from(part.iter().copied().any(class));
    let classes = has(char::is_alphabetic) + has(char::is_numeric) + has(is_symbol);
    if part.len() < ANY_PART && classes < 2 {
        return false;
    }
    let mut different = 0;
    for (index, character) in part.iter().enumerate() {
        different += usize::from(!part[..index].contains(character));
    }
    different >= MIN_DIFFERENT
}

/// White space is not a symbol: otherwise a phrase of two common words would consist of two classes.
fn is_symbol(character: char) -> bool {
    !character.is_alphanumeric() && !character.is_whitespace()
}

/// The characters of `text`, without the differences that a service may introduce: upper and lower case, and white space,
/// which a form writes as `+`.
pub(super) fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|character| match character {
        '+' => ' ',
        _ if character.is_whitespace() => ' ',
        _ => character.to_lowercase().next().unwrap_or(character),
    })
}

/// Fingerprint of a part of a secret. It does not contain the secret.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Fingerprint {
    length: usize,
    hash: u64,
}

/// Polynomial hash whose base is random in each process. The hash of the next part of a text takes constant time.
fn hash(part: &[char]) -> u64 {
    part.iter().fold(0, |hash, &next| append(hash, next))
}

fn append(hash: u64, next: char) -> u64 {
    hash.wrapping_mul(base())
        .wrapping_add(u64::from(u32::from(next)) + 1)
}

fn base() -> u64 {
    static BASE: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0) | 1);
    *BASE
}

/// Fingerprints of the parts of several secrets, by the length of the parts.
#[derive(Default)]
pub(super) struct Fingerprints(HashMap<usize, HashSet<u64>>);

impl Fingerprints {
    /// Adds the parts of `secret`, in this one form.
    pub(super) fn add(&mut self, secret: &str) {
        let secret = start_of(secret, MAX_LENGTH);
        for length in [MIXED_PART, ANY_PART, secret.len().min(ANY_PART)] {
            for part in secret.windows(length.max(1)) {
                if is_distinctive_part(part) {
                    self.0.entry(length).or_default().insert(hash(part));
                }
            }
        }
    }

    fn add_fingerprint(&mut self, Fingerprint { length, hash }: Fingerprint) {
        self.0.entry(length).or_default().insert(hash);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether `text` contains one of the parts. Adds the number of compared characters to `steps`.
    pub(super) fn is_in(&self, text: &str, steps: &mut usize) -> bool {
        let text: Vec<char> = folded(text).collect();
        self.0.iter().any(|(&length, parts)| {
            *steps += text.len();
            contains(&text, length, parts)
        })
    }
}

/// Returns whether one of the `parts`, all of this `length`, is in `text`.
fn contains(text: &[char], length: usize, parts: &HashSet<u64>) -> bool {
    let Some((first, rest)) = text.split_at_checked(length) else {
        return false;
    };
    let highest = (0..length).fold(1_u64, |power, _| power.wrapping_mul(base()));
    let mut hash = hash(first);
    if parts.contains(&hash) {
        return true;
    }
    rest.iter().zip(text).any(|(&next, &previous)| {
        let leaving = (u64::from(u32::from(previous)) + 1).wrapping_mul(highest);
        hash = append(hash, next).wrapping_sub(leaving);
        parts.contains(&hash)
    })
}

/// Fingerprints of the tokens and passwords that all handles of a client used last: a service may repeat them in the
/// response to another request. The secrets themselves are not stored.
#[derive(Default)]
pub(crate) struct RecentSecrets(Mutex<VecDeque<Fingerprint>>);

impl RecentSecrets {
    /// Adds a part of `secret`, unless none is distinctive: the messages of later requests could not be shown otherwise.
    pub(crate) fn add(&self, secret: &str) {
        let secret = start_of(secret, MAX_LENGTH);
        let length = secret.len().min(ANY_PART);
        // Not always the first part: users choose passwords that begin with a common word, or with one character many times.
        let mut parts = secret.windows(length.max(1));
        let Some(part) = parts.find(|part| is_distinctive_part(part)) else {
            return;
        };
        let fingerprint = Fingerprint {
            length,
            hash: hash(part),
        };
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.contains(&fingerprint) {
            return;
        }
        if recent.len() == MAX_RECENT {
            recent.pop_front();
        }
        recent.push_back(fingerprint);
    }

    pub(super) fn add_to(&self, fingerprints: &mut Fingerprints) {
        let recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for &fingerprint in recent.iter() {
            fingerprints.add_fingerprint(fingerprint);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_secrets_are_distinctive_and_common_ones_are_not() {
        for secret in [
            "0E5A6F40-8F3C-4A5E-B7AA-6F0B5D1C9E27",
            "9f86d081884c7d659a2feaa0c55ad015",
            "correct horse battery staple",
            "Tr0ub4dor&3",
            "4711081512345678",
            "APP-ID-0001",
        ] {
            assert!(is_distinctive(secret), "{secret}");
        }
        for secret in [
            "",
            "a",
            "Todo",
            "password",
            "letmein",
            "12345678",
            "administrator",
            "pa55-w0rd",
            "aaaaaaaaaa1111111111",
            &"a".repeat(16_000),
        ] {
            assert!(!is_distinctive(secret), "{secret}");
        }
    }

    fn is_found(secret: &str, text: &str) -> bool {
        let mut fingerprints = Fingerprints::default();
        fingerprints.add(secret);
        fingerprints.is_in(text, &mut 0)
    }

    #[test]
    fn secret_is_found_at_any_position_and_in_any_case() {
        let secret = "0E5A6F40-8F3C-4A5E-B7AA-6F0B5D1C9E27";
        for (before, after) in [
            ("", ""),
            ("a ", ""),
            ("", " b"),
            ("aaaaaaaaaaaaaaaaaaaa", "b"),
        ] {
            assert!(is_found(secret, &format!("{before}{secret}{after}")));
            assert!(is_found(
                secret,
                &format!("{before}{}", secret.to_lowercase())
            ));
        }
        assert!(is_found("Tr0ub4dor&3", "x Tr0ub4dor&3 y"));
        assert!(!is_found("Tr0ub4dor&3", "x Tr0ub4dor& y"));
        assert!(is_found(
            "correct horse battery",
            "a correct+horse\tbattery"
        ));
    }

    #[test]
    fn part_of_a_long_secret_is_found() {
        let secret = "0E5A6F40-8F3C-4A5E-B7AA-6F0B5D1C9E27";
        for start in 0..=secret.len() - 12 {
            assert!(is_found(
                secret,
                &format!("x{}", &secret[start..start + 12])
            ));
        }
        assert!(!is_found(secret, "x0E5A6F40-8F"));
    }

    #[test]
    fn common_words_in_a_secret_are_not_found_alone() {
        assert!(!is_found(
            "Administrator-1",
            "only an administrator may do this"
        ));
        assert!(!is_found("invalid login or 5", "Invalid login, try again"));
    }

    #[test]
    fn recent_secret_is_found_whatever_it_begins_with() {
        for secret in [
            "aaaaaaaaaaaaaaaaaaaaaaaa-Tr0ub4dor&3",
            "0000000000000000000000correct horse battery",
            "Tr0ub4dor&3",
        ] {
            let recent = RecentSecrets::default();
            recent.add(secret);
            let mut fingerprints = Fingerprints::default();
            recent.add_to(&mut fingerprints);
            assert!(fingerprints.is_in(&format!("no {secret} here"), &mut 0));
        }
    }

    #[test]
    fn recent_secrets_are_limited_in_number() {
        let recent = RecentSecrets::default();
        let secret = |n: usize| format!("{n:04}-0E5A6F40-8F3C");
        for n in 0..MAX_RECENT + 1 {
            recent.add(&secret(n));
            recent.add(&secret(n));
        }
        recent.add("pa55");
        let mut fingerprints = Fingerprints::default();
        recent.add_to(&mut fingerprints);
        assert!(!fingerprints.is_in(&secret(0), &mut 0));
        assert!(fingerprints.is_in(&secret(1), &mut 0));
        assert!(fingerprints.is_in(&secret(MAX_RECENT), &mut 0));
    }
}
