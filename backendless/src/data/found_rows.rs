//! Decoding the rows of a search.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

/// Maximum number of rows that the service returns in one page.
pub(super) const MAX_PAGE_SIZE: u32 = 100;

/// Rows of a page of a search. `null` is decoded as no rows.
///
/// The memory of a full page is allocated when it has more than a few rows: a list that grows row by row is copied several
/// times.
pub(super) struct FoundRows<R>(Vec<R>);

impl<R> FoundRows<R> {
    pub(super) fn into_rows(self) -> Vec<R> {
        self.0
    }
}

impl<'de, R: Deserialize<'de>> Deserialize<'de> for FoundRows<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RowsVisitor(PhantomData))
    }
}

struct RowsVisitor<R>(PhantomData<R>);

impl<'de, R: Deserialize<'de>> Visitor<'de> for RowsVisitor<R> {
    type Value = FoundRows<R>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_unit<E>(self) -> Result<FoundRows<R>, E> {
        Ok(FoundRows(Vec::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<FoundRows<R>, A::Error> {
        const FEW: usize = 4;
        let mut rows = Vec::new();
        while let Some(row) = items.next_element()? {
            if rows.len() == FEW {
                rows.reserve(max_additional::<R>());
            }
            rows.push(row);
        }
        if rows.len() < rows.capacity() / 2 {
            rows.shrink_to_fit();
        }
        Ok(FoundRows(rows))
    }
}

/// Returns how many rows memory is reserved for: those of a full page, unless they are large.
fn max_additional<R>() -> usize {
    const MAX_BYTES: usize = 64 * 1024;
    let rows = MAX_BYTES / size_of::<R>().max(1);
    rows.min(MAX_PAGE_SIZE as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(json: &str) -> Vec<u32> {
        serde_json::from_str::<FoundRows<u32>>(json)
            .unwrap()
            .into_rows()
    }

    #[test]
    fn page_is_a_list_of_any_length_or_null() {
        assert_eq!(rows("null"), [0; 0]);
        assert_eq!(rows("[]"), [0; 0]);
        for length in [1, 4, 5, 100, 101, 1000] {
            let expected: Vec<u32> = (0..length).collect();
            let rows = rows(&serde_json::to_string(&expected).unwrap());
            assert_eq!(rows, expected);
            assert!(rows.capacity() <= 2 * rows.len().max(2), "{length}");
        }
    }

    #[test]
    fn anything_else_is_described_as_the_type_of_the_caller() {
        let error = serde_json::from_str::<FoundRows<u32>>("{}")
            .map(drop)
            .unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("invalid type: map, expected a sequence")
        );
        assert_eq!(
            crate::decode::describe::<FoundRows<u32>>(b"[1,\"a\"]", &error),
            "the response does not match Vec<u32>: at [1]: expected u32, found string"
        );
    }
}
