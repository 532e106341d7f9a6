//! E-mails as typed values.

use backendless_local::Server;
use serde_json::json;

use crate::support::TestServer;

#[tokio::test]
async fn emails_are_typed() {
    let app = TestServer::of(Server::builder().email_template("welcome")).await;
    let email = json!({"subject": "Hi", "to": ["a@b.c"], "cc": ["c@b.c"], "bcc": ["d@b.c"],
        "bodyparts": {"textmessage": "t", "htmlmessage": "<b>"}, "attachment": ["a.txt"]});
    app.post("/messaging/email", email).ok().await;
    let by_template =
        json!({"template-name": "welcome", "addresses": ["a@b.c"], "template-values": {"n": 1}});
    app.post("/emailtemplate/send", by_template).ok().await;
    let emails = app.server.emails().await.unwrap();
    assert_eq!(emails.len(), 2);
    let first = &emails[0];
    assert_eq!(first.subject.as_deref(), Some("Hi"));
    assert_eq!(
        (&first.to[..], &first.cc[..], &first.bcc[..]),
        (
            &["a@b.c".to_owned()][..],
            &["c@b.c".to_owned()][..],
            &["d@b.c".to_owned()][..]
        )
    );
    assert_eq!(
        (first.text.as_deref(), first.html.as_deref()),
        (Some("t"), Some("<b>"))
    );
    assert_eq!(first.attachments, ["a.txt"]);
    assert_eq!(emails[1].template.as_deref(), Some("welcome"));
    assert_eq!(emails[1].to, ["a@b.c"]);
    assert_eq!(emails[1].template_values["n"], 1);
}
