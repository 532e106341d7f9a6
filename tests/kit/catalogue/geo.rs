//! Operations of the geo service.

use backendless::operations::*;
use backendless::{GeoPoint, Units};

use super::call::call;
use super::{Entry, ResponseBody, Values, object, objects};

pub(super) fn entries() -> Vec<Entry> {
    vec![save(), find()]
}

fn save() -> Entry {
    Entry::new(
        &SAVE_GEO_POINT,
        &[],
        call!(|context| context.client.geo().save(&point(&context.values))),
        ResponseBody::Required,
        object,
    )
}

fn point(values: &Values) -> GeoPoint {
    GeoPoint::new(59.9127, 10.7461)
        .category("cafes")
        .metadata("rating", 5)
        .metadata("owner", values.value.as_str())
}

/// The units are arguments of the macro: a [`Call`](super::Call) is a function without captures.
macro_rules! near {
    ($units:expr) => {
        call!(|context| context
            .client
            .geo()
            .find()
            .categories(["cafes"])
            .near(59.91, 10.75, 5.0, $units))
    };
}

fn find() -> Entry {
    Entry::new(
        &FIND_GEO_POINTS,
        &[],
        call!(|context| context.client.geo().find().categories(["cafes", "bars"])),
        ResponseBody::Nullable,
        objects,
    )
    .variant("within meters", near!(Units::Meters))
    .variant("within kilometers", near!(Units::Kilometers))
    .variant("within miles", near!(Units::Miles))
    .variant("within yards", near!(Units::Yards))
    .variant("within feet", near!(Units::Feet))
}
