//! Headers with a secret are marked as sensitive, so that no HTTP/2 peer keeps them in its header table
//! and `Debug` hides them. On the wire of HTTP/2 the mark is "never indexed".

use backendless_tests::HttpServer;
use httlib_hpack::Decoder;

use crate::canaries::{TOKEN, VALUE};
use crate::capture::Capture;
use crate::fixture::{Transport, builder, start_server, success};

#[tokio::test]
async fn tokens_and_headers_of_callers_are_marked_sensitive() {
    let _capture = Capture::start().await;
    let server = start_server(Transport::Http2Tls, success);
    let client = builder(server.url()).build().unwrap();
    let value = VALUE.replace('ü', "");
    for _ in 0..2 {
        let call = client
            .cloud_code()
            .invoke_no_args::<()>("S", "m")
            .header("x-my", &value);
        let _ = call.await;
    }
    let headers = headers_on_the_wire(&server);
    let sensitive = |name: &str| {
        let of_name = headers.iter().filter(|header| header.name == name);
        of_name
            .map(|header| (header.value.clone(), header.is_sensitive))
            .collect::<Vec<_>>()
    };
    assert_eq!(sensitive("x-my"), vec![(value.clone(), true); 2]);
    let user_agents = sensitive("user-agent");
    assert!(!user_agents.is_empty());
    assert!(user_agents.iter().all(|(_, is_sensitive)| !is_sensitive));

    let rows = client.data::<backendless::Record>("T");
    rows.get("B2").await.unwrap();
    let headers = headers_on_the_wire(&server);
    let tokens = headers.iter().filter(|header| header.name == "user-token");
    let tokens: Vec<_> = tokens
        .map(|header| (header.value.as_str(), header.is_sensitive))
        .collect();
    assert!(!tokens.is_empty());
    assert!(
        tokens.iter().all(|token| *token == (TOKEN, true)),
        "{tokens:?}"
    );
}

struct Header {
    name: String,
    value: String,
    is_sensitive: bool,
}

/// The headers of all requests of the only connection.
fn headers_on_the_wire(server: &HttpServer) -> Vec<Header> {
    const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    const HEADERS: u8 = 1;
    const END_HEADERS: u8 = 4;
    const PADDED_OR_PRIORITY: u8 = 8 | 32;
    assert_eq!(server.connections(), 1);
    let bytes = server.bytes();
    let mut rest = bytes.strip_prefix(PREFACE).expect("HTTP/2");
    let mut decoder = Decoder::with_dynamic_size(4096);
    let mut headers = Vec::new();
    while let [a, b, c, kind, flags, _, _, _, _, after @ ..] = rest {
        let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
        let (frame, next) = after.split_at(length);
        if *kind == HEADERS {
            assert_eq!(flags & (END_HEADERS | PADDED_OR_PRIORITY), END_HEADERS);
            let mut decoded = Vec::new();
            decoder
                .decode(&mut frame.to_vec(), &mut decoded)
                .expect("a block of headers");
            headers.extend(decoded.into_iter().map(|(name, value, flags)| Header {
                name: String::from_utf8(name).unwrap(),
                value: String::from_utf8(value).unwrap(),
                is_sensitive: flags & Decoder::NEVER_INDEXED != 0,
            }));
        }
        rest = next;
    }
    headers
}
