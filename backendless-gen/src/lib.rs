//! Generates the bindings.
