/// Sends a `GET` request to `/counters/{counter-name}`
pub fn get_counter(
    profile: crate::Profile,
    counter_name: &str,
) -> crate::Result<Prepared<i64>> {
    let mut request = RequestBuilder::new(&operations::GET_COUNTER);
    if profile == crate::Profile::Live {
        request.literal("/counters/");
        request.parameter(0, counter_name)?;
        request.literal("/value");
    } else {
        request.literal("/counters/");
        request.parameter(0, counter_name)?;
    }
    Ok(request.finish_json())
}
/// Sends a `GET` request to `/points`
pub fn find_points(
    profile: crate::Profile,
    radius: Option<f64>,
    units: Option<&str>,
) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::FIND_POINTS);
    request.literal("/points");
    request.query(profile.select("radius", "r"), &radius)?;
    request.query("units", &units)?;
    Ok(request.finish_empty())
}
