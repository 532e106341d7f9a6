//! Positions of the pages of a stream: which page is requested next, and when the rows end.
//!
//! A server may return fewer rows than a page has, so that only an empty page shows the end.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Position of one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// `size` rows from `offset` on.
    Offset { offset: u64, size: u32 },
    /// `size` rows after the row with this id, or the first rows.
    Key { after: Option<String>, size: u32 },
}

/// What follows a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The next page.
    Continue,
    /// This page, before the pages that are already requested.
    Insert(Position),
    /// The next page, in place of the pages that are already requested: they repeat rows of this one.
    Restart,
    /// No further row.
    End,
}

/// Sequence of the pages of a stream.
#[derive(Debug)]
pub(super) enum Pager {
    Offset(OffsetPager),
    Key(KeyPager),
}

impl Pager {
    pub(super) fn by_offset(offset: u64, page_size: u32) -> Self {
        Self::Offset(OffsetPager {
            next: Some(offset),
            page_size,
            short: None,
            repetition: Repetition::default(),
        })
    }

    pub(super) fn by_key(page_size: u32) -> Self {
        Self::Key(KeyPager {
            next: Some(None),
            page_size,
            repetition: Repetition::default(),
        })
    }

    /// Returns the position of the next page; `None` if it is not known yet, or there is none.
    pub(super) fn next(&mut self) -> Option<Position> {
        match self {
            Self::Offset(pager) => pager.next(),
            Self::Key(pager) => {
                let after = pager.next.take()?;
                let size = pager.page_size;
                Some(Position::Key { after, size })
            }
        }
    }

    /// Records the ids of the rows of a page. `is_followed` is whether the page after it is already requested.
    ///
    /// # Errors
    ///
    /// The description of a page that shows that rows would be repeated or lost.
    pub(super) fn record<'i>(
        &mut self,
        position: Position,
        ids: impl ExactSizeIterator<Item = &'i str> + Clone,
        is_followed: bool,
    ) -> Result<Step, String> {
        if ids.len() == 0 {
            return Ok(Step::End);
        }
        match (self, position) {
            (Self::Offset(pager), Position::Offset { offset, size }) => {
                pager.record(offset, size, ids, is_followed)
            }
            (Self::Key(pager), Position::Key { after, .. }) => pager.record(after, ids),
            (_, position) => Err(format!("the position {position:?} is of another stream")),
        }
    }
}

#[derive(Debug)]
pub(super) struct OffsetPager {
    /// The offset of the next page; `None` beyond the greatest one.
    next: Option<u64>,
    /// The number of rows of the next page.
    page_size: u32,
    /// The number of rows of the last page that had fewer than requested.
    short: Option<u32>,
    repetition: Repetition,
}

impl OffsetPager {
    fn next(&mut self) -> Option<Position> {
        let offset = self.next?;
        let size = self.page_size;
        self.next = offset.checked_add(size.max(1).into());
        Some(Position::Offset { offset, size })
    }

    fn record<'i>(
        &mut self,
        offset: u64,
        size: u32,
        ids: impl ExactSizeIterator<Item = &'i str>,
        is_followed: bool,
    ) -> Result<Step, String> {
        let count = ids.len();
        // Independent of the order: without a sort order, a server may return the same rows in another one.
        let digest = ids.map(digest).fold(0, u64::wrapping_add);
        if self.repetition.is_repeated(digest) {
            return Err(format!(
                "the page at offset {offset} has the same rows as an earlier page: the server ignores the offset, or rows \
                 were created meanwhile; read by_key"
            ));
        }
        let end = offset.checked_add(count as u64);
        let missing = match u32::try_from(count) {
            Ok(count) if count < size => {
                self.limit_page_size(count);
                size - count
            }
            Ok(count) if count == size => return Ok(Step::Continue),
            _ => {
                self.next = end;
                return Ok(Step::Restart);
            }
        };
        match end {
            Some(offset) if is_followed => {
                let size = missing;
                Ok(Step::Insert(Position::Offset { offset, size }))
            }
            end => {
                self.next = end;
                Ok(Step::Continue)
            }
        }
    }

    /// Requests no more rows than the server returns, after two pages with the same number of rows.
    fn limit_page_size(&mut self, count: u32) {
        if self.short == Some(count) {
            self.page_size = self.page_size.min(count);
        }
        self.short = Some(count);
    }
}

#[derive(Debug)]
pub(super) struct KeyPager {
    /// The id after which the next page starts, or the first page; `None` while a page is read.
    next: Option<Option<String>>,
    page_size: u32,
    repetition: Repetition,
}

impl KeyPager {
    fn record<'i>(
        &mut self,
        after: Option<String>,
        ids: impl Iterator<Item = &'i str>,
    ) -> Result<Step, String> {
        let mut last = after.as_deref();
        for (index, id) in ids.enumerate() {
            if id.is_empty() {
                return Err(format!(
                    "row {} of the page has an empty objectId",
                    index + 1
                ));
            }
            if last.is_some_and(|last| !may_follow(last, id)) {
                return Err(not_advanced(index));
            }
            last = Some(id);
        }
        let Some(last) = last else {
            return Ok(Step::End);
        };
        if self.repetition.is_repeated(digest(last)) {
            return Err(not_advanced(0));
        }
        self.next = Some(Some(last.to_owned()));
        Ok(Step::Continue)
    }
}

fn digest(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

fn not_advanced(index: usize) -> String {
    format!(
        "row {} of the page does not follow the row before it in the order of objectId: the server ignores the filter or \
         the sort order of by_key, and rows would be repeated or lost",
        index + 1
    )
}

/// Whether `id` can be behind `last` in the order of the server, whose collation is not known.
fn may_follow(last: &str, id: &str) -> bool {
    if id == last {
        return false;
    }
    let is_plain = |id: &str| id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let folded = |id: &str| id.to_ascii_lowercase();
    let without_hyphens = |id: &str| folded(id).replace('-', "");
    let number = |id: &str| id.parse::<u128>().ok();
    id > last
        || !is_plain(id)
        || !is_plain(last)
        || folded(id) >= folded(last)
        || without_hyphens(id) >= without_hyphens(last)
        || number(last).is_some_and(|last| number(id).is_some_and(|id| id > last))
}

/// Detects that pages repeat, with the memory of two pages (Brent's algorithm).
#[derive(Debug, Default)]
pub(crate) struct Repetition {
    pages: u64,
    previous: Option<u64>,
    checkpoint: Option<u64>,
}

impl Repetition {
    /// Returns whether an earlier page had the same `digest`. A cycle of pages is detected after a few repetitions.
    pub(crate) fn is_repeated(&mut self, digest: u64) -> bool {
        let is_repeated = [self.previous, self.checkpoint].contains(&Some(digest));
        self.pages += 1;
        self.previous = Some(digest);
        if self.pages.is_power_of_two() {
            self.checkpoint = Some(digest);
        }
        is_repeated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offset(offset: u64, size: u32) -> Position {
        Position::Offset { offset, size }
    }

    fn record(pager: &mut Pager, position: Position, rows: std::ops::Range<u32>) -> Step {
        let ids: Vec<_> = rows.map(|n| n.to_string()).collect();
        let is_followed = false;
        let ids = ids.iter().map(String::as_str);
        pager.record(position, ids, is_followed).unwrap()
    }

    #[test]
    fn a_short_page_is_followed_by_the_rows_behind_it() {
        let mut pager = Pager::by_offset(7, 100);
        assert_eq!(pager.next(), Some(offset(7, 100)));
        assert_eq!(record(&mut pager, offset(7, 100), 0..50), Step::Continue);
        assert_eq!(pager.next(), Some(offset(57, 100)));
        assert_eq!(record(&mut pager, offset(57, 100), 50..100), Step::Continue);
        // The server returns at most 50 rows.
        assert_eq!(pager.next(), Some(offset(107, 50)));
        assert_eq!(record(&mut pager, offset(107, 50), 0..0), Step::End);
    }

    #[test]
    fn a_page_with_more_rows_than_requested_replaces_the_next_ones() {
        let mut pager = Pager::by_offset(0, 2);
        assert_eq!(pager.next(), Some(offset(0, 2)));
        assert_eq!(pager.next(), Some(offset(2, 2)));
        assert_eq!(record(&mut pager, offset(0, 2), 0..3), Step::Restart);
        assert_eq!(pager.next(), Some(offset(3, 2)));
    }

    #[test]
    fn the_greatest_offset_ends_the_pages() {
        let mut pager = Pager::by_offset(u64::MAX, 100);
        assert_eq!(pager.next(), Some(offset(u64::MAX, 100)));
        assert_eq!(pager.next(), None);
        assert_eq!(
            record(&mut pager, offset(u64::MAX, 100), 0..9),
            Step::Continue
        );
        assert_eq!(pager.next(), None);
    }

    #[test]
    fn ids_in_the_order_of_any_common_collation_follow_each_other() {
        for (last, id) in [
            ("1F", "2A"),
            ("9", "10"),
            ("B", "a"),
            ("a", "B"),
            ("a-c", "ab-d"),
            ("ab", "a-c"),
            ("z", "ä"),
            ("ß", "b"),
            ("x_y", "x.a"),
            ("AB", "ab"),
        ] {
            assert!(may_follow(last, id), "{last} {id}");
        }
        for (last, id) in [
            ("B2", "B2"),
            ("2A", "1F"),
            ("10", "09"),
            ("b", "A"),
            ("7C33-0A", "7C32-FF"),
            ("7", "07"),
        ] {
            assert!(!may_follow(last, id), "{last} {id}");
        }
    }

    #[test]
    fn every_cycle_of_pages_is_detected() {
        for length in 1..40 {
            for start in 0..10 {
                let mut repetition = Repetition::default();
                let pages = (0..start).chain((start..start + length).cycle());
                let read = pages.take_while(|page| !repetition.is_repeated(*page));
                assert!(read.take(1_000).count() < 4 * 50, "{start} {length}");
            }
        }
        let mut repetition = Repetition::default();
        assert!((0..1_000).all(|page| !repetition.is_repeated(page)));
    }
}
