//! Random texts: any characters, and those with a meaning to a part of the request path.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Texts with a meaning to a URL parser, a proxy, a router, a header, a form or SQL.
const ATOMS: [&str; 64] = [
    ".",
    "..",
    "/",
    "\\",
    "//",
    "%",
    "%2e",
    "%2E%2e",
    "%2F",
    "%5c",
    "%00",
    "%0d%0a",
    "%25",
    "%252e",
    "?",
    "#",
    ";",
    "&",
    "=",
    "+",
    " ",
    "\t",
    "\0",
    "\n",
    "\r\n",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{feff}",
    "\u{202e}",
    "\u{2028}",
    "\u{fffd}",
    "\u{d7ff}",
    "\u{e000}",
    "\u{ffff}",
    "\u{10ffff}",
    "e\u{301}",
    "ß",
    "名",
    "／",
    "．",
    "∕",
    "😀",
    "'",
    "''",
    "\"",
    "\\'",
    "\\\"",
    "`",
    "--",
    "/*",
    "*/",
    ",",
    "(",
    ")",
    "{",
    "}",
    "|",
    "@",
    ":",
    "a",
    "count",
    "email",
    "x: y",
];

/// Texts with a meaning only as a complete value.
const COMPLETE: [&str; 12] = [
    "", ".", "..", "...", "/", "\\", "%2e", "%2e%2e", "..%2f", "count", "email", "check",
];

/// Any text.
pub(crate) fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => vec(select(&ATOMS[..]), 0..6).prop_map(|atoms| atoms.concat()),
        2 => select(&COMPLETE[..]).prop_map(str::to_owned),
        2 => any::<String>(),
        2 => vec(any::<char>(), 0..12).prop_map(|characters| characters.into_iter().collect()),
        1 => ordinary(),
        1 => (select(&ATOMS[..]), 500..3_000_usize).prop_map(|(atom, times)| atom.repeat(times)),
    ]
}

/// A text that every part of the request path accepts.
pub(crate) fn ordinary() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        proptest::char::range('!', '[').prop_filter("a slash", |c| *c != '/' && *c != '.'),
        proptest::char::range(']', '~'),
        Just(' '),
        proptest::char::range('¡', '퟿'),
        proptest::char::range('\u{10000}', '\u{10ffff}'),
    ];
    vec(character, 1..12).prop_map(|characters| characters.into_iter().collect())
}

/// Whether [`ordinary`] can produce this text. Rejecting it would be a bug.
pub(crate) fn is_ordinary(text: &str) -> bool {
    let harmless = |c: char| match c {
        '.' | '/' | '\\' => false,
        ' '..='~' => true,
        c => c >= '¡',
    };
    !text.is_empty() && text.len() < 1_000 && text.chars().all(harmless)
}
