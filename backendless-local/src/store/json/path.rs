//! Paths into JSON documents, such as `$.address."street name"[0]`.
//!
//! The syntax is MySQL's: `.key`, `."quoted key"`, `[n]`, `[last]`, `[last-n]`, and the wildcards
//! `.*`, `[*]`, `[n to m]` and `**`.

use std::collections::HashSet;

use serde_json::Value;

use super::Exceeded;

/// Maximum length of a path in bytes.
const MAX_BYTES: usize = 4_096;

/// A parsed path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Path {
    pub(super) legs: Vec<Leg>,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Leg {
    Key(String),
    Cell(Cell),
    AnyKey,
    AnyCell,
    Cells(Cell, Cell),
    /// `**`: the value and everything inside of it.
    Inside,
}

/// Index of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cell {
    FromStart(usize),
    /// 0 is the last element.
    FromEnd(usize),
}

impl Cell {
    /// Returns the index within an array of this length, or `None` if it has no such element.
    pub(super) fn within(self, length: usize) -> Option<usize> {
        match self {
            Cell::FromStart(at) => (at < length).then_some(at),
            Cell::FromEnd(at) => length.checked_sub(at + 1),
        }
    }

    /// Returns where a new element is inserted: at most the length; 0 before the first element.
    pub(super) fn insertion(self, length: usize) -> usize {
        match self {
            Cell::FromStart(at) => at.min(length),
            Cell::FromEnd(at) => length.saturating_sub(at + 1),
        }
    }

    /// Returns the indexes of an array of this length from this one to another.
    fn range_to(self, to: Cell, length: usize) -> std::ops::Range<usize> {
        let end = match to {
            Cell::FromStart(at) => at.saturating_add(1).min(length),
            Cell::FromEnd(at) => length.saturating_sub(at),
        };
        self.insertion(length)..end
    }
}

impl Path {
    /// Parses a path. Returns the reason if it is invalid.
    pub(crate) fn parse(text: &str) -> Result<Path, String> {
        if text.len() > MAX_BYTES {
            return Err(format!("it is longer than {MAX_BYTES} bytes"));
        }
        let mut input = Input(text.trim());
        if !input.skip("$") {
            return Err("it does not begin with '$'".to_owned());
        }
        let mut legs = Vec::new();
        loop {
            input.spaces();
            if input.0.is_empty() {
                break;
            }
            legs.push(input.leg()?);
        }
        if legs.last() == Some(&Leg::Inside) {
            return Err("nothing follows '**'".to_owned());
        }
        Ok(Path { legs })
    }

    /// Whether the path may select several values.
    pub(crate) fn has_wildcards(&self) -> bool {
        let is_single = |leg: &Leg| matches!(leg, Leg::Key(_) | Leg::Cell(_));
        !self.legs.iter().all(is_single)
    }

    /// Returns the value at the path, or an array of the values if the path has wildcards. `None` if
    /// there is none. Asks before each leg whether to go on, because one leg takes at most a time
    /// that is linear in the document.
    pub(crate) fn extract(
        &self,
        document: &Value,
        is_exceeded: &dyn Fn() -> bool,
    ) -> Result<Option<Value>, Exceeded> {
        let mut found = vec![document];
        for leg in &self.legs {
            if is_exceeded() {
                return Err(Exceeded);
            }
            found = leg.select(&found);
        }
        Ok(match self.has_wildcards() {
            true if !found.is_empty() => Some(found.into_iter().cloned().collect()),
            true => None,
            false => found.first().map(|value| (*value).clone()),
        })
    }
}

impl Leg {
    fn select<'a>(&self, values: &[&'a Value]) -> Vec<&'a Value> {
        let mut found = Vec::new();
        if *self == Leg::Inside {
            let mut seen = HashSet::new();
            for value in values {
                add_all(value, &mut found, &mut seen);
            }
            return found;
        }
        for value in values {
            self.select_in(value, &mut found);
        }
        found
    }

    fn select_in<'a>(&self, value: &'a Value, found: &mut Vec<&'a Value>) {
        match (self, value) {
            (Leg::Key(key), Value::Object(members)) => found.extend(members.get(key)),
            (Leg::AnyKey, Value::Object(members)) => found.extend(members.values()),
            (Leg::AnyCell, Value::Array(items)) => found.extend(items),
            (Leg::Cell(cell), Value::Array(items)) => {
                found.extend(cell.within(items.len()).and_then(|at| items.get(at)));
            }
            (Leg::Cells(from, to), Value::Array(items)) => {
                let range = from.range_to(*to, items.len());
                found.extend(items.iter().take(range.end).skip(range.start));
            }
            // A value that is no array is treated as an array with one element.
            (Leg::Cell(cell), single) if cell.within(1) == Some(0) => found.push(single),
            (Leg::Cells(from, to), single) if from.range_to(*to, 1) == (0..1) => {
                found.push(single);
            }
            _ => {}
        }
    }
}

/// Adds a value and everything inside of it, unless it was found inside another value before.
fn add_all<'a>(value: &'a Value, found: &mut Vec<&'a Value>, seen: &mut HashSet<*const Value>) {
    if !seen.insert(std::ptr::from_ref(value)) {
        return;
    }
    found.push(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| add_all(item, found, seen)),
        Value::Object(members) => members.values().for_each(|item| add_all(item, found, seen)),
        _ => {}
    }
}

/// The rest of a path.
struct Input<'a>(&'a str);

impl Input<'_> {
    fn skip(&mut self, expected: &str) -> bool {
        match self.0.strip_prefix(expected) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn spaces(&mut self) {
        self.0 = self.0.trim_start();
    }

    fn leg(&mut self) -> Result<Leg, String> {
        if self.skip("**") {
            return Ok(Leg::Inside);
        }
        if self.skip(".") {
            self.spaces();
            return self.key();
        }
        if self.skip("[") {
            return self.cells();
        }
        Err(format!(
            "expected '.' or '[' before '{}'",
            crate::text::shorten(self.0)
        ))
    }

    fn key(&mut self) -> Result<Leg, String> {
        if self.skip("*") {
            return Ok(Leg::AnyKey);
        }
        if self.0.starts_with('"') {
            let mut strings = serde_json::Deserializer::from_str(self.0).into_iter::<String>();
            let Some(Ok(key)) = strings.next() else {
                return Err("a quoted key is not a JSON string".to_owned());
            };
            self.0 = &self.0[strings.byte_offset()..];
            return Ok(Leg::Key(key));
        }
        let continues = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        let end = self.0.find(|c| !continues(c)).unwrap_or(self.0.len());
        let (key, rest) = self.0.split_at(end);
        if key.is_empty() || key.starts_with(|c: char| c.is_numeric()) {
            let why = "expected a key that begins with a letter; put other keys in double quotes";
            return Err(why.to_owned());
        }
        self.0 = rest;
        Ok(Leg::Key(key.to_owned()))
    }

    fn cells(&mut self) -> Result<Leg, String> {
        self.spaces();
        if self.skip("*") {
            self.close()?;
            return Ok(Leg::AnyCell);
        }
        let from = self.cell()?;
        self.spaces();
        if !self.skip("to ") {
            self.close()?;
            return Ok(Leg::Cell(from));
        }
        self.spaces();
        let to = self.cell()?;
        self.close()?;
        let is_empty = match (from, to) {
            (Cell::FromStart(from), Cell::FromStart(to)) => from > to,
            (Cell::FromEnd(from), Cell::FromEnd(to)) => from < to,
            _ => false,
        };
        if is_empty {
            return Err("a range ends before it begins".to_owned());
        }
        Ok(Leg::Cells(from, to))
    }

    fn cell(&mut self) -> Result<Cell, String> {
        if !self.skip("last") {
            return Ok(Cell::FromStart(self.index()?));
        }
        self.spaces();
        if !self.skip("-") {
            return Ok(Cell::FromEnd(0));
        }
        self.spaces();
        Ok(Cell::FromEnd(self.index()?))
    }

    fn index(&mut self) -> Result<usize, String> {
        let end = self.0.find(|c: char| !c.is_ascii_digit());
        let (digits, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest;
        let index = digits.parse::<u32>().ok();
        let index = index.and_then(|index| usize::try_from(index).ok());
        index.ok_or_else(|| "expected an array index: a number, 'last' or 'last-1'".to_owned())
    }

    fn close(&mut self) -> Result<(), String> {
        self.spaces();
        match self.skip("]") {
            true => Ok(()),
            false => Err("expected ']' after an array index".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn extract(path: &str) -> Option<Value> {
        let document = json!({
            "name": "Joe", "address": {"city": "NY", "zip code": 1}, "n": [5, 7, [9, {"city": "X"}]],
            "a\"b": null,
        });
        let path = Path::parse(path).unwrap();
        path.extract(&document, &|| false).unwrap()
    }

    #[test]
    fn path_selects_a_value() {
        for (path, expected) in [
            ("$.name", json!("Joe")),
            (" $ . name ", json!("Joe")),
            ("$.\"name\"", json!("Joe")),
            ("$.address.\"zip code\"", json!(1)),
            (r#"$."a\"b""#, json!(null)),
            ("$.n[0]", json!(5)),
            ("$.n[ 1 ]", json!(7)),
            ("$.n[last][1].city", json!("X")),
            ("$.n[last-2]", json!(5)),
            ("$.name[0]", json!("Joe")),
            ("$.name[last]", json!("Joe")),
            ("$.address.*", json!(["NY", 1])),
            ("$.n[*]", json!([5, 7, [9, {"city": "X"}]])),
            ("$.n[0 to 1]", json!([5, 7])),
            ("$.n[last-1 to last]", json!([7, [9, {"city": "X"}]])),
            ("$**.city", json!(["NY", "X"])),
            ("$**[0]**.city", json!(["NY", "X"])),
        ] {
            assert_eq!(extract(path), Some(expected), "{path}");
        }
        for path in [
            "$.nope",
            "$.n[3]",
            "$.n[last-3]",
            "$.name.x",
            "$.name[1]",
            "$.nope.*",
            "$.n[5 to 6]",
        ] {
            assert_eq!(extract(path), None, "{path}");
        }
    }

    #[test]
    fn invalid_path_is_rejected() {
        for path in [
            "",
            "name",
            ".name",
            "$name",
            "$.",
            "$..a",
            "$.1a",
            "$.a-b",
            "$[",
            "$[]",
            "$[-1]",
            "$[a]",
            "$[1",
            "$[last+1]",
            "$[4294967296]",
            "$[2 to 1]",
            "$[last to last-1]",
            "$**",
            "$.a**",
            "$.\"a",
            "$.a b",
            "$.*.",
            "$.a\"b\"",
        ] {
            assert!(Path::parse(path).is_err(), "{path}");
        }
    }

    #[test]
    fn repeated_wildcards_find_each_value_once() {
        let mut document = json!(1);
        for _ in 0..60 {
            document = json!({"a": document});
        }
        let path =
            Path::parse(&format!("${}.a", "**".repeat(50).replace("****", "**.a**"))).unwrap();
        let found = path.extract(&document, &|| false).unwrap().unwrap();
        assert!(found.as_array().unwrap().len() <= 60);
    }
}
