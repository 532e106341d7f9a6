//! Every query parameter: exactly the given value under exactly its name, and no other parameter.

use std::collections::BTreeSet;
use std::time::Duration;

use backendless::{Client, Error, ListFiles, Record, Timestamp, Units, Upload};
use backendless_tests::spec::Spec;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestCaseResult};

use super::parsed::{ParsedTarget, parse};
use super::text::{any_text, is_ordinary};
use super::{Fixture, fail, for_all};

struct Queries {
    fixture: Fixture,
    client: Client,
    spec: Spec,
}

impl Queries {
    fn new() -> Self {
        let fixture = Fixture::new();
        let client = fixture.sink.client();
        let spec = Spec::read();
        Self {
            fixture,
            client,
            spec,
        }
    }

    fn send<T>(
        &self,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<Option<ParsedTarget>, TestCaseError> {
        let request = self.fixture.send(call)?;
        request
            .map(|request| parse(&self.spec, &request))
            .transpose()
    }
}

/// Asserts the operation and the query of a request, in any order.
fn assert_query(
    target: ParsedTarget,
    operation: &str,
    mut expected: Vec<(&str, String)>,
) -> TestCaseResult {
    let mut query = target.query;
    query.sort();
    expected.sort();
    let query: Vec<_> = query.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
    prop_assert_eq!((target.operation.as_str(), query), (operation, expected));
    Ok(())
}

/// A search with all options.
#[derive(Clone, Debug)]
struct Search {
    filter: String,
    sort_by: Vec<String>,
    properties: Vec<String>,
    load_relations: Vec<String>,
    group_by: Vec<String>,
    page_size: Option<u32>,
    offset: Option<u64>,
}

fn searches() -> impl Strategy<Value = Search> {
    let list = || vec(any_text(), 0..3);
    let numbers = (option::of(0..=101_u32), option::of(any::<u64>()));
    (any_text(), list(), list(), list(), list(), numbers).prop_map(
        |(filter, sort_by, properties, load_relations, group_by, (page_size, offset))| Search {
            filter,
            sort_by,
            properties,
            load_relations,
            group_by,
            page_size,
            offset,
        },
    )
}

impl Search {
    async fn call(self, client: &Client) -> Result<(), Error> {
        let mut find = client.data::<Record>("Person").find();
        find = find.filter(self.filter).properties(self.properties);
        find = find
            .load_relations(self.load_relations)
            .group_by(self.group_by);
        for column in self.sort_by {
            find = find.sort_by(column);
        }
        if let Some(rows) = self.page_size {
            find = find.page_size(rows);
        }
        if let Some(rows) = self.offset {
            find = find.offset(rows);
        }
        find.await.map(drop)
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = Vec::new();
        for (name, list) in [
            ("sortBy", &self.sort_by),
            ("property", &self.properties),
            ("loadRelations", &self.load_relations),
            ("groupBy", &self.group_by),
        ] {
            if !list.is_empty() {
                query.push((name, list.join(",")));
            }
        }
        if !self.filter.trim().is_empty() {
            query.push(("where", self.filter.clone()));
        }
        query.extend(self.page_size.map(|rows| ("pageSize", rows.to_string())));
        query.extend(self.offset.map(|rows| ("offset", rows.to_string())));
        query
    }

    fn is_ordinary(&self) -> bool {
        let lists = [
            &self.sort_by,
            &self.properties,
            &self.load_relations,
            &self.group_by,
        ];
        is_ordinary(&self.filter)
            && lists.into_iter().flatten().all(|text| is_ordinary(text))
            && self.page_size.is_none_or(|rows| (1..=100).contains(&rows))
            && self.offset.is_none_or(|rows| i64::try_from(rows).is_ok())
    }
}

#[test]
fn search_sends_exactly_its_options() {
    let queries = Queries::new();
    for_all(600, searches(), |search| {
        match queries.send(search.clone().call(&queries.client))? {
            Some(target) => assert_query(target, "findObjects", search.query()),
            None if search.is_ordinary() => fail("an ordinary search is rejected"),
            None => Ok(()),
        }
    });
}

#[test]
fn count_sends_exactly_its_filter() {
    let queries = Queries::new();
    let table = queries.client.data::<Record>("Person");
    for_all(400, any_text(), |clause| {
        let count = table.count().filter(clause.clone());
        match queries.send(count.send())? {
            Some(target) if clause.trim().is_empty() => {
                assert_query(target, "countObjects", vec![])
            }
            Some(target) => assert_query(target, "countObjects", vec![("where", clause)]),
            None if is_ordinary(&clause) => fail("an ordinary clause is rejected"),
            None => Ok(()),
        }
    });
}

#[test]
fn geo_search_sends_exactly_its_categories() {
    let queries = Queries::new();
    for_all(400, vec(any_text(), 1..4), |categories| {
        let find = queries.client.geo().find().categories(categories.clone());
        let is_valid = |name: &String| is_ordinary(name) && !name.contains(',');
        match queries.send(find.send())? {
            // A comma would split the name into two.
            Some(_) if categories.iter().any(|name| name.contains(',')) => {
                fail("a category with a comma is sent")
            }
            Some(target) => {
                let expected = vec![("categories", categories.join(","))];
                assert_query(target, "findGeoPoints", expected)
            }
            None if categories.iter().all(is_valid) => fail("ordinary categories are rejected"),
            None => Ok(()),
        }
    });
}

#[test]
fn geo_search_sends_every_digit_of_its_circle() {
    let queries = Queries::new();
    let number = || prop_oneof![any::<f64>(), -180.0..180.0_f64, Just(-0.0), Just(f64::NAN)];
    for_all(400, (number(), number(), number()), |(lat, lon, radius)| {
        let find = queries
            .client
            .geo()
            .find()
            .near(lat, lon, radius, Units::Feet);
        let is_circle =
            lat.abs() <= 90.0 && lon.abs() <= 180.0 && radius > 0.0 && radius < f64::INFINITY;
        let Some(target) = queries.send(find.send())? else {
            prop_assert!(!is_circle, "a valid circle is rejected");
            return Ok(());
        };
        let value = |name| {
            target
                .query
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, v)| v.as_str())
        };
        let number = |name| value(name).and_then(|text| text.parse::<f64>().ok());
        let read = (
            number("lat"),
            number("lon"),
            number("radius"),
            value("units"),
        );
        prop_assert_eq!(read, (Some(lat), Some(lon), Some(radius), Some("FEET")));
        prop_assert_eq!(target.query.len(), 4);
        Ok(())
    });
}

#[test]
fn number_arrives_unchanged_or_is_rejected() {
    let queries = Queries::new();
    let (counters, cache) = (queries.client.counters(), queries.client.cache());
    for_all(
        400,
        (any::<i64>(), any::<u64>(), any::<u32>()),
        |(value, secs, nanos)| {
            let Some(target) = queries.send(counters.increment_by("c", value).send())? else {
                return fail("a step is rejected");
            };
            assert_query(
                target,
                "incrementByAndGet",
                vec![("value", value.to_string())],
            )?;
            let other = value.wrapping_neg();
            let set = queries.send(counters.compare_and_set("c", value, other).send())?;
            let Some(target) = set else {
                return fail("a value is rejected");
            };
            let expected = [("expected", value), ("updatedvalue", other)];
            let expected = expected.map(|(name, value)| (name, value.to_string()));
            assert_query(target, "compareAndSetCounter", expected.into())?;
            let time = Timestamp::from_millis(value);
            let Some(target) = queries.send(cache.expire_at("k", time).send())? else {
                return fail("a time is rejected");
            };
            let expected = vec![("timestamp", value.to_string())];
            assert_query(target, "cacheExpireAt", expected)?;
            let ttl = Duration::new(secs >> (nanos % 64), nanos % 1_000_000_000);
            let millis = ttl.as_millis();
            let fits = millis > 0 && i64::try_from(millis).is_ok();
            match queries.send(cache.put("k", "v").ttl(ttl).send())? {
                Some(target) => {
                    assert_query(target, "cachePut", vec![("timeout", millis.to_string())])
                }
                None if fits => fail("a valid time to live is rejected"),
                None => Ok(()),
            }
        },
    );
}

/// Fails with the name of a query parameter that is in the document and not tested above.
#[test]
fn every_query_parameter_of_the_document_is_tested() {
    let queries = Queries::new();
    let client = &queries.client;
    let list = || vec!["a".to_owned()];
    let search = Search {
        filter: "a = 1".to_owned(),
        sort_by: list(),
        properties: list(),
        load_relations: list(),
        group_by: list(),
        page_size: Some(1),
        offset: Some(1),
    };
    let geo = client.geo().find().categories(["a"]);
    let upload = client.files().upload("a", Upload::bytes(""));
    let files = client.files();
    let options = |list: ListFiles| list.pattern("*").recursive(true).page_size(1).offset(1);
    let targets = [
        queries.send(search.call(client)),
        queries.send(client.data::<Record>("a").count().filter("a = 1").send()),
        queries.send(geo.near(1.0, 1.0, 1.0, Units::Feet).send()),
        queries.send(client.counters().increment_by("a", 1).send()),
        queries.send(
            client
                .cache()
                .put("a", "")
                .ttl(Duration::from_secs(1))
                .send(),
        ),
        queries.send(upload.overwrite(true).send()),
        queries.send(client.data::<Record>("a").update_where("a = 1", &()).send()),
        queries.send(client.cache().expire_in("a", Duration::from_secs(1)).send()),
        queries.send(
            client
                .cache()
                .expire_at("a", Timestamp::from_millis(1))
                .send(),
        ),
        queries.send(client.files().save("a", "").overwrite(true).send()),
        // An object of any arguments: each of its properties is a parameter.
        queries.send(
            client
                .cloud_code()
                .get::<()>("a", "b")
                .argument("arguments", "c")
                .send(),
        ),
        queries.send(options(files.list("a")).send()),
        queries.send(options(files.list_root()).send()),
        queries.send(files.count("a").send()),
        queries.send(files.count_root().send()),
        queries.send(client.counters().get_and_increment_by("a", 1).send()),
        queries.send(client.counters().compare_and_set("a", 1, 2).send()),
    ];
    let mut tested = BTreeSet::new();
    for target in targets {
        let target = target.unwrap().unwrap();
        let names = target.query.into_iter().map(|(name, _)| name);
        tested.extend(names.map(|name| (target.operation.clone(), name)));
    }
    assert_eq!(tested, queries.spec.parameters("query"));
}
