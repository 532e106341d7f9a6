//! Comparison of paths with the path templates of operations.

use super::{Operation, PathParameter};

impl Operation {
    /// Returns the path parameters and their values in a path behind the app path, whose `segments` are decoded; `None` if the
    /// path is not that of this operation.
    pub(crate) fn path_values<S: AsRef<str>>(
        &self,
        segments: &[S],
    ) -> Option<Vec<(&'static str, String)>> {
        let template: Vec<&'static str> = self.path.trim_start_matches('/').split('/').collect();
        let mut values = Vec::new();
        let mut at = 0;
        for expected in &template {
            let length = match self
                .parameter_of(expected)
                .filter(|parameter| parameter.multi_segment())
            {
                // All segments that remain after those of the rest of the template.
                Some(_) => (segments.len() + 1).checked_sub(template.len())?,
                None => 1,
            };
            let found = segments
                .get(at..at + length)
                .filter(|found| !found.is_empty())?;
            let found: Vec<&str> = found.iter().map(AsRef::as_ref).collect();
            values.extend(self.match_segment(expected, &found.join("/"))?);
            at += length;
        }
        (at == segments.len()).then_some(values)
    }

    /// Returns whether `segments` start with the segments of the path that precede its first parameter.
    pub(crate) fn is_prefix_of<S: AsRef<str>>(&self, segments: &[S]) -> bool {
        let template = self.path.trim_start_matches('/').split('/');
        let mut literals = template.take_while(|segment| !segment.contains('{'));
        let mut segments = segments.iter().map(AsRef::as_ref);
        literals.all(|literal| segments.next() == Some(literal))
    }

    /// The parameter of a template segment that consists of a parameter alone.
    fn parameter_of(&self, segment: &str) -> Option<&'static PathParameter> {
        let name = segment.strip_prefix('{')?.strip_suffix('}')?;
        self.path_parameters
            .iter()
            .find(|parameter| parameter.name() == name)
    }

    /// The parameter and its value in `found`: `None` if `found` does not match the template segment `expected`,
    /// `Some(None)` if the template segment has no parameter.
    fn match_segment(
        &self,
        expected: &'static str,
        found: &str,
    ) -> Option<Option<(&'static str, String)>> {
        let Some((before, rest)) = expected.split_once('{') else {
            return (expected == found).then_some(None);
        };
        let (name, after) = rest.split_once('}')?;
        let value = found.strip_prefix(before)?.strip_suffix(after)?;
        let reserved = self
            .path_parameters
            .iter()
            .find(|parameter| parameter.name() == name);
        let reserved = reserved.is_some_and(|parameter| parameter.is_reserved(value));
        (!value.is_empty() && !reserved).then(|| Some((name, value.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use crate::operations::{
        ALL, COUNT_OBJECTS, DELETE_FILE, GET_OBJECT_BY_ID, INVOKE_CLOUD_CODE_SERVICE,
    };

    #[test]
    fn values_are_those_of_the_parameters() {
        let values = GET_OBJECT_BY_ID.path_values(&["data", "Person", "a/b"]);
        let expected = [("table-name", "Person"), ("object-id", "a/b")];
        let expected = expected.map(|(name, value)| (name, value.to_owned()));
        assert_eq!(values.as_deref(), Some(&expected[..]));
        let values = DELETE_FILE.path_values(&["files", "a", "b", "c.txt"]);
        assert_eq!(values, Some(vec![("path", "a/b/c.txt".to_owned())]));
    }

    #[test]
    fn reserved_values_are_those_of_another_operation() {
        let count = ["data", "Person", "count"];
        assert!(GET_OBJECT_BY_ID.path_values(&count).is_none());
        assert!(COUNT_OBJECTS.path_values(&count).is_some());
        for other in [&["data", "Person"][..], &["data", "Person", "1", "2"], &[]] {
            assert!(GET_OBJECT_BY_ID.path_values(other).is_none(), "{other:?}");
        }
    }

    /// No path belongs to two operations with the same method, so that a request to it has one meaning.
    #[test]
    fn a_path_template_is_that_of_its_operation_only() {
        for operation in ALL {
            let path = operation.path().trim_start_matches('/');
            let segments: Vec<&str> = path.split('/').collect();
            let same_method = ALL.iter().filter(|o| o.method() == operation.method());
            let matching = same_method.filter(|o| o.path_values(&segments).is_some());
            let ids: Vec<&str> = matching.map(|o| o.id()).collect();
            assert_eq!(ids, [operation.id()], "{}", operation.path());
        }
    }

    #[test]
    fn prefix_ends_before_the_first_parameter() {
        let operation = &INVOKE_CLOUD_CODE_SERVICE;
        assert!(operation.is_prefix_of(&["services", "Shop", "a", "b", "c"]));
        assert!(!operation.is_prefix_of(&["data", "services"]));
        assert!(!operation.is_prefix_of::<&str>(&[]));
    }
}
