//! Options of searches and of `get` that the document lacks: their requests, and their effect in the local server.

use backendless::filter::field;
use backendless::{ErrorCode, ErrorKind, Profile, Record, Table};
use backendless_local::Server;
use backendless_tests::Recorder;
use futures_util::TryStreamExt;
use serde_json::json;

use crate::support::{
    assert_no_body, assert_rejected, assert_request_line, local_client, recorded_request,
};

#[tokio::test]
async fn a_search_sends_its_options_as_the_official_sdk() {
    let request = recorded_request("[]", |client| {
        let find = client.data::<Record>("Person").find();
        find.properties(["city", "Count(objectId) as n"])
            .exclude_properties(["a"])
            .exclude_properties(["b"])
            .group_by(["city"])
            .having("Count(objectId) > 1")
            .having(field("city").ne("Oslo"))
            .distinct()
            .load_relations(["friends"])
            .relations_depth(2)
            .relations_page_size(5)
            .file_reference_prefix("https://f/")
    })
    .await;
    assert_request_line(
        &request,
        "GET",
        "/data/Person?distinct=true&excludeProps=a%2Cb&fileReferencePrefix=https%3A%2F%2Ff%2F&groupBy=city\
         &having=%28Count%28objectId%29+%3E+1%29+AND+%28city+%21%3D+%27Oslo%27%29&loadRelations=friends\
         &property=city%2CCount%28objectId%29+as+n&relationsDepth=2&relationsPageSize=5",
    );
    assert_no_body(&request);
    let request = recorded_request("[]", |client| client.data::<Record>("Person").find()).await;
    assert_request_line(&request, "GET", "/data/Person");
}

#[tokio::test]
async fn get_sends_its_options_as_the_official_sdk() {
    let row = r#"{"objectId":"B2"}"#;
    for profile in [Profile::Document, Profile::Live] {
        let server = Recorder::responding(200, row).await;
        let client = server.builder().profile(profile).build().unwrap();
        let get = client.data::<Record>("Person").get("B2");
        get.properties(["name", "age as years"])
            .exclude_properties(["a", "b"])
            .load_relations(["address", "friends"])
            .relations_depth(1)
            .relations_page_size(20)
            .file_reference_prefix("f")
            .timeout(std::time::Duration::from_secs(9))
            .await
            .unwrap();
        let request = server.request();
        assert_request_line(
            &request,
            "GET",
            "/data/Person/B2?excludeProps=a%2Cb&fileReferencePrefix=f&loadRelations=address%2Cfriends\
             &property=name&property=age+as+years&relationsDepth=1&relationsPageSize=20",
        );
        assert_no_body(&request);
    }
}

#[tokio::test]
async fn an_invalid_option_is_rejected_before_a_request_is_sent() {
    let server = Recorder::responding(200, "[]").await;
    let people = server.client().data::<Record>("Person");
    let error = people.find().relations_page_size(0).await.unwrap_err();
    assert_rejected(&error, "findObjects", "relations_page_size is 0");
    let error = people.get("B2").relations_page_size(0).await.unwrap_err();
    assert_rejected(&error, "getObjectById", "relations_page_size is 0");
    let error = people.find().having(field("a b").eq(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    for reserved in ["count", "pk", "properties"] {
        let error = people.get(reserved).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{reserved}");
    }
    let mut stream = people.find().distinct().by_key().stream();
    let error = stream.try_next().await.unwrap_err();
    assert_rejected(&error, "findObjects", "by_key sorts by objectId");
    assert_eq!(server.requests().len(), 0);
}

async fn people() -> (Server, Table<Record>) {
    let server = Server::start().await.unwrap();
    let people = local_client(&server).data::<Record>("Person");
    for (name, age, city) in [
        ("Ann", 30, "Oslo"),
        ("Bob", 20, "Rome"),
        ("Eva", 40, "Rome"),
    ] {
        let person = json!({"name": name, "age": age, "city": city});
        people.create(&person).await.unwrap();
    }
    (server, people)
}

#[tokio::test]
async fn having_selects_groups_and_distinct_returns_equal_rows_once() {
    let (_server, people) = people().await;
    let groups = people.find().properties(["city", "Count(objectId) as n"]);
    let groups = groups.group_by(["city"]).sort_by("city");
    let large = groups.having("Count(objectId) > 1").rows::<Record>().await;
    let large = large.unwrap();
    assert_eq!(
        (large.len(), &large[0]["city"], &large[0]["n"]),
        (1, &json!("Rome"), &json!(2))
    );

    let cities = people.find().properties(["city"]).sort_by("city");
    let cities = cities.distinct().rows::<Record>().await.unwrap();
    let cities: Vec<_> = cities
        .iter()
        .map(|row| row["city"].as_str().unwrap())
        .collect();
    assert_eq!(cities, ["Oslo", "Rome"]);

    let invalid = people.find().properties(["city"]).group_by(["city"]);
    let error = invalid.having("Count(").rows::<Record>().await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::new(19_001)), "{error}");
    let error = people.find().having("city = 'Oslo'").await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::new(19_001)), "{error}");
}

#[tokio::test]
async fn properties_are_selected_and_omitted() {
    let (_server, people) = people().await;
    let rows = people
        .find()
        .exclude_properties(["age", "city"])
        .await
        .unwrap();
    assert!(rows.iter().all(|row| row.contains_key("name")));
    assert!(
        rows.iter()
            .all(|row| !row.contains_key("age") && !row.contains_key("city"))
    );
    let id = &rows[0].object_id;
    let row = people
        .get(id)
        .properties(["name", "age as years"])
        .await
        .unwrap();
    assert_eq!(row.object_id, *id);
    assert!(row.contains_key("years") && !row.contains_key("age") && !row.contains_key("city"));
    let row = people.get(id).exclude_properties(["name"]).await.unwrap();
    assert!(row.contains_key("age") && !row.contains_key("name"));
    let row = people
        .get(id)
        .load_relations(["*"])
        .relations_depth(1)
        .await
        .unwrap();
    assert!(row.contains_key("name"));
    let row = people
        .get(id)
        .relations_page_size(1)
        .file_reference_prefix("f")
        .await;
    assert!(row.unwrap().contains_key("name"));
    for error in [
        people.get(id).properties(["unknown"]).await.unwrap_err(),
        people
            .get(id)
            .exclude_properties(["unknown"])
            .await
            .unwrap_err(),
        people.get(id).load_relations(["name"]).await.unwrap_err(),
        people
            .find()
            .exclude_properties(["unknown"])
            .await
            .unwrap_err(),
    ] {
        assert_eq!(error.code(), Some(ErrorCode::new(1_006)), "{error}");
    }
    assert!(
        people
            .get("no-such-id")
            .properties(["name"])
            .await
            .unwrap_err()
            .is_not_found()
    );
}
