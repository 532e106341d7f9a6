//! Complete exchanges of transactions with the local server.

use backendless::filter::field;
use backendless::{Client, ErrorCode, ErrorKind, Object, Record, Table};
use backendless_local::Server;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::{local_client, log_in_new_user};

#[derive(Debug, Serialize, Deserialize)]
struct Order {
    total: u32,
}

struct Shop {
    _server: Server,
    client: Client,
    orders: Table<Order>,
    items: Table<Record>,
}

impl Shop {
    /// A shop with the columns of both tables and no rows.
    async fn open() -> Shop {
        let server = Server::start().await.unwrap();
        let client = local_client(&server);
        let shop = Shop {
            orders: client.data("Order"),
            items: client.data("Item"),
            _server: server,
            client,
        };
        let order = shop.orders.create(&Order { total: 0 }).await.unwrap();
        let item = json!({"name": "x", "order": "x", "n": 0});
        let item = shop.items.create(&item).await.unwrap();
        let items = shop
            .orders
            .relation::<Record>(&order.object_id, "items:Item:n");
        items.add([&item.object_id]).await.unwrap();
        shop.orders.delete(&order.object_id).await.unwrap();
        shop.items.delete(&item.object_id).await.unwrap();
        shop
    }
}

fn names(items: &[Object<Record>]) -> Vec<&str> {
    let mut names: Vec<_> = items
        .iter()
        .map(|item| item["name"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn operations_use_the_results_of_earlier_ones() {
    let shop = Shop::open().await;
    let mut transaction = shop.client.transaction();
    let order = transaction.create(&shop.orders, &Order { total: 20 });
    let milk = transaction.create(&shop.items, &json!({"name": "milk", "order": order.id()}));
    let others =
        transaction.create_many("Item", &[json!({"name": "bread"}), json!({"name": "tea"})]);
    let tea = transaction.update(&shop.items, others.index(1), &json!({"name": "green tea"}));
    let related =
        transaction.add_relation(&shop.orders, &order, "items", [milk.id(), others.index(0)]);
    let all = transaction.add_relation(&shop.orders, order.id(), "items", others.ids());
    let found = transaction.find(shop.items.find().filter("name like '%tea'"));
    let total = transaction.update(
        &shop.items,
        found.index(0),
        &json!({"n": order.property("total")}),
    );
    let results = transaction.commit().await.unwrap();

    let order = results.get(&order).unwrap();
    assert_eq!(order.total, 20);
    assert_eq!(results.get(&milk).unwrap()["order"], order.object_id);
    let ids = results.get(&others).unwrap();
    assert_eq!(results.get(&tea).unwrap().object_id, ids[1]);
    assert_eq!(
        (results.get(&related).unwrap(), results.get(&all).unwrap()),
        (2, 1)
    );
    let found = results.get(&found).unwrap();
    assert_eq!(names(&found), ["green tea"]);
    assert_eq!(results.get(&total).unwrap()["n"], 20);
    let items = shop.orders.relation::<Record>(&order.object_id, "items");
    let items = items.find().await.unwrap();
    assert_eq!(names(&items), ["bread", "green tea", "milk"]);
}

#[tokio::test]
async fn rows_are_changed_and_deleted_by_ids_references_and_filters() {
    let shop = Shop::open().await;
    let mut transaction = shop.client.transaction();
    let rows: Vec<_> = (0..6).map(|n| json!({"name": "a", "n": n})).collect();
    let created = transaction.create_many(&shop.items, &rows);
    let by_filter = transaction.update_many(&shop.items, field("n").lt(2), &json!({"name": "b"}));
    let by_ids = transaction.update_many(&shop.items, [created.index(2)], &json!({"name": "c"}));
    let by_reference = transaction.update_many(&shop.items, created.ids(), &json!({"order": "o"}));
    let deleted = transaction.delete(&shop.items, created.index(5));
    let by_filter_2 = transaction.delete_many(&shop.items, field("n").eq(4));
    let found = transaction.find(shop.items.find().filter("name = 'b'"));
    let by_found = transaction.delete_many(&shop.items, found.ids());
    let by_unknown_id = transaction.delete_many(&shop.items, ["no such id"]);
    let upserted = transaction.upsert(&shop.items, &json!({"objectId": "N-1", "name": "d"}));
    let many = transaction.upsert_many(
        &shop.items,
        &[json!({"objectId": "N-1", "n": 9}), json!({"name": "e"})],
    );
    let results = transaction.commit().await.unwrap();

    assert_eq!(results.get(&created).unwrap().len(), 6);
    assert_eq!(results.get(&by_filter).unwrap(), 2);
    assert_eq!(results.get(&by_ids).unwrap(), 1);
    assert_eq!(results.get(&by_reference).unwrap(), 6);
    assert!(results.get(&deleted).unwrap().as_millis() > 0);
    assert_eq!(results.get(&by_filter_2).unwrap(), 1);
    assert_eq!(results.get(&by_found).unwrap(), 2);
    assert_eq!(results.get(&by_unknown_id).unwrap(), 0);
    assert_eq!(results.get(&upserted).unwrap()["name"], "d");
    assert_eq!(results.get(&many).unwrap()[0], "N-1");
    let left = shop.items.find().sort_by("name").await.unwrap();
    assert_eq!(names(&left), ["a", "c", "d", "e"]);
    assert_eq!(shop.items.get("N-1").await.unwrap()["n"], 9);
}

#[tokio::test]
async fn an_operation_that_fails_undoes_all_others() {
    let shop = Shop::open().await;
    let kept = shop
        .items
        .create(&json!({"name": "kept", "n": 1}))
        .await
        .unwrap();
    let mut transaction = shop.client.transaction();
    transaction.create(&shop.orders, &Order { total: 1 });
    transaction.update(&shop.items, &kept.object_id, &json!({"n": 2}));
    transaction.create_many(&shop.items, &[json!({"name": "a"})]);
    transaction.delete_many(&shop.items, field("n").gt(0));
    transaction.update(&shop.items, "no such id", &json!({"n": 2}));
    let error = transaction.commit().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(error.code(), Some(ErrorCode::new(1_000)));
    assert_eq!(error.data().unwrap()["index"], 4);
    assert!(
        error
            .message()
            .contains("operation 5 of 5 failed (UPDATE of table 'Item')"),
        "{error}"
    );
    assert_eq!(shop.orders.count().await.unwrap(), 0);
    assert_eq!(shop.items.count().await.unwrap(), 1);
    assert_eq!(shop.items.get(&kept.object_id).await.unwrap()["n"], 1);

    // The next transaction is not affected.
    let mut transaction = shop.client.transaction();
    transaction.create(&shop.orders, &Order { total: 1 });
    transaction.commit().await.unwrap();
    assert_eq!(shop.orders.count().await.unwrap(), 1);
}

#[tokio::test]
async fn rows_belong_to_the_user_of_the_transaction() {
    let shop = Shop::open().await;
    let session = log_in_new_user(&shop.client, "ann@example.com").await;
    let mut transaction = session.client().transaction();
    let item = transaction.create("Item", &json!({"name": "a"}));
    let results = transaction.commit().await.unwrap();
    let owner = results.get(&item).unwrap().owner_id.clone();
    assert_eq!(owner.as_deref(), Some(session.user().object_id.as_str()));
}
