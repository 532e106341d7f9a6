use super::super::Headers;
use super::*;

fn message(headers: &[(&str, &str)], body: &str) -> Message {
    let headers = headers.iter();
    let headers = headers.map(|(name, value)| (*name, value.as_bytes()));
    let message = Message {
        headers: Headers::record(headers).0,
        ..Message::default()
    };
    message.body.record(body.as_bytes());
    message
}

fn exchange(path: &str, request: Message, response: Message) -> Exchange {
    Exchange {
        method: "GET".to_owned(),
        path: path.to_owned(),
        template: None,
        status: Some(200),
        fault: None,
        request,
        response,
    }
}

fn masked(text: &str) -> String {
    let secrets = Secrets::new(vec!["APP".to_owned(), "K-1".to_owned()]);
    let exchange = exchange("/", Message::default(), Message::default());
    let masker = Masker::of(&exchange, &secrets);
    masker.values(&Collected::default().json(text))
}

fn body(text: &str, media_type: Option<&str>) -> Option<String> {
    let headers: Vec<_> = media_type
        .map(|media_type| ("content-type", media_type))
        .into_iter()
        .collect();
    let exchange = exchange("/", message(&headers, text), Message::default());
    let secrets = Secrets::new(Vec::new());
    Masker::of(&exchange, &secrets).request().body
}

fn masked_path(path: &str) -> String {
    let exchange = exchange(path, Message::default(), Message::default());
    Masker::of(&exchange, &Secrets::new(Vec::new())).path()
}

#[test]
fn values_of_sensitive_properties_are_masked() {
    for (text, expected) in [
        (
            r#"{"password":"a\"b","age":5}"#,
            r#"{"password":"***","age":5}"#,
        ),
        (
            r#"{ "user-token" : "t" , "a":1}"#,
            r#"{ "user-token" : "***" , "a":1}"#,
        ),
        (r#"{"p\u0061ssword":"x"}"#, r#"{"p\u0061ssword":"***"}"#),
        (
            r#"{"oldPassword":17,"x":[]}"#,
            r#"{"oldPassword":"***","x":[]}"#,
        ),
        (
            r#"{"secret":{"a":["}"]},"b":1}"#,
            r#"{"secret":"***","b":1}"#,
        ),
        (r#"[{"apiKey":[1,2]}]"#, r#"[{"apiKey":"***"}]"#),
        (r#"{"password":null}"#, r#"{"password":null}"#),
        (
            r#"{"name":"password","x":"token"}"#,
            r#"{"name":"password","x":"token"}"#,
        ),
        // Incomplete.
        (r#"{"a":1,"password":"begin"#, r#"{"a":1,"password":"***""#),
        (r#"{"token":{"a":[1"#, r#"{"token":"***""#),
        (r#"{"token""#, r#"{"token""#),
    ] {
        assert_eq!(masked(text), expected, "{text}");
    }
}

#[test]
fn secrets_are_masked_wherever_they_are() {
    assert_eq!(masked("http://h/APP/K-1/files"), "http://h/***/***/files");
    assert_eq!(masked("APPLE K-10 xK-1 K-1"), "APPLE K-10 xK-1 ***");
    let request = message(&[("user-token", "tok-1")], r#"{"password":"pa\"55"}"#);
    let response = message(
        &[("set-cookie", "cook"), ("x-echo", "cook tok-1")],
        r#"["tok-1", "pa\"55", "pa", {"secret":"s3cr3t"}]"#,
    );
    let exchange = exchange("/tok-1/s3cr3t?a=cook", request, response);
    let secrets = Secrets::new(Vec::new());
    let masker = Masker::of(&exchange, &secrets);
    assert_eq!(masker.path(), "/***/***?a=***");
    assert_eq!(masker.path_without_parameters(), "/***/***");
    let shown = [("set-cookie", "***"), ("x-echo", "*** ***")];
    assert_eq!(
        masker.response().headers,
        shown.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert_eq!(
        masker.response().body.as_deref(),
        Some(r#"["***", "***", "pa", {"secret":"***"}]"#)
    );
}

#[test]
fn the_longest_secret_is_masked() {
    let request = message(
        &[],
        r#"[{"pin":"abcd"},{"pin":"abcdef"},{"token":"cdefgh"}]"#,
    );
    let response = message(
        &[],
        r#"["abcdefgh", "xabcdex", "cdefghabcd", "abcdcdefgh"]"#,
    );
    let exchange = exchange("/", request, response);
    let secrets = Secrets::new(Vec::new());
    let body = Masker::of(&exchange, &secrets).response_body();
    let expected = r#"["***gh", "x***ex", "******", "******"]"#;
    assert_eq!(body.as_deref(), Some(expected));
}

#[test]
fn a_thousand_secrets_are_masked() {
    let pins: Vec<String> = (0..1_000).map(|number| format!("{number:04}")).collect();
    let properties = pins.iter().map(|pin| format!(r#"{{"pin":"{pin}"}}"#));
    let request = format!("[{}]", properties.collect::<Vec<_>>().join(","));
    let response = serde_json::json!(pins).to_string();
    let exchange = exchange("/", message(&[], &request), message(&[], &response));
    let secrets = Secrets::new(Vec::new());
    let body = Masker::of(&exchange, &secrets).response_body();
    let masked = serde_json::json!(vec![MASK; 1_000]).to_string();
    assert_eq!(body, Some(masked));
}

#[test]
fn sensitive_parameters_are_masked() {
    assert_eq!(
        masked_path("/a?where=x%3D1&access%5Ftoken=t&Password=p"),
        "/a?where=x%3D1&access%5Ftoken=***&Password=***"
    );
}

#[test]
fn secrets_in_the_strings_of_a_body_are_masked() {
    for (text, expected) in [
        (
            r#"{"where":"age > 5 and password = 'pa\"55'"}"#,
            r#"{"where":"age > *** and password = '***'"}"#,
        ),
        (
            r#"{"data":"{\"password\":\"pa55\",\"age\":5}"}"#,
            r#"{"data":"{\"password\":\"***\",\"age\":5}"}"#,
        ),
        (r#"["p\u0061ssword=pa55&x=1"]"#, r#"["password=***&x=1"]"#),
        (
            r#"{"confirmationURL":"http://h/api/users/emailconfirmation/t-1"}"#,
            r#"{"confirmationURL":"http://h/api/users/emailconfirmation/***"}"#,
        ),
        (
            r#"{"isPassword":true,"a":true}"#,
            r#"{"isPassword":"***","a":true}"#,
        ),
        (r#"{"text":"a \u00fc b"}"#, r#"{"text":"a \u00fc b"}"#),
        // Incomplete.
        (
            r#"{"data":"{\"password\":\"pa5"#,
            r#"{"data":"{\"password\":\"***""#,
        ),
        (r#"{"data":"password='pa\u00"#, r#"{"data":"password='***""#),
    ] {
        assert_eq!(masked(text), expected, "{text}");
    }
}

#[test]
fn only_bodies_of_a_known_type_are_shown() {
    let form = Some("Application/X-WWW-Form-Urlencoded; charset=utf-8");
    for (text, media_type, expected) in [
        (
            "login=a&p%61ssword=pa55",
            form,
            Some("login=a&p%61ssword=***"),
        ),
        ("a=1;password=pa55&x=2", form, Some("a=1;password=***&x=2")),
        (
            "{'password':'pa55'}",
            Some("text/plain"),
            Some("{'password':'***'}"),
        ),
        ("{'password':'pa55'}", Some("application/json"), None),
        ("login=a&password=pa55", None, None),
        ("login=a&password=pa55", Some("application/json"), None),
        ("--x\r\n\r\npa55", Some("application/x-test"), None),
        (
            r#"{"password":"pa55"}"#,
            Some("text/plain"),
            Some(r#"{"password":"***"}"#),
        ),
        (
            r#"{"password":"pa55"}"#,
            None,
            Some(r#"{"password":"***"}"#),
        ),
        (r#"{"a":"#, None, Some(r#"{"a":"#)),
        ("5", None, Some("5")),
    ] {
        assert_eq!(body(text, media_type).as_deref(), expected, "{text}");
    }
}

#[test]
fn secrets_of_a_path_are_masked_in_the_response() {
    for path in [
        "/a?where=pin%20%3D%20'pa55word'",
        "/a?where='pa55word'=pin",
        "/a?where=pin=pa55word",
        "/a?where=x%253D'pa55word'+or+pin%253D1",
        "/a?whereClause=upper(pass)+%3D+'pa55word'",
        "/a?pin=pa%35%35word",
        "/users/emailconfirmation/pa55word",
    ] {
        let message = message_of("'pa55word' does not fit 'pin', see \"x\"");
        let exchange = exchange(path, Message::default(), message);
        let secrets = Secrets::new(Vec::new());
        let masker = Masker::of(&exchange, &secrets);
        assert!(!masker.path().contains("pa55word"), "{path}");
        let expected = r#"{"message":"'***' does not fit 'pin', see \"x\""}"#;
        assert_eq!(masker.response_body().as_deref(), Some(expected), "{path}");
    }
}

fn message_of(text: &str) -> Message {
    message(&[], &serde_json::json!({ "message": text }).to_string())
}

#[test]
fn constants_of_a_clause_in_a_body_are_masked() {
    for (text, expected) in [
        (
            r#"{"where":"'9876' = pin and age > 18","pageSize":1234}"#,
            r#"{"where":"'***' = pin and age > ***","pageSize":1234}"#,
        ),
        (
            r#"{"property":["name","concat(pass, 'x1234') as a"],"name":"x1234"}"#,
            r#"{"property":["name","concat(pass, '***') as a"],"name":"***"}"#,
        ),
        (
            r#"[{"payload":{"conditional":"1234 = pin"}}]"#,
            r#"[{"payload":{"conditional":"*** = pin"}}]"#,
        ),
        (
            r#"{"where":"age > 18 and name = 'Bob'"}"#,
            r#"{"where":"age > 18 and name = 'Bob'"}"#,
        ),
        (r#"{"text":"1234 = pin"}"#, r#"{"text":"1234 = pin"}"#),
        // Incomplete.
        (
            r#"{"where":"'9876' = pin or "#,
            r#"{"where":"'***' = pin or ""#,
        ),
    ] {
        let found = body(text, None);
        assert_eq!(found.as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn secrets_in_a_url_are_masked_however_they_are_encoded() {
    for (path, expected) in [
        (
            "/a?where=age%3D1+and+password%3D'pa55'",
            "/a?where=age=***%20and%20password='***'",
        ),
        (
            "/a?having=%22pa55%22%3Dmax(pin)&sortBy=age",
            "/a?having=\"***\"=max(pin)&sortBy=age",
        ),
        ("/a?where=password=pa55", "/a?where=password=***"),
        ("/a?where=password%253D'pa55'", "/a?where=password='***'"),
        ("/a?foo=1;password=pa55", "/a?foo=1;password=***"),
        ("/a/password=pa55/b?x=1", "/a/password=***?x=1"),
        ("/a/pin%3Dpa55?x=%C3%BC", "/a/pin=***?x=%C3%BC"),
        ("/a?x=%zz&y=%ff", "/a?x=%zz&y=%ff"),
    ] {
        assert_eq!(masked_path(path), expected);
    }
}
