//! Edits in the pages: exact numbers, errors where they happen, the focus after them, and a search that stays applied.

use serde_json::{Value, json};

use crate::browser::{self, Browser};
use crate::support::{Console, ok, send};

/// The first integer that a float cannot represent.
const LARGE: i64 = 9_007_199_254_740_993;

/// Starts a server with rows of a table, and opens its page.
async fn with_rows(table: &str, rows: &[Value]) -> Option<(Console, Browser)> {
    let console = Console::start().await;
    for row in rows {
        create(&console, table, row).await;
    }
    let browser = browser::open(&console.server.url())?;
    Some((console, browser))
}

async fn create(console: &Console, table: &str, row: &Value) -> Value {
    let url = console.service(&format!("/data/{table}"));
    ok(console.http.post(url).json(row)).await
}

async fn first(console: &Console, table: &str) -> Value {
    let rows = ok(console.http.get(console.service(&format!("/data/{table}")))).await;
    rows[0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn integers_beyond_the_precision_of_floats_are_shown_and_saved_exactly() {
    let text = format!("a text with \"{LARGE}\" and \\ {LARGE}");
    let row =
        json!({"n": LARGE, "text": text, "document": {"big": i64::MAX, "list": [LARGE, 1.5]}});
    let Some((console, mut browser)) = with_rows("Large", &[row]).await else {
        return;
    };
    browser.visit("tables/Large");
    browser.wait_for("9007199254740993");
    browser.wait_for(r#"{"big":9223372036854775807,"list":[9007199254740993,1.5]}"#);
    // A value that was not changed is not saved.
    browser.click("n: 9007199254740993. Edit");
    browser.press("Enter");
    browser.wait("control('n: 9007199254740993. Edit') === document.activeElement");
    let row = first(&console, "Large").await;
    assert_eq!(
        (&row["n"], &row["updated"]),
        (&json!(LARGE), &Value::Null),
        "{row}"
    );
    // Neither does the edit of another column change it.
    browser.eval("document.querySelector('[data-column=text] button').click()");
    browser.eval("document.activeElement.value += '!'");
    browser.press("Enter");
    browser.wait("!document.querySelector('.editor')");
    browser.click("n: 9007199254740993. Edit");
    browser.fill("New value of n", "-9007199254740995");
    browser.press("Enter");
    browser.wait("control('n: -9007199254740995. Edit')");
    browser.eval("document.querySelector('[data-column=document] button').click()");
    browser.fill(
        "New value of document",
        r#"{"big": 9223372036854775806, "text": "9007199254740993"}"#,
    );
    browser.click("Save");
    browser.wait("!document.querySelector('.editor')");
    let row = first(&console, "Large").await;
    assert_eq!(row["n"], -9_007_199_254_740_995_i64);
    assert_eq!(row["text"], format!("{text}!"));
    assert_eq!(
        row["document"],
        json!({"big": i64::MAX - 1, "text": "9007199254740993"})
    );
    browser.click("n: -9007199254740995. Edit");
    browser.fill("New value of n", "9223372036854775808");
    browser.press("Enter");
    browser.wait_for("9223372036854775808 does not fit into n");
    browser.press("Escape");
    // In a new row, and in a value of the cache.
    browser.click("New row");
    browser.fill("n (INT)", "9007199254740997");
    browser.fill("Other columns", r#"{"m": [9007199254740999]}"#);
    browser.click("Create");
    browser.wait_for("9007199254740999");
    let rows = ok(console
        .http
        .get(console.service("/data/Large?where=n%3E0&property=n&property=m")))
    .await;
    assert_eq!(rows[0]["n"], 9_007_199_254_740_997_i64);
    assert_eq!(rows[0]["m"], json!([9_007_199_254_740_999_i64]));
    let value = json!({"key": "k", "value": {"n": LARGE}, "seconds": 600});
    console.put("/cache", value).await;
    browser.visit("values");
    browser.click("Edit k");
    browser.click("Save");
    browser.wait("!document.querySelector('dialog')");
    let cached = ok(console.http.get(console.service("/cache/k"))).await;
    assert_eq!(cached, json!({ "n": LARGE }));
    assert_eq!(browser.take_errors(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_value_keeps_the_focus_and_says_what_to_enter() {
    let row = json!({"age": 20, "active": true, "document": {"a": 1}, "name": "Bob"});
    let Some((console, mut browser)) = with_rows("Person", &[row]).await else {
        return;
    };
    browser.visit("tables/Person");
    for (cell, column, text, message) in [
        ("age: 20. Edit", "age", "old", "use digits, such as 20"),
        ("age: 20. Edit", "age", "0x10", "use digits, such as 20"),
        ("age: 20. Edit", "age", "", "To empty the cell, use Null."),
        ("active: true. Edit", "active", "yes", "use true or false"),
        (
            r#"document: {"a":1}. Edit"#,
            "document",
            "{a}",
            "Use JSON, such as",
        ),
    ] {
        browser.click(cell);
        browser.fill(&format!("New value of {column}"), text);
        browser.press("Enter");
        browser.wait_for(message);
        let alert = format!(
            "document.querySelector('.editor [role=alert]').textContent.includes({})",
            json!(message)
        );
        assert_eq!(browser.eval(&alert), true, "{column}");
        let focused = browser.eval("document.activeElement.getAttribute('aria-label')");
        assert_eq!(focused, format!("New value of {column}"));
        // The field is wide enough for a value.
        assert_eq!(
            browser.eval("document.activeElement.offsetWidth >= 130"),
            true
        );
        if text == "yes" {
            browser.screenshot("tables-cell-error-light");
        }
        browser.press("Escape");
        browser.wait(&format!(
            "control({}) === document.activeElement",
            json!(cell)
        ));
    }
    browser.click("age: 20. Edit");
    browser.fill("New value of age", "21");
    browser.press("Enter");
    browser.wait("control('age: 21. Edit') === document.activeElement");
    let row = first(&console, "Person").await;
    assert_eq!(row["age"], 21);
    // The server rejects a value that the page accepts.
    let id = row["objectId"].as_str().unwrap();
    console
        .delete(&format!("/tables/rows?table=Person&id={id}"))
        .await;
    browser.click("age: 21. Edit");
    browser.fill("New value of age", "22");
    browser.press("Enter");
    browser.wait("document.querySelector('.editor [role=alert]')?.textContent");
    assert_eq!(
        browser.eval("document.activeElement.getAttribute('aria-label')"),
        "New value of age"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_error_of_a_dialog_is_in_it_and_that_of_a_page_ends_with_it() {
    let Some((_console, mut browser)) = with_rows("Person", &[json!({"n": 1})]).await else {
        return;
    };
    browser.visit("tables");
    browser.click("New table");
    browser.fill("Name", "Person");
    browser.click("Create");
    browser.wait(
        "document.querySelector('dialog[open] [role=alert]').textContent.includes('already')",
    );
    assert_eq!(
        browser.eval("document.querySelectorAll('.notice').length"),
        0
    );
    browser.screenshot("tables-dialog-error-light");
    browser.fill("Name", "Other");
    browser.click("Create");
    browser.wait("location.hash === '#/tables/Other' && !document.querySelector('dialog')");
    // A search that fails is a notice until one succeeds.
    let fail = |browser: &mut Browser| {
        browser.visit("tables/Person");
        browser.fill("Where", "n >");
        browser.click("Search");
        browser.wait("document.querySelector('.notice.error')");
        browser.wait("document.querySelector('[name=where]').ariaInvalid === 'true'");
    };
    fail(&mut browser);
    browser.fill("Where", "n > 0");
    browser.click("Search");
    browser.wait("!document.querySelector('.notice.error')");
    browser.wait("document.querySelector('[name=where]').ariaInvalid === null");
    fail(&mut browser);
    browser.visit("tables");
    assert_eq!(
        browser.eval("document.querySelectorAll('.notice.error').length"),
        0
    );
    browser.visit("tables/Nope");
    browser.wait_for("There is no table Nope.");
    assert_eq!(browser.eval("control('New row')"), Value::Null);
    browser.visit("files");
    browser.click("Upload");
    browser.wait_for("Choose the files to upload first.");
    browser.visit("state");
    browser.click("Import");
    browser.wait_for("Choose the file of an export first.");
    assert_eq!(
        browser.eval("document.querySelectorAll('.notice.error').length"),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_a_search_are_those_of_its_where_clause() {
    let rows: Vec<Value> = (0..24).map(|n| json!({ "n": n })).collect();
    let Some((console, mut browser)) = with_rows("Number", &rows).await else {
        return;
    };
    browser.visit("tables/Number");
    browser.fill("Rows per page", "10");
    browser.wait_for("1 to 10 of 24 rows");
    browser.fill("Where", "n < 21");
    browser.click("Search");
    browser.wait_for("1 to 10 of 21 rows");
    browser.click("n");
    browser.wait("document.querySelector('[aria-sort=ascending]')");
    // A clause that is typed only, and one that was rejected.
    browser.fill("Where", "n > 100");
    browser.click("Next");
    browser.wait_for("11 to 20 of 21 rows");
    browser.fill("Where", "n >");
    browser.click("Search");
    browser.wait("document.querySelector('.notice.error')");
    browser.click("Next");
    browser.wait_for("21 to 21 of 21 rows");
    assert_eq!(
        browser.eval("document.querySelector('tbody [data-column=n]').innerText"),
        "20"
    );
    // The last row of the last page is deleted.
    let last = console.get("/tables/rows?table=Number&where=n%3D20").await;
    let id = last["rows"][0]["objectId"].as_str().unwrap();
    browser.click(&format!("Delete the row {id}"));
    browser.click("Delete");
    browser.wait_for("11 to 20 of 20 rows");
    browser.screenshot("tables-pages-light");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_stays_where_it_is_while_requests_arrive() {
    let console = Console::start().await;
    let request = async |name: String| {
        send(
            console
                .http
                .get(console.service(&format!("/counters/{name}"))),
        )
        .await
    };
    for number in 0..60 {
        request(format!("early-{number}-")).await;
    }
    let Some(mut browser) = browser::open(&console.server.url()) else {
        return;
    };
    browser.visit("requests");
    browser.wait_for("/counters/early-59-");
    browser.eval("document.querySelector('.log').scrollTop = 400");
    browser.eval("control('GET /counters/early-40-: show request and response').click()");
    browser.wait("document.querySelector('#detail h2')?.textContent.includes('early-40-')");
    browser.screenshot("requests-open-light");
    let places = "[...document.querySelectorAll('#detail h2, [aria-label*=\"early-40-\"]')].map((element) => element.getBoundingClientRect().top).concat(scrollY)";
    // The focus is on a row, as after a click.
    browser.eval("control('GET /counters/early-40-: show request and response').focus()");
    let before = browser.eval(places);
    for number in 0..5 {
        request(format!("late-{number}-")).await;
    }
    browser.wait("control('GET /counters/late-4-: show request and response')");
    // The browser rounds the position of the list to pixels.
    let after = browser.eval(places);
    let [before, after] =
        [before, after].map(|places| serde_json::from_value::<Vec<f64>>(places).unwrap());
    assert_eq!((before.len(), after.len()), (3, 3));
    for (before, after) in before.iter().zip(&after) {
        assert!((before - after).abs() < 1.0, "{before} {after}");
    }
    let focused = browser.eval("nameOf(document.activeElement)");
    assert_eq!(
        focused,
        "GET /counters/early-40-: show request and response"
    );
    // Some requests more than the log has rows.
    for number in 0..450 {
        request(format!("many-{number}-")).await;
    }
    browser.wait("control('GET /counters/many-449-: show request and response')");
    assert_eq!(browser.eval("document.querySelectorAll('.log tbody tr').length <= 500 && document.querySelectorAll('.log tbody tr').length > 400"), true);
    // A filter, and the message of an error.
    send(console.http.get(console.service("/data/Missing"))).await;
    browser.fill("Filter", "Table not found");
    browser.wait("document.querySelectorAll('.log tbody tr').length === 1");
    let title = browser
        .eval("document.querySelector('.log tbody td[title*=\"Table not found\"]').innerText");
    assert_eq!(title, "1009");
    browser.fill("Filter", "");
    browser.wait("document.querySelectorAll('.log tbody tr').length > 400");
    let ids = browser.eval("[...document.querySelectorAll('.log tbody button')].map((button) => Number(button.dataset.request))");
    let ids: Vec<u64> = serde_json::from_value(ids).unwrap();
    assert!(ids.is_sorted_by(|one, next| one > next), "{ids:?}");
    assert_eq!(browser.take_errors(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn users_and_points_are_created_with_what_was_entered() {
    let Some((console, mut browser)) = with_rows("Person", &[]).await else {
        return;
    };
    browser.visit("users");
    browser.click("New user");
    browser.fill("E-mail", "eve@example.com");
    browser.fill("Name", "Eve");
    browser.fill("Password", "pa55");
    browser.click("Create");
    browser.wait("control('Disable eve@example.com')");
    let login = json!({"login": "eve@example.com", "password": "pa55"});
    let url = console.service("/users/login");
    assert_eq!(ok(console.http.post(url).json(&login)).await["name"], "Eve");
    let point = |number: u32| {
        let angle = f64::from(number % 90);
        json!({"latitude": angle, "longitude": angle, "categories": ["parks"]})
    };
    console.post("/geo", point(1)).await;
    browser.visit("geo");
    browser.fill("Category", "parks");
    browser.fill("Latitude", "1.5");
    browser.fill("Longitude", "2.5");
    browser.fill("Categories", "cities, big ");
    browser.click("Save");
    browser.wait_for("The point was saved.");
    // The filter shows the other category only.
    browser.wait("document.querySelectorAll('circle').length === 1");
    let points = console.get("/geo").await;
    let saved = points.as_array().unwrap();
    let saved = saved.iter().find(|point| point["latitude"] == 1.5).unwrap();
    assert_eq!(saved["categories"], json!(["cities", "big"]));
    assert_eq!(browser.take_errors(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn many_points_are_drawn_in_part() {
    let Some((_console, mut browser)) = with_rows("Person", &[]).await else {
        return;
    };
    // More than the arguments of a call in a script.
    let respond = "(() => { const real = window.fetch; window.fetch = async (url, options) => (String(url).endsWith('/geo') \
         ? new Response(JSON.stringify(Array.from({ length: 200_000 }, (_, at) => ({ objectId: String(at), latitude: at % 80, \
         longitude: at % 170, categories: [`c${at % 150_000}`], metadata: {} })))) : real(url, options)); })()";
    browser.eval(respond);
    browser.visit("geo");
    browser.wait("document.querySelectorAll('circle').length === 5000");
    browser.fill("Area", "points");
    browser.wait_for("The first 5000 of 200000 points.");
    assert_eq!(browser.take_errors(), Vec::<String>::new());
}
