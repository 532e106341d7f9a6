//! Smoke tests of the fuzz targets: each runs over its corpus in `tests/fuzz` and a few thousand
//! mutations of it. They keep the targets compiling and catch regressions. `tests/fuzz/README.md`
//! describes how to search for new inputs.

use std::path::Path;

use backendless_tests::fuzz::{Mutations, Responses, WhereClauses, filter};

/// The stack size that the local server gives its parser. Clauses of the maximum depth need it.
const STACK: usize = 16 * 1024 * 1024;

/// The inputs of the target's corpus, sorted by file name.
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

/// Checks the corpus and `mutations` mutations of it. The input of a panic is printed.
fn smoke(target: &str, mutations: usize, check: impl Fn(&[u8])) {
    let corpus = corpus(target);
    let seed = 2_026;
    let mutated = Mutations::of(&corpus, seed).take(mutations);
    for input in corpus.iter().cloned().chain(mutated) {
        let printer = PrintOnDrop(&input);
        check(&input);
        std::mem::forget(printer);
    }
}

/// Prints an input when a panic of its check unwinds.
struct PrintOnDrop<'a>(&'a [u8]);

impl Drop for PrintOnDrop<'_> {
    fn drop(&mut self) {
        eprintln!("the input is b\"{}\"", self.0.escape_ascii());
    }
}

#[test]
fn responses_of_the_corpus_and_mutations() {
    let responses = Responses::new();
    smoke("response", 4_000, |data| responses.check(data));
}

#[test]
fn filters_of_the_corpus_and_mutations() {
    smoke("filter", 10_000, filter);
}

#[test]
fn where_clauses_of_the_corpus_and_mutations() {
    let thread = std::thread::Builder::new().stack_size(STACK);
    let run = thread.spawn(|| {
        let clauses = WhereClauses::new();
        smoke("where_clause", 5_000, |data| clauses.check(data));
    });
    run.unwrap().join().unwrap();
}
