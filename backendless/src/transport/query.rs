//! Values in queries, form-encoded.

use form_urlencoded::Serializer;
use progenitor_client::QueryParam;
use serde::Serialize;

/// A query in the making: nothing until there is a parameter, for an empty one would leave a `?`
/// behind.
pub(crate) struct Query {
    text: Serializer<'static, String>,
    problem: Option<String>,
}

impl Query {
    pub(crate) fn new() -> Self {
        Self {
            text: Serializer::new(String::new()),
            problem: None,
        }
    }

    /// Adds a parameter, as progenitor would: no value leaves it out, a list is one for each item.
    pub(crate) fn append<V: Serialize>(&mut self, name: &str, value: &V) {
        let parameter = QueryParam::new(name, value);
        let serializer = serde_urlencoded::Serializer::new(&mut self.text);
        if let Err(error) = parameter.serialize(serializer) {
            self.problem = Some(format!("{name} cannot be in a query: {error}"));
        }
    }

    /// The query, if there is one, or what is wrong with it.
    pub(crate) fn finish(mut self) -> Result<Option<String>, String> {
        match self.problem {
            Some(problem) => Err(problem),
            None => Ok(Some(self.text.finish()).filter(|text| !text.is_empty())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_encoded_and_what_there_is_not_is_left_out() {
        let mut query = Query::new();
        query.append("where", &Some("age >= 18 and name = 'O''Hara & Söhne'"));
        query.append("offset", &None::<i64>);
        query.append("page size", &Some(-1));
        query.append("overwrite", &true);
        query.append("lat", &59.9127);
        query.append("id", &Vec::from(["a", ""]));
        assert_eq!(
            query.finish().unwrap().as_deref(),
            Some(
                "where=age+%3E%3D+18+and+name+%3D+%27O%27%27Hara+%26+S%C3%B6hne%27&page+size=-1\
                 &overwrite=true&lat=59.9127&id=a&id="
            )
        );
    }

    #[test]
    fn without_values_there_is_no_query() {
        let mut query = Query::new();
        query.append("offset", &None::<i64>);
        query.append("id", &Vec::<i64>::new());
        assert_eq!(query.finish(), Ok(None));
    }

    #[test]
    fn what_no_query_holds_is_told_by_its_name() {
        let mut query = Query::new();
        query.append("id", &Vec::from([["a"]]));
        let problem = query.finish().unwrap_err();
        assert!(problem.starts_with("id cannot be in a query"), "{problem}");
    }
}
