//! The fuzz targets, with the corpus that is in `tests/fuzz` and a few thousand inputs near it: so
//! that they neither rot nor find again what was mended. What is new is found by hand, see
//! `tests/fuzz/README.md`.

use std::path::Path;

use backendless_tests::fuzz::{Answers, Mutations, WhereClauses, filter};

/// The server runs its parser on such a stack, so that clauses as deep as its limits allow fit.
const STACK: usize = 16 * 1024 * 1024;

/// The inputs of the target's corpus, in the order of their names.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let files = std::fs::read_dir(&folder).unwrap();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    let corpus: Vec<_> = paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    assert!(!corpus.is_empty(), "{} is empty", folder.display());
    corpus
}

/// Tries the corpus, and `near` inputs made of it. The input of a panic is told.
fn smoke(target: &str, near: usize, check: impl Fn(&[u8])) {
    let corpus = corpus(target);
    let seed = 2_026;
    let changed = Mutations::of(&corpus, seed).take(near);
    for input in corpus.iter().cloned().chain(changed) {
        let told = Told(&input);
        check(&input);
        std::mem::forget(told);
    }
}

/// Tells an input that a check did not survive.
struct Told<'a>(&'a [u8]);

impl Drop for Told<'_> {
    fn drop(&mut self) {
        eprintln!("the input is b\"{}\"", self.0.escape_ascii());
    }
}

#[test]
fn answers_near_the_corpus() {
    let answers = Answers::new();
    smoke("answer", 4_000, |data| answers.check(data));
}

#[test]
fn filters_near_the_corpus() {
    smoke("filter", 10_000, filter);
}

#[test]
fn where_clauses_near_the_corpus() {
    let thread = std::thread::Builder::new().stack_size(STACK);
    let run = thread.spawn(|| {
        let clauses = WhereClauses::new();
        smoke("where_clause", 5_000, |data| clauses.check(data));
    });
    run.unwrap().join().unwrap();
}
