//! The end-to-end suite.
//!
//! Each service has a module. The modules of the larger services have up to four kinds of tests, one
//! file each; those of the smaller ones have all kinds in one file:
//!
//! | file | tests |
//! | --- | --- |
//! | `wire` | what a request looks like on the wire, byte by byte |
//! | `responses` | how responses are decoded, valid and invalid ones |
//! | `rejected` | which arguments are rejected before anything is sent |
//! | `exchange` | complete exchanges with the local server |
//!
//! The other modules cover all services: `coverage` that every operation is called and conforms to
//! the document, `check` the check of the settings, `client` and `profiles` the settings of a client, `dialects` those of the local
//! server, `errors` and `error_texts` kinds and texts of errors, `faults` every operation against
//! every fault of a server, `http2` rejected streams, `rate_limit` the maximum number of requests per minute,
//! `documentation` the examples and sources of the public API,
//! `computed` updates that a retry would change, `limits` what is inside the timeout of a request,
//! `http_settings` changes of the HTTP client by the caller, `responder` responses from memory,
//! `trace_context` the header `traceparent`, `address` wrong API URLs, `domain` clients of a domain, `any_request` requests to any path, `additions` what callers add to requests, `response_heads` responses without content or with an error as their value, `log_layer` the layer of `tracing`, `encodings` content codings, `tls` certificates and proxies,
//! `numbers` numbers without a JSON form, `variants` values of uncommon forms, `handles` what callers can do with the types,
//! `schemas` the JSON Schemas of the types, `properties`
//! random values, and `fuzz` the corpora of the fuzz targets.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod additions;
mod address;
mod any_request;
mod application;
mod cache;
mod check;
mod client;
mod cloud_code;
mod computed;
mod counters;
mod coverage;
mod data;
mod dialects;
mod documentation;
mod domain;
mod encodings;
mod error_texts;
mod errors;
mod execution_types;
mod faults;
mod files;
mod fuzz;
mod geo;
mod handles;
mod http2;
mod http_settings;
mod limits;
mod log_layer;
mod messaging;
mod numbers;
mod permissions;
mod profiles;
mod properties;
mod rate_limit;
mod responder;
mod response_heads;
mod schemas;
mod support;
mod tls;
mod trace_context;
mod transactions;
mod users;
mod variants;
mod variants_of_values;
