//! Limits of JSON texts, which can be a hundred times as large in memory.

/// Maximum number of objects and arrays in the body of a request. In memory each of them is up to a hundred times
/// as large as its JSON.
pub(crate) const MAX_CONTAINERS: usize = 50_000;

/// Counts the objects and arrays of a JSON text.
pub(crate) fn containers(json: &[u8]) -> usize {
    let mut count = 0;
    for_each_outside_of_strings(json, |byte| {
        count += usize::from(matches!(byte, b'{' | b'['))
    });
    count
}

/// Returns how deep the objects and arrays of a JSON text are nested.
pub(crate) fn depth(json: &[u8]) -> usize {
    let (mut depth, mut max) = (0_usize, 0);
    for_each_outside_of_strings(json, |byte| match byte {
        b'{' | b'[' => {
            depth += 1;
            max = depth.max(max);
        }
        b'}' | b']' => depth = depth.saturating_sub(1),
        _ => {}
    });
    max
}

fn for_each_outside_of_strings(json: &[u8], mut visit: impl FnMut(u8)) {
    let (mut in_string, mut escaped) = (false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            byte => visit(*byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_outside_of_strings_are_counted() {
        for (json, count) in [
            (r#"5"#, (0, 0)),
            (r#"{"a":[1,[2],{}]}"#, (4, 3)),
            (r#"[[],[],{}]"#, (4, 2)),
            (r#"["[[{{", "\"[", "\\", []]"#, (2, 2)),
        ] {
            let found = (containers(json.as_bytes()), depth(json.as_bytes()));
            assert_eq!(found, count, "{json}");
        }
    }
}
