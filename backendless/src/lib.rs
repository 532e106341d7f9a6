//! A client for the Backendless REST API.
