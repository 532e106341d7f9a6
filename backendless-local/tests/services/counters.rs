//! Counters: every step counts, and a step that cannot be made changes nothing.

use serde_json::json;

use crate::Local;

#[tokio::test]
async fn a_counter_begins_at_0_and_both_forms_read_it() {
    let local = Local::start().await;
    for path in ["/counters/hits", "/counters/hits/get"] {
        assert_eq!(local.get(path).ok().await, json!(0));
    }
    assert_eq!(
        local.put("/counters/hits/increment/get").ok().await,
        json!(1)
    );
    assert_eq!(
        local.put("/counters/hits/increment/get").ok().await,
        json!(2)
    );
    for path in ["/counters/hits", "/counters/hits/get"] {
        assert_eq!(local.get(path).ok().await, json!(2));
    }
    // Another name is another counter, and so is one of other letters.
    assert_eq!(local.get("/counters/Hits").ok().await, json!(0));
}

#[tokio::test]
async fn a_step_may_be_any_number_and_negative() {
    let local = Local::start().await;
    for (step, sum) in [(5, 5), (-10, -5), (0, -5), (i64::MAX, i64::MAX - 5)] {
        let path = format!("/counters/c/incrementby/get?value={step}");
        assert_eq!(local.put(&path).ok().await, json!(sum));
    }
}

#[tokio::test]
async fn reset_is_0() {
    let local = Local::start().await;
    local.put("/counters/c/incrementby/get?value=41").ok().await;
    local.put("/counters/c/reset").done().await;
    assert_eq!(local.get("/counters/c").ok().await, json!(0));
    // One that never was can be reset too.
    local.put("/counters/new/reset").done().await;
    assert_eq!(
        local.put("/counters/new/increment/get").ok().await,
        json!(1)
    );
}

#[tokio::test]
async fn an_overflow_is_refused_and_changes_nothing() {
    let local = Local::start().await;
    for (name, edge, step) in [("up", i64::MAX, 1), ("down", i64::MIN, -1)] {
        let by = |value: i64| local.put(&format!("/counters/{name}/incrementby/get?value={value}"));
        assert_eq!(by(edge).ok().await, json!(edge));
        assert_eq!(by(step).refused().await, (400, 1030), "{name}");
        assert_eq!(by(edge).refused().await, (400, 1030), "{name}");
        assert_eq!(
            local.get(&format!("/counters/{name}")).ok().await,
            json!(edge)
        );
    }
    assert_eq!(
        local.put("/counters/up/increment/get").refused().await,
        (400, 1030)
    );
    assert_eq!(local.get("/counters/up").ok().await, json!(i64::MAX));
}

#[tokio::test]
async fn a_step_that_is_no_whole_number_is_refused() {
    let local = Local::start().await;
    for value in ["", "x", "1.5", "1e3", "9223372036854775808", "1%202"] {
        let path = format!("/counters/c/incrementby/get?value={value}");
        assert_eq!(local.put(&path).refused().await, (400, 8008), "{value}");
    }
    let missing = local.put("/counters/c/incrementby/get").refused().await;
    assert_eq!(missing, (400, 8007));
    let twice = local.put("/counters/c/incrementby/get?value=1&value=2");
    assert_eq!(twice.refused().await, (400, 8008));
    assert_eq!(local.get("/counters/c").ok().await, json!(0));
}

#[tokio::test]
async fn a_name_may_have_any_sign() {
    let local = Local::start().await;
    for (at, name) in ["my%20counter", "a%2Fb", "%E7%8C%AB", "get", "a%25"]
        .into_iter()
        .enumerate()
    {
        let path = format!("/counters/{name}/incrementby/get?value={}", at + 1);
        local.put(&path).ok().await;
    }
    for (at, name) in ["my%20counter", "a%2Fb", "%E7%8C%AB", "get", "a%25"]
        .into_iter()
        .enumerate()
    {
        let value = local.get(&format!("/counters/{name}/get")).ok().await;
        assert_eq!(value, json!(at + 1), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_64_writers_at_once_every_step_counts_and_no_two_see_the_same_number() {
    const WRITERS: i64 = 64;
    const STEPS: i64 = 8;
    let local = Local::start().await;
    let writers = (0..WRITERS).map(|_| {
        let calls: Vec<_> = (0..STEPS)
            .map(|_| local.put("/counters/c/increment/get"))
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
    assert_eq!(local.get("/counters/c").ok().await, json!(WRITERS * STEPS));
}
