//! The form of an upload, parsed by `multer`.

use backendless::Upload;
use backendless_tests::RawRequest;
use futures_util::stream;
use multer::{Field, Multipart, parse_boundary};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestCaseError;

use super::text::{any_text, is_ordinary};
use super::{Fixture, fail, for_all};

/// The one part of a form.
#[derive(Debug, PartialEq)]
struct Part {
    name: Option<String>,
    file_name: Option<String>,
    /// The value of `Content-Type`, unchanged.
    media_type: Option<String>,
    /// The number of headers of the part.
    headers: usize,
    content: Vec<u8>,
}

async fn read_form(request: &RawRequest) -> Result<Part, String> {
    let describe = |error: multer::Error| format!("{error} in {request:?}");
    let [media_type] = request.header("content-type")[..] else {
        return Err("not exactly one media type".to_owned());
    };
    let boundary = parse_boundary(media_type).map_err(describe)?;
    let body = stream::iter([Ok::<_, std::io::Error>(request.body.clone())]);
    let mut form = Multipart::new(body, boundary);
    let Some(field) = form.next_field().await.map_err(describe)? else {
        return Err("the form has no part".to_owned());
    };
    let part = read_part(field).await.map_err(describe)?;
    match form.next_field().await.map_err(describe)? {
        None => Ok(part),
        Some(more) => Err(format!("{more:?} follows {part:?}")),
    }
}

async fn read_part(field: Field<'static>) -> multer::Result<Part> {
    let media_type = field.headers().get("content-type");
    let media_type = media_type.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    Ok(Part {
        name: field.name().map(str::to_owned),
        file_name: field.file_name().map(str::to_owned),
        media_type,
        headers: field.headers().len(),
        content: field.bytes().await?.to_vec(),
    })
}

impl Fixture {
    fn form(&self, request: &RawRequest) -> Result<Part, TestCaseError> {
        let part = self.runtime.block_on(read_form(request));
        part.map_err(TestCaseError::fail)
    }
}

#[test]
fn file_name_is_the_last_segment_of_the_path() {
    let fixture = Fixture::new();
    let files = fixture.sink.client().files();
    let content = vec(any::<u8>(), 0..200);
    for_all(
        800,
        (any_text(), any_text(), content),
        |(folder, name, content)| {
            let path = format!("{folder}/{name}");
            let upload = files.upload(&path, Upload::bytes(content.clone()));
            let Some(request) = fixture.send(upload.content_type("text/plain").send())? else {
                prop_assert!(
                    !is_ordinary(&folder) || !is_ordinary(&name),
                    "{} is rejected",
                    path
                );
                return Ok(());
            };
            let expected = Part {
                name: Some("file".to_owned()),
                file_name: path.rsplit('/').next().map(str::to_owned),
                media_type: Some("text/plain".to_owned()),
                headers: 2,
                content,
            };
            prop_assert_eq!(fixture.form(&request)?, expected);
            Ok(())
        },
    );
}

/// The parts of a media type that RFC 9110 distinguishes: those between semicolons, in lower case,
/// without empty ones and without surrounding white space.
fn parts_of_media_type(text: &str) -> Vec<String> {
    let (mut quoted, mut escaped) = (false, false);
    let parts = text.split(|c| {
        let ends = c == ';' && !quoted;
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && quoted && !escaped;
        ends
    });
    let parts = parts.map(|part| part.trim().to_ascii_lowercase());
    parts.filter(|part| !part.is_empty()).collect()
}

/// Valid and invalid media types, most of them close to valid.
fn media_types() -> impl Strategy<Value = String> {
    let pieces = [
        "text",
        "/",
        "plain",
        "*",
        "; charset=utf-8",
        ";",
        "=",
        "\"",
        "a b",
        "\r\n",
        "x: y",
        "\0",
        "; q=\"a;b\"",
        "image/svg+xml",
        "é",
        " ",
        ",",
        "\\",
    ];
    let composed = vec(select(pieces.to_vec()), 0..5).prop_map(|pieces| pieces.concat());
    let parameter = any_text().prop_map(|text| format!("text/plain; name=\"{text}\""));
    prop_oneof![3 => composed, 1 => parameter, 1 => any_text()]
}

#[test]
fn media_type_arrives_unchanged_or_is_rejected() {
    let fixture = Fixture::new();
    let files = fixture.sink.client().files();
    for_all(800, media_types(), |media_type| {
        let upload = files.upload("a", Upload::bytes("x"));
        let Some(request) = fixture.send(upload.content_type(&media_type).send())? else {
            return match media_type.as_str() {
                "text/plain" | "image/svg+xml" | "text/plain; charset=utf-8" => {
                    fail("a valid media type is rejected")
                }
                _ => Ok(()),
            };
        };
        let part = fixture.form(&request)?;
        let received = part.media_type.as_deref().map(parts_of_media_type);
        prop_assert_eq!(received, Some(parts_of_media_type(&media_type)));
        prop_assert_eq!((part.headers, part.content.as_slice()), (2, &b"x"[..]));
        Ok(())
    });
}
