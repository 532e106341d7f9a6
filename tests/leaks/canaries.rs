//! Secret values for the tests, and the search for them.
//!
//! Each has a core that text encodings leave unchanged, between characters that most encodings change.

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use backendless::operations::POLL_MESSAGES;
use backendless::{Error, ErrorKind};
use backendless_tests::catalogue::Values;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

pub(crate) const APP_ID: &str = "id+CANARYAPPID ü";
pub(crate) const API_KEY: &str = "key&CANARYAPIKEY=ü";
pub(crate) const TOKEN: &str = "t+CANARYTOKEN=%\"/";
pub(crate) const PASSWORD: &str = "ä\\&CANARYPASSWORD \"%";
pub(crate) const LOGIN: &str = "CANARYLOGIN+1@example.com";
pub(crate) const VALUE: &str = "\"CANARYVALUE ü'";
pub(crate) const PROXY_USER: &str = "CANARYPROXYUSER";
pub(crate) const PROXY_PASSWORD: &str = "CANARYPROXYPASSWORD";

const CORES: [&str; 8] = [
    "CANARYAPPID",
    "CANARYAPIKEY",
    "CANARYTOKEN",
    "CANARYPASSWORD",
    "CANARYLOGIN",
    "CANARYVALUE",
    PROXY_USER,
    PROXY_PASSWORD,
];

/// The canaries as the values of the catalogue's calls.
pub(crate) fn values() -> Values {
    Values {
        login: LOGIN.to_owned(),
        password: PASSWORD.to_owned(),
        token: TOKEN.to_owned(),
        value: VALUE.to_owned(),
    }
}

/// Asserts that `text` contains no canary.
#[track_caller]
pub(crate) fn assert_none(context: &str, text: &str) {
    if let Some(found) = find(text) {
        let line = text.lines().find(|line| find(line).is_some());
        panic!("{context}: {found} is in {}", line.unwrap_or(text));
    }
}

/// The first canary in `text`, in upper or lower case.
pub(crate) fn find(text: &str) -> Option<&'static str> {
    // One search for all forms: these are large texts, and the suite searches thousands of them.
    static FORMS: LazyLock<(AhoCorasick, Vec<&str>)> = LazyLock::new(|| {
        let forms = CORES.map(forms);
        let cores = forms.iter().zip(CORES);
        let cores = cores.flat_map(|(forms, core)| std::iter::repeat_n(core, forms.len()));
        let search = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(forms.iter().flatten())
            .expect("the forms are few and short");
        (search, cores.collect())
    });
    let (search, cores) = &*FORMS;
    let found = search.find(text)?;
    Some(cores[found.pattern().as_usize()])
}

/// The core, and its binary encodings: base64 at every offset in a group, hexadecimal, and a byte slice as
/// `Debug` prints it.
fn forms(core: &str) -> Vec<String> {
    let bytes = core.as_bytes();
    let mut forms = vec![
        core.to_owned(),
        format!("{bytes:?}").replace(['[', ']'], ""),
    ];
    forms.push(bytes.iter().map(|byte| format!("{byte:02x}")).collect());
    for (before, skipped) in [(0, 0), (1, 2), (2, 3)] {
        let end = (before + bytes.len()) / 3 * 3 - before;
        let mut group = vec![0; before];
        group.extend_from_slice(&bytes[..end]);
        forms.push(STANDARD_NO_PAD.encode(&group)[skipped..].to_owned());
        forms.push(URL_SAFE_NO_PAD.encode(&group)[skipped..].to_owned());
    }
    forms
}

/// All texts of an error: its `Display` and `Debug`, its data, and its sources.
pub(crate) fn text_of(error: &Error) -> String {
    let mut text = format!("{error}\n{error:?}\n{error:#?}\n{}\n", error.message());
    let data = format!("{:?}", error.data());
    // The data of these errors are the received messages, which would be lost otherwise.
    let has_messages =
        error.kind() == ErrorKind::Decode && error.operation() == Some(&POLL_MESSAGES);
    let data = match has_messages {
        true => data.replace("CANARYVALUE", ""),
        false => data,
    };
    writeln!(text, "{data} {:?}", error.code()).unwrap();
    let mut source = error.source();
    while let Some(error) = source {
        writeln!(text, "{error}\n{error:?}\n{error:#?}").unwrap();
        source = error.source();
    }
    text
}

#[test]
fn canary_is_found_in_any_encoding() {
    let header = STANDARD_NO_PAD.encode(format!("user:{PROXY_PASSWORD}"));
    for (text, canary) in [
        (format!("a {APP_ID} b"), "CANARYAPPID"),
        ("/id%2BCANARYAPPID%20%C3%BC/".to_owned(), "CANARYAPPID"),
        ("/id%2bcanaryappid%20%c3%bc/".to_owned(), "CANARYAPPID"),
        (format!("{TOKEN:?}"), "CANARYTOKEN"),
        (format!("{:?}", PASSWORD.as_bytes()), "CANARYPASSWORD"),
        (format!("basic {header}"), "CANARYPROXYPASSWORD"),
        (
            STANDARD_NO_PAD.encode(format!("{API_KEY}:")),
            "CANARYAPIKEY",
        ),
        (STANDARD_NO_PAD.encode(format!("x{VALUE}")), "CANARYVALUE"),
        (STANDARD_NO_PAD.encode(format!("xx{VALUE}")), "CANARYVALUE"),
        ("43414e41525954 4f4b454e".replace(' ', ""), "CANARYTOKEN"),
    ] {
        assert_eq!(find(&text), Some(canary), "{text}");
    }
    assert_eq!(find("a canary without a name"), None);
}
