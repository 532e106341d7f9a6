//! Tests of the feature `rustls-no-provider`, in `tests/`.
