//! The Counters service.

use serde_json::json;

use crate::TestServer;

#[tokio::test]
async fn counter_starts_at_0_and_both_routes_read_it() {
    let app = TestServer::start().await;
    for path in ["/counters/hits", "/counters/hits/get"] {
        assert_eq!(app.get(path).ok().await, json!(0));
    }
    assert_eq!(app.put("/counters/hits/increment/get").ok().await, json!(1));
    assert_eq!(app.put("/counters/hits/increment/get").ok().await, json!(2));
    for path in ["/counters/hits", "/counters/hits/get"] {
        assert_eq!(app.get(path).ok().await, json!(2));
    }
    // Names are case-sensitive.
    assert_eq!(app.get("/counters/Hits").ok().await, json!(0));
}

#[tokio::test]
async fn step_can_be_any_integer() {
    let app = TestServer::start().await;
    for (step, sum) in [(5, 5), (-10, -5), (0, -5), (i64::MAX, i64::MAX - 5)] {
        let path = format!("/counters/c/incrementby/get?value={step}");
        assert_eq!(app.put(&path).ok().await, json!(sum));
    }
}

#[tokio::test]
async fn reset_sets_a_counter_to_0() {
    let app = TestServer::start().await;
    app.put("/counters/c/incrementby/get?value=41").ok().await;
    app.put("/counters/c/reset").ok_empty().await;
    assert_eq!(app.get("/counters/c").ok().await, json!(0));
    // A counter that does not exist can be reset, too.
    app.put("/counters/new/reset").ok_empty().await;
    assert_eq!(app.put("/counters/new/increment/get").ok().await, json!(1));
}

#[tokio::test]
async fn overflow_is_rejected_and_changes_nothing() {
    let app = TestServer::start().await;
    for (name, edge, step) in [("up", i64::MAX, 1), ("down", i64::MIN, -1)] {
        let by = |value: i64| app.put(&format!("/counters/{name}/incrementby/get?value={value}"));
        assert_eq!(by(edge).ok().await, json!(edge));
        assert_eq!(by(step).rejected().await, (400, 1030), "{name}");
        assert_eq!(by(edge).rejected().await, (400, 1030), "{name}");
        assert_eq!(
            app.get(&format!("/counters/{name}")).ok().await,
            json!(edge)
        );
    }
    assert_eq!(
        app.put("/counters/up/increment/get").rejected().await,
        (400, 1030)
    );
    assert_eq!(app.get("/counters/up").ok().await, json!(i64::MAX));
}

#[tokio::test]
async fn step_that_is_not_an_integer_is_rejected() {
    let app = TestServer::start().await;
    for value in ["", "x", "1.5", "1e3", "9223372036854775808", "1%202"] {
        let path = format!("/counters/c/incrementby/get?value={value}");
        assert_eq!(app.put(&path).rejected().await, (400, 8008), "{value}");
    }
    let missing = app.put("/counters/c/incrementby/get").rejected().await;
    assert_eq!(missing, (400, 8007));
    let twice = app.put("/counters/c/incrementby/get?value=1&value=2");
    assert_eq!(twice.rejected().await, (400, 8008));
    assert_eq!(app.get("/counters/c").ok().await, json!(0));
}

#[tokio::test]
async fn name_can_contain_any_character() {
    let app = TestServer::start().await;
    for (at, name) in ["my%20counter", "a%2Fb", "%E7%8C%AB", "get", "a%25"]
        .into_iter()
        .enumerate()
    {
        let path = format!("/counters/{name}/incrementby/get?value={}", at + 1);
        app.put(&path).ok().await;
    }
    for (at, name) in ["my%20counter", "a%2Fb", "%E7%8C%AB", "get", "a%25"]
        .into_iter()
        .enumerate()
    {
        let value = app.get(&format!("/counters/{name}/get")).ok().await;
        assert_eq!(value, json!(at + 1), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_increments_are_atomic() {
    const WRITERS: i64 = 64;
    const STEPS: i64 = 8;
    let app = TestServer::start().await;
    let writers = (0..WRITERS).map(|_| {
        let calls: Vec<_> = (0..STEPS)
            .map(|_| app.put("/counters/c/increment/get"))
            .collect();
        tokio::spawn(async move {
            let mut seen = Vec::new();
            for call in calls {
                seen.push(call.ok().await.as_i64().unwrap());
            }
            seen
        })
    });
    let mut seen = Vec::new();
    for writer in writers.collect::<Vec<_>>() {
        let numbers = writer.await.unwrap();
        assert!(numbers.is_sorted(), "{numbers:?}");
        seen.extend(numbers);
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=WRITERS * STEPS).collect::<Vec<_>>());
    assert_eq!(app.get("/counters/c").ok().await, json!(WRITERS * STEPS));
}
