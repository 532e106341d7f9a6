//! Every parameter of every query: exactly the given value under exactly its name, and no other.

use std::collections::BTreeSet;
use std::time::Duration;

use backendless::{Client, Error, Record, Units, Upload};
use backendless_tests::spec::Spec;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestCaseResult};

use super::reading::{Reading, read};
use super::text::{any_text, is_ordinary};
use super::{Trial, fail, for_all};

struct Queries {
    trial: Trial,
    client: Client,
    spec: Spec,
}

impl Queries {
    fn new() -> Self {
        let trial = Trial::new();
        let client = trial.sink.client();
        let spec = Spec::read();
        Self {
            trial,
            client,
            spec,
        }
    }

    fn send<T>(
        &self,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<Option<Reading>, TestCaseError> {
        let request = self.trial.send(call)?;
        request
            .map(|request| read(&self.spec, &request))
            .transpose()
    }
}

/// The query that was read is the one that was meant, in any order.
fn says(reading: Reading, operation: &str, mut meant: Vec<(&str, String)>) -> TestCaseResult {
    let mut query = reading.query;
    query.sort();
    meant.sort();
    let query: Vec<_> = query.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
    prop_assert_eq!((reading.operation.as_str(), query), (operation, meant));
    Ok(())
}

/// A search with whatever can be asked for.
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
fn a_search_says_what_was_asked() {
    let queries = Queries::new();
    for_all(600, searches(), |search| {
        match queries.send(search.clone().call(&queries.client))? {
            Some(reading) => says(reading, "findObjects", search.query()),
            None if search.is_ordinary() => fail("an ordinary search is refused"),
            None => Ok(()),
        }
    });
}

#[test]
fn a_count_says_its_condition() {
    let queries = Queries::new();
    let table = queries.client.data::<Record>("Person");
    for_all(400, any_text(), |clause| {
        let count = table.count().filter(clause.clone());
        match queries.send(count.send())? {
            Some(reading) if clause.trim().is_empty() => says(reading, "countObjects", vec![]),
            Some(reading) => says(reading, "countObjects", vec![("where", clause)]),
            None if is_ordinary(&clause) => fail("an ordinary clause is refused"),
            None => Ok(()),
        }
    });
}

#[test]
fn a_search_for_points_says_its_categories() {
    let queries = Queries::new();
    for_all(400, vec(any_text(), 1..4), |categories| {
        let find = queries.client.geo().find().categories(categories.clone());
        let fit = |name: &String| is_ordinary(name) && !name.contains(',');
        match queries.send(find.send())? {
            // A comma in a name would make two of it.
            Some(_) if categories.iter().any(|name| name.contains(',')) => {
                fail("a comma is let by")
            }
            Some(reading) => {
                let meant = vec![("categories", categories.join(","))];
                says(reading, "findGeoPoints", meant)
            }
            None if categories.iter().all(fit) => fail("ordinary categories are refused"),
            None => Ok(()),
        }
    });
}

#[test]
fn a_search_for_points_says_its_circle_to_the_last_digit() {
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
        let Some(reading) = queries.send(find.send())? else {
            prop_assert!(!is_circle, "a circle is refused");
            return Ok(());
        };
        let value = |name| {
            reading
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
        prop_assert_eq!(reading.query.len(), 4);
        Ok(())
    });
}

#[test]
fn a_number_arrives_as_it_is_or_is_refused() {
    let queries = Queries::new();
    let (counters, cache) = (queries.client.counters(), queries.client.cache());
    for_all(
        400,
        (any::<i64>(), any::<u64>(), any::<u32>()),
        |(value, secs, nanos)| {
            let Some(reading) = queries.send(counters.increment_by("c", value).send())? else {
                return fail("a step is refused");
            };
            says(
                reading,
                "incrementByAndGet",
                vec![("value", value.to_string())],
            )?;
            let ttl = Duration::new(secs >> (nanos % 64), nanos % 1_000_000_000);
            let millis = ttl.as_millis();
            let fits = millis > 0 && i64::try_from(millis).is_ok();
            match queries.send(cache.put("k", "v").ttl(ttl).send())? {
                Some(reading) => says(reading, "cachePut", vec![("timeout", millis.to_string())]),
                None if fits => fail("a time to live is refused"),
                None => Ok(()),
            }
        },
    );
}

/// A parameter that is added to the document and not tried above fails this test, by its name.
#[test]
fn every_parameter_of_a_query_is_tried() {
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
    let readings = [
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
    ];
    let mut tried = BTreeSet::new();
    for reading in readings {
        let reading = reading.unwrap().unwrap();
        let names = reading.query.into_iter().map(|(name, _)| name);
        tried.extend(names.map(|name| (reading.operation.clone(), name)));
    }
    assert_eq!(tried, queries.spec.parameters("query"));
}
