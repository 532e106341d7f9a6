//! A local Backendless server.
