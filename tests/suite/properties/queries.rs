//! Every query parameter: exactly the given value under exactly its name, and no other parameter.

use std::collections::BTreeSet;
use std::time::Duration;

use backendless::{Client, Error, Find, ListFiles, Record, Timestamp, Units, Upload};
use backendless_tests::spec::Spec;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestCaseResult};
use serde_json::json;

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
            .map(|request| match parse(&self.spec, &request)? {
                target if target.operation.ends_with("ByPost") => by_get(target, &request.body),
                target => Ok(target),
            })
            .transpose()
    }
}

/// The target of the GET that a POST with the same parameters in its body replaces, because its URL would be too long.
fn by_get(target: ParsedTarget, body: &[u8]) -> Result<ParsedTarget, TestCaseError> {
    prop_assert_eq!(target.query, []);
    let Ok(body) = serde_json::from_slice::<Record>(body) else {
        return fail("the body is not an object");
    };
    let parameters = body.into_iter().map(|(name, value)| {
        let name = if name == "props" {
            "property".to_owned()
        } else {
            name
        };
        let text = value.as_str().map(str::to_owned);
        (name, text.unwrap_or_else(|| value.to_string()))
    });
    Ok(ParsedTarget {
        operation: target.operation.trim_end_matches("ByPost").to_owned(),
        path: target.path,
        query: parameters.collect(),
    })
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
    more: More,
}

/// Options of a search that the document lacks.
#[derive(Clone, Debug)]
struct More {
    having: String,
    exclude_properties: Vec<String>,
    file_reference_prefix: Option<String>,
    relations_depth: Option<u32>,
    relations_page_size: Option<u32>,
    is_distinct: bool,
}

fn more() -> impl Strategy<Value = More> {
    let numbers = (option::of(any::<u32>()), option::of(any::<u32>()));
    let texts = (any_text(), vec(any_text(), 0..3), option::of(any_text()));
    (texts, numbers, any::<bool>()).prop_map(|(texts, numbers, is_distinct)| More {
        having: texts.0,
        exclude_properties: texts.1,
        file_reference_prefix: texts.2,
        relations_depth: numbers.0,
        relations_page_size: numbers.1,
        is_distinct,
    })
}

fn searches() -> impl Strategy<Value = Search> {
    let list = || vec(any_text(), 0..3);
    let numbers = (option::of(0..=101_u32), option::of(any::<u64>()));
    (any_text(), list(), list(), list(), list(), numbers, more()).prop_map(
        |(filter, sort_by, properties, load_relations, group_by, (page_size, offset), more)| {
            Search {
                filter,
                sort_by,
                properties,
                load_relations,
                group_by,
                page_size,
                offset,
                more,
            }
        },
    )
}

impl Search {
    async fn call(self, client: &Client) -> Result<(), Error> {
        self.send(client.data::<Record>("Person").find()).await
    }

    async fn call_of_relation(self, client: &Client) -> Result<(), Error> {
        let people = client.data::<Record>("Person");
        self.send(people.relation("B2", "friends").find()).await
    }

    async fn send(self, mut find: Find<Record>) -> Result<(), Error> {
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
        let more = self.more;
        find = find
            .having(more.having)
            .exclude_properties(more.exclude_properties);
        if let Some(prefix) = more.file_reference_prefix {
            find = find.file_reference_prefix(prefix);
        }
        if let Some(levels) = more.relations_depth {
            find = find.relations_depth(levels);
        }
        if let Some(rows) = more.relations_page_size {
            find = find.relations_page_size(rows);
        }
        if more.is_distinct {
            find = find.distinct();
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
            ("excludeProps", &self.more.exclude_properties),
        ] {
            if !list.is_empty() {
                query.push((name, list.join(",")));
            }
        }
        for (name, clause) in [("where", &self.filter), ("having", &self.more.having)] {
            if !clause.trim().is_empty() {
                query.push((name, clause.clone()));
            }
        }
        let more = &self.more;
        let prefix = more.file_reference_prefix.clone();
        query.extend(prefix.map(|prefix| ("fileReferencePrefix", prefix)));
        let levels = more.relations_depth;
        query.extend(levels.map(|levels| ("relationsDepth", levels.to_string())));
        let rows = more.relations_page_size;
        query.extend(rows.map(|rows| ("relationsPageSize", rows.to_string())));
        query.extend(more.is_distinct.then(|| ("distinct", "true".to_owned())));
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
            &self.more.exclude_properties,
        ];
        is_ordinary(&self.filter)
            && is_ordinary(&self.more.having)
            && self.more.relations_page_size != Some(0)
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

/// A search for the users who have a role, with all options.
#[derive(Clone, Debug)]
struct UserSearch {
    filter: String,
    sort_by: Vec<String>,
    load_roles: Option<bool>,
    page_size: Option<u32>,
    offset: Option<u64>,
}

fn user_searches() -> impl Strategy<Value = UserSearch> {
    let numbers = (option::of(0..=101_u32), option::of(any::<u64>()));
    let options = (
        any_text(),
        vec(any_text(), 0..3),
        option::of(any::<bool>()),
        numbers,
    );
    options.prop_map(
        |(filter, sort_by, load_roles, (page_size, offset))| UserSearch {
            filter,
            sort_by,
            load_roles,
            page_size,
            offset,
        },
    )
}

impl UserSearch {
    fn complete() -> Self {
        Self {
            filter: "a = 1".to_owned(),
            sort_by: vec!["a".to_owned()],
            load_roles: Some(true),
            page_size: Some(1),
            offset: Some(1),
        }
    }

    async fn call(self, client: &Client) -> Result<(), Error> {
        let mut find = client.users().find_by_role("Managers").filter(self.filter);
        for column in self.sort_by {
            find = find.sort_by(column);
        }
        if let Some(load) = self.load_roles {
            find = find.load_roles(load);
        }
        if let Some(users) = self.page_size {
            find = find.page_size(users);
        }
        if let Some(users) = self.offset {
            find = find.offset(users);
        }
        find.await.map(drop)
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = Vec::new();
        if !self.sort_by.is_empty() {
            query.push(("sortBy", self.sort_by.join(",")));
        }
        if !self.filter.trim().is_empty() {
            query.push(("where", self.filter.clone()));
        }
        query.extend(self.load_roles.map(|load| ("loadRoles", load.to_string())));
        query.extend(self.page_size.map(|users| ("pageSize", users.to_string())));
        query.extend(self.offset.map(|users| ("offset", users.to_string())));
        query
    }

    fn is_ordinary(&self) -> bool {
        is_ordinary(&self.filter)
            && self.sort_by.iter().all(|column| is_ordinary(column))
            && self
                .page_size
                .is_none_or(|users| (1..=100).contains(&users))
            && self.offset.is_none_or(|users| i64::try_from(users).is_ok())
    }
}

#[test]
fn search_by_role_sends_exactly_its_options() {
    let queries = Queries::new();
    for_all(400, user_searches(), |search| {
        match queries.send(search.clone().call(&queries.client))? {
            Some(target) => assert_query(target, "findUsersByRole", search.query()),
            None if search.is_ordinary() => fail("an ordinary search is rejected"),
            None => Ok(()),
        }
    });
}

#[test]
fn get_sends_exactly_its_options() {
    let queries = Queries::new();
    let table = queries.client.data::<Record>("Person");
    let lists = (vec(any_text(), 0..3), vec(any_text(), 0..3));
    for_all(400, (lists, more()), |((properties, relations), more)| {
        let get = table.get("B2").properties(properties.clone());
        let get = get.load_relations(relations.clone());
        let mut get = get.exclude_properties(more.exclude_properties.clone());
        let names = properties.iter().map(|name| ("property", name.clone()));
        let mut expected: Vec<(&str, String)> = names.collect();
        for (name, list) in [
            ("loadRelations", &relations),
            ("excludeProps", &more.exclude_properties),
        ] {
            if !list.is_empty() {
                expected.push((name, list.join(",")));
            }
        }
        if let Some(prefix) = more.file_reference_prefix {
            get = get.file_reference_prefix(prefix.clone());
            expected.push(("fileReferencePrefix", prefix));
        }
        if let Some(levels) = more.relations_depth {
            get = get.relations_depth(levels);
            expected.push(("relationsDepth", levels.to_string()));
        }
        if let Some(rows) = more.relations_page_size {
            get = get.relations_page_size(rows);
            expected.push(("relationsPageSize", rows.to_string()));
        }
        let is_valid = more.relations_page_size != Some(0);
        match queries.send(get.send())? {
            Some(target) => assert_query(target, "getObjectById", expected),
            // The URL has a maximum length.
            None if expected.iter().map(|(_, text)| text.len()).sum::<usize>() > 10_000 => Ok(()),
            None if is_valid && expected.iter().all(|(_, text)| is_ordinary(text)) => {
                fail("ordinary options are rejected")
            }
            None => Ok(()),
        }
    });
}

#[test]
fn search_of_a_relation_sends_exactly_its_options() {
    let queries = Queries::new();
    for_all(200, searches(), |search| {
        match queries.send(search.clone().call_of_relation(&queries.client))? {
            Some(target) => assert_query(target, "findRelatedObjects", search.query()),
            None if search.is_ordinary() => fail("an ordinary search is rejected"),
            None => Ok(()),
        }
    });
}

#[test]
fn change_of_a_relation_sends_exactly_its_filter() {
    let queries = Queries::new();
    let people = queries.client.data::<Record>("Person");
    let friends = people.relation::<Record>("B2", "friends");
    for_all(200, any_text(), |clause| {
        for (change, operation) in [
            (friends.set_where(clause.clone()), "setRelation"),
            (friends.add_where(clause.clone()), "addRelation"),
            (friends.remove_where(clause.clone()), "deleteRelation"),
        ] {
            match queries.send(change.send())? {
                Some(target) => {
                    assert_query(target, operation, vec![("whereClause", clause.clone())])?;
                }
                // Without a condition it would match every row.
                None if is_ordinary(&clause) && !clause.trim().is_empty() => {
                    return fail("an ordinary clause is rejected");
                }
                None => {}
            }
        }
        Ok(())
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
        more: More {
            having: "a = 1".to_owned(),
            exclude_properties: list(),
            file_reference_prefix: Some("a".to_owned()),
            relations_depth: Some(1),
            relations_page_size: Some(1),
            is_distinct: true,
        },
    };
    let get = client.data::<Record>("a").get("a").properties(["a"]);
    let get = get.exclude_properties(["a"]).load_relations(["a"]);
    let get = get.relations_depth(1).relations_page_size(1);
    let key = json!({"key": 1});
    let geo = client.geo().find().categories(["a"]);
    let upload = client.files().upload("a", Upload::bytes(""));
    let people = client.data::<Record>("a");
    let relation = people.relation::<Record>("b", "c");
    let files = client.files();
    let options = |list: ListFiles| list.pattern("*").recursive(true).page_size(1).offset(1);
    let targets = [
        queries.send(get.file_reference_prefix("a").send()),
        // The parameter is an object, each of whose columns is a parameter in the query.
        queries.send(client.data::<Record>("a").get_by_primary_key(&key).send()),
        queries.send(search.clone().call(client)),
        queries.send(search.call_of_relation(client)),
        queries.send(relation.set_where("a = 1").send()),
        queries.send(relation.add_where("a = 1").send()),
        queries.send(relation.remove_where("a = 1").send()),
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
        queries.send(UserSearch::complete().call(client)),
    ];
    let mut tested = BTreeSet::new();
    for target in targets {
        let target = target.unwrap().unwrap();
        let names = target.query.into_iter().map(|(name, _)| name);
        tested.extend(names.map(|name| (target.operation.clone(), name)));
    }
    assert_eq!(tested, queries.spec.parameters("query"));
}
