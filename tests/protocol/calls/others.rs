//! Calls of the other services.

use backendless::{ApplicationInfo, Client, ExecutionType, GeoPoint, LogLevel, LogMessage, Units};
use serde_json::{Value, json as object};

use super::{Outcome, json, read, timestamp};
use crate::arguments::{Arguments, text_of, texts};

pub(super) fn call(client: &Client, operation: &str, arguments: &Arguments<'_>) -> Option<Outcome> {
    counters(client, operation, arguments)
        .or_else(|| cache(client, operation, arguments))
        .or_else(|| cloud_code(client, operation, arguments))
        .or_else(|| application(client, operation, arguments))
}

fn counters(client: &Client, operation: &str, arguments: &Arguments<'_>) -> Option<Outcome> {
    let counters = client.counters();
    let name = || arguments.text("counter-name");
    let by = || arguments.integer("value");
    Some(match operation {
        "incrementAndGet" => json(counters.increment(name())),
        "incrementByAndGet" => json(counters.increment_by(name(), by())),
        "getAndIncrement" => json(counters.get_and_increment(name())),
        "getAndIncrementBy" => json(counters.get_and_increment_by(name(), by())),
        "decrementAndGet" => json(counters.decrement(name())),
        "getAndDecrement" => json(counters.get_and_decrement(name())),
        "getCounter" => json(counters.get(name())),
        "resetCounter" => json(counters.reset(name())),
        "listCounters" => json(counters.list(arguments.text("counter-pattern"))),
        "compareAndSetCounter" => {
            let (expected, new) = (
                arguments.integer("expected"),
                arguments.integer("updatedvalue"),
            );
            json(counters.compare_and_set(name(), expected, new))
        }
        _ => return None,
    })
}

fn cache(client: &Client, operation: &str, arguments: &Arguments<'_>) -> Option<Outcome> {
    let cache = client.cache();
    let key = || arguments.text("key");
    Some(match operation {
        "cachePut" => {
            let put = cache.put(key(), arguments.body());
            match arguments.seconds("timeout") {
                Some(time) => json(put.ttl(time)),
                None => json(put),
            }
        }
        "cacheGet" => json(cache.get::<Value>(key())),
        "cacheDelete" => json(cache.delete(key())),
        "cacheContains" => json(cache.contains(key())),
        "cacheExpireIn" => json(cache.expire_in(key(), arguments.seconds("timeout")?)),
        "cacheExpireAt" => json(cache.expire_at(key(), timestamp(arguments.value("timestamp")?))),
        _ => return None,
    })
}

fn cloud_code(client: &Client, operation: &str, arguments: &Arguments<'_>) -> Option<Outcome> {
    let code = client.cloud_code();
    let service = || arguments.text("service-name");
    let method = || arguments.text("method-name");
    Some(match operation {
        "invokeCloudCodeService" => {
            let execution = arguments.optional("bl-execution-type");
            let mut invocation = match arguments.body() {
                Value::Null => code.invoke_no_args::<Value>(service(), method()),
                body => code.invoke::<_, Value>(service(), method(), body),
            };
            if let Some(execution) = execution {
                invocation = invocation.execution_type(execution_type(&execution));
            }
            json(invocation)
        }
        "getFromCloudCodeService" => {
            let mut get = code.get::<Value>(service(), method());
            let values = arguments.value("arguments").and_then(Value::as_object);
            for (name, value) in values.into_iter().flatten() {
                get = get.argument(name, text_of(value));
            }
            json(get)
        }
        "putToCloudCodeService" => {
            json(code.put::<_, Value>(service(), method(), arguments.body()))
        }
        "deleteFromCloudCodeService" => {
            json(code.delete::<_, Value>(service(), method(), arguments.body()))
        }
        "dispatchEvent" => {
            let event = arguments.text("event-name");
            json(
                client
                    .events()
                    .dispatch::<_, Value>(event, arguments.body()),
            )
        }
        _ => return None,
    })
}

fn execution_type(name: &str) -> ExecutionType {
    match name {
        "sync" => ExecutionType::Sync,
        "async" => ExecutionType::Async,
        _ => ExecutionType::AsyncLowPriority,
    }
}

fn application(client: &Client, operation: &str, arguments: &Arguments<'_>) -> Option<Outcome> {
    Some(match operation {
        "writeLog" => {
            let messages = arguments.body().as_array().into_iter().flatten();
            json(client.logging().write(messages.map(log_message)))
        }
        "getApplicationInfo" => read(client.application_info(), |info: ApplicationInfo| {
            let loggers = info.loggers.iter();
            let loggers: Vec<Value> = loggers
                .map(|logger| object!({"name": logger.name, "level": logger.level}))
                .collect();
            object!({"rtURL": info.real_time_url, "loggers": loggers})
        }),
        "saveGeoPoint" => json(client.geo().save(&point(arguments))),
        "findGeoPoints" => find_points(client, arguments),
        _ => return None,
    })
}

fn log_message(message: &Value) -> LogMessage {
    let level = match message["log-level"].as_str().unwrap_or_default() {
        "TRACE" => LogLevel::Trace,
        "DEBUG" => LogLevel::Debug,
        "WARN" => LogLevel::Warn,
        "ERROR" => LogLevel::Error,
        "FATAL" => LogLevel::Fatal,
        _ => LogLevel::Info,
    };
    let mut line = LogMessage::new(
        text_of(&message["logger"]),
        level,
        text_of(&message["message"]),
    );
    if let Some(time) = message.get("timestamp") {
        line = line.timestamp(timestamp(time));
    }
    if let Some(text) = message.get("exception") {
        line = line.exception(text_of(text));
    }
    line
}

fn point(arguments: &Arguments<'_>) -> GeoPoint {
    let coordinate = |name| {
        arguments
            .field(name)
            .and_then(Value::as_f64)
            .unwrap_or_default()
    };
    let mut point = GeoPoint::new(coordinate("latitude"), coordinate("longitude"));
    for category in arguments.field("categories").map(texts).unwrap_or_default() {
        point = point.category(category);
    }
    let metadata = arguments.field("metadata").and_then(Value::as_object);
    for (name, value) in metadata.into_iter().flatten() {
        point = point.metadata(name, value);
    }
    point
}

fn find_points(client: &Client, arguments: &Arguments<'_>) -> Outcome {
    let mut find = client.geo().find();
    if let Some(names) = arguments.option_list("categories") {
        find = find.categories(names);
    }
    let number = |name| arguments.value(name).and_then(Value::as_f64);
    if let (Some(lat), Some(lon), Some(radius)) = (number("lat"), number("lon"), number("radius")) {
        let units = match arguments.text("units").as_str() {
            "METERS" => Units::Meters,
            "KILOMETERS" => Units::Kilometers,
            "MILES" => Units::Miles,
            "YARDS" => Units::Yards,
            _ => Units::Feet,
        };
        find = find.near(lat, lon, radius, units);
    }
    json(find)
}
