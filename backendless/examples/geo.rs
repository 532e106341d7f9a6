//! Saves geo points and finds those near a place: `cargo run --example geo`.

mod support;

use std::error::Error;

use backendless::{GeoPoint, Units};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (client, _server) = support::connect().await?;
    let geo = client.geo();
    for (name, latitude, longitude) in [
        ("Opera", 59.9075, 10.7531),
        ("Holmenkollen", 59.9639, 10.6671),
    ] {
        let point = GeoPoint::new(latitude, longitude)
            .category("sights")
            .metadata("name", name);
        geo.save(&point).await?;
    }
    let near = geo
        .find()
        .categories(["sights"])
        .near(59.911, 10.7503, 5.0, Units::Kilometers)
        .await?;
    for point in near {
        println!(
            "{} is {:.1} km away",
            point.metadata["name"],
            point.distance.unwrap_or(0.0)
        );
    }
    Ok(())
}
