//! The filter builder: bytes to a tree of conditions, the tree to a clause, and the clause back to a
//! tree.

use crate::{Comparison, Condition, Literal};

/// The maximum depth of a tree. Parsers reject deeper ones.
const MAX_DEPTH: usize = 8;
/// The maximum length of a list, exclusive.
const MAX_LIST_LENGTH: usize = 5;

/// Checks that the filter of an input parses to the same condition, or is rejected for a reason.
///
/// # Panics
///
/// If it does not.
pub fn filter(data: &[u8]) {
    let condition = condition(&mut Bytes(data), 0);
    if let Err(problem) = condition.check() {
        panic!("{problem}");
    }
}

/// The input as a sequence of choices. At its end, every choice is 0.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut taken = [0; N];
        for byte in &mut taken {
            *byte = self.one();
        }
        taken
    }

    fn one(&mut self) -> u8 {
        match self.0 {
            [first, rest @ ..] => {
                self.0 = rest;
                *first
            }
            [] => 0,
        }
    }

    fn flag(&mut self) -> bool {
        self.one() % 2 == 1
    }

    /// The text up to the next 0xFF, a byte that UTF-8 does not contain.
    fn text(&mut self) -> String {
        let end = self.0.iter().position(|byte| *byte == 0xFF);
        let (text, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest.get(1..).unwrap_or_default();
        String::from_utf8_lossy(text).into_owned()
    }
}

fn condition(bytes: &mut Bytes<'_>, depth: usize) -> Condition {
    let forms = if depth < MAX_DEPTH { 8 } else { 5 };
    match bytes.one() % forms {
        0 => {
            let comparison = usize::from(bytes.one()) % Comparison::ALL.len();
            Condition::Compare(column(bytes), Comparison::ALL[comparison], literal(bytes))
        }
        1 => Condition::Like(column(bytes), bytes.flag(), bytes.text()),
        2 => {
            let (column, not) = (column(bytes), bytes.flag());
            let length = usize::from(bytes.one()) % MAX_LIST_LENGTH;
            let values = (0..length).map(|_| literal(bytes));
            Condition::In(column, not, values.collect())
        }
        3 => Condition::Between(column(bytes), literal(bytes), literal(bytes)),
        4 => Condition::Null(column(bytes), bytes.flag()),
        5 => Condition::And(inner(bytes, depth), inner(bytes, depth)),
        6 => Condition::Or(inner(bytes, depth), inner(bytes, depth)),
        _ => Condition::Not(inner(bytes, depth)),
    }
}

fn inner(bytes: &mut Bytes<'_>, depth: usize) -> Box<Condition> {
    Box::new(condition(bytes, depth + 1))
}

/// Usually a valid name, so that the rest of the condition is checked too.
fn column(bytes: &mut Bytes<'_>) -> String {
    match bytes.one() % 4 {
        0 => bytes.text(),
        1 => "age".to_owned(),
        2 => "address.city".to_owned(),
        _ => "_größe1".to_owned(),
    }
}

fn literal(bytes: &mut Bytes<'_>) -> Literal {
    match bytes.one() % 6 {
        0 => Literal::Text(bytes.text()),
        1 => Literal::Signed(i64::from_le_bytes(bytes.take())),
        2 => Literal::Float(f64::from_le_bytes(bytes.take())),
        3 => Literal::Unsigned(u64::from_le_bytes(bytes.take())),
        4 => Literal::Boolean(bytes.flag()),
        _ => Literal::Null,
    }
}
