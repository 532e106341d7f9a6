//! Memory after all handles are dropped. Only the buffers of the SDK are tested, so nothing is sent: the copies of the
//! HTTP stack are outside its control. `requests` tests passwords and tokens that are sent.
//!
//! Each test searches the memory of a process of its own, which is this program again.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::process::Command;

use backendless::{Client, Record, Registration, UserToken};
use serde::Serialize;

mod requests;

const IS_CHILD: &str = "BACKENDLESS_TESTS_MEMORY_CHILD";
const MASK: u8 = 0x5A;

/// A secret of which this process contains no other copy, so that a search finds only those of the SDK.
struct Masked(Vec<u8>);

impl Masked {
    /// Creates a secret. Its memory has its final size from the start, so it is never copied.
    fn create() -> (String, Self) {
        Self::with_length(40)
    }

    fn with_length(length: usize) -> (String, Self) {
        let mut secret = String::with_capacity(length);
        let mut masked = Vec::with_capacity(length);
        for _ in 0..length {
            let character = fastrand::alphanumeric();
            secret.push(character);
            masked.push(character as u8 ^ MASK);
        }
        (secret, Self(masked))
    }

    /// The same secret from its last character to its first.
    fn reversed(&self) -> Self {
        Self(self.0.iter().rev().copied().collect())
    }

    /// A part of it, which is found even if the start of its memory was used again.
    fn part(&self) -> Self {
        let middle = self.0.len() / 2;
        Self(self.0[middle - 20..middle + 20].to_vec())
    }

    /// The number of places in writable memory that contain the secret.
    fn copies(&self) -> usize {
        const CHUNK: usize = 1024 * 1024;
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let memory = File::open("/proc/self/mem").unwrap();
        let mut buffer = vec![0; CHUNK + self.0.len()];
        let mut copies = 0;
        for (start, end) in maps.lines().filter_map(writable) {
            for address in (start..end).step_by(CHUNK) {
                let length = buffer.len().min((end - address) as usize);
                let Ok(length) = memory.read_at(&mut buffer[..length], address) else {
                    continue;
                };
                copies += self.count(&buffer[..length]);
                buffer.fill(0);
            }
        }
        copies
    }

    fn count(&self, memory: &[u8]) -> usize {
        let first = self.0[0] ^ MASK;
        let starts = memory
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == first);
        let starts = starts.filter_map(|(start, _)| memory.get(start..start + self.0.len()));
        let is_secret = |found: &&[u8]| found.iter().zip(&self.0).all(|(a, b)| a ^ MASK == *b);
        starts.filter(is_secret).count()
    }
}

/// A row of the table of users, as callers define it.
#[derive(Serialize)]
struct Row<'r> {
    about: String,
    password: &'r str,
}

/// The addresses of a line of `/proc/self/maps`, if it is writable memory.
fn writable(line: &str) -> Option<(u64, u64)> {
    let (addresses, rest) = line.split_once(' ')?;
    let (start, end) = addresses.split_once('-')?;
    let address = |text| u64::from_str_radix(text, 16).ok();
    Some((address(start)?, address(end)?)).filter(|_| rest.starts_with("rw"))
}

#[test]
fn secrets_are_wiped_when_all_handles_are_dropped() {
    if std::env::var_os(IS_CHILD).is_some() {
        return search_memory();
    }
    run_in_child(
        "memory::secrets_are_wiped_when_all_handles_are_dropped",
        IS_CHILD,
        "1",
    );
}

/// Runs the test with this name in a process with an environment variable more.
fn run_in_child(name: &str, variable: &str, value: &str) {
    let program = std::env::current_exe().unwrap();
    let child = Command::new(program)
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env(variable, value)
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout);
    assert!(
        child.status.success(),
        "{output}{}",
        String::from_utf8_lossy(&child.stderr)
    );
    assert!(output.contains("1 passed"), "{output}");
}

fn search_memory() {
    let (app_id, masked_app_id) = Masked::create();
    let (api_key, masked_api_key) = Masked::create();
    let (account_password, masked_account_password) = Masked::create();
    let (token, masked_token) = Masked::create();
    let (password, masked_password) = Masked::create();
    let (new_password, masked_new_password) = Masked::create();
    let (row_password, masked_row_password) = Masked::create();
    let client = Client::builder(app_id, api_key)
        .credentials("robot@example.com", account_password)
        .build()
        .unwrap();
    let token = UserToken::from(token);
    let as_user = client.with_user_token(&token);
    let login = client.users().login("ann@example.com", password);
    let ann = Registration::new(new_password).property("about", "x".repeat(10_000));
    let registration = client.users().register(ann);
    let row = Row {
        about: "x".repeat(10_000),
        password: &row_password,
    };
    let update = client.data::<Record>("Users").update("B2", &row);
    // The token is in the path, once as it is and once encoded.
    let (mut symbol_token, masked_symbol_token) = Masked::with_length(400);
    symbol_token.replace_range(10..11, "+");
    let symbol_token = UserToken::from(symbol_token);
    let check = as_user.users().is_valid();
    let symbol_check = client.with_user_token(&symbol_token).users().is_valid();
    let all = [
        ("app id", masked_app_id),
        ("key", masked_api_key),
        ("password of the account", masked_account_password),
        ("token", masked_token),
        ("password", masked_password),
        ("password of a registration", masked_new_password),
        ("password of a row", masked_row_password),
        ("token with a symbol", masked_symbol_token.part()),
    ];
    for (name, secret) in &all {
        assert!(secret.copies() > 0, "{name} is not found while it is used");
    }
    row_password.into_bytes().fill(0);
    drop((client, token, as_user, login, registration, update));
    drop((symbol_token, check, symbol_check));
    for (name, secret) in &all {
        assert_eq!(secret.copies(), 0, "copies of the {name}");
    }
}
