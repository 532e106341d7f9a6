//! The end-to-end suites of the `backendless` crate: see the files beside this folder.
