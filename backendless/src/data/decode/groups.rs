//! Decoding a page of groups. An item is a group if it has `groupBy` and `items` and no `___class`, which every row has.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::captured::Captured;
use crate::data::{Group, GroupPage, Object};

/// Maximum number of levels of groups. The service groups by a few columns.
const MAX_LEVELS: usize = 64;

impl<'de, T: Deserialize<'de>> Deserialize<'de> for GroupPage<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (page, _) = Page::with_levels(MAX_LEVELS).deserialize(deserializer)?;
        Ok(page)
    }
}

/// Column and value of a group.
#[derive(Deserialize)]
struct GroupedBy {
    column: String,
    #[serde(default)]
    value: Value,
}

/// Reads a page, or a group, which has `groupBy` as well.
struct Page<T> {
    /// How many levels of groups may follow.
    levels: usize,
    rows: PhantomData<T>,
}

impl<T> Page<T> {
    fn with_levels(levels: usize) -> Self {
        Self {
            levels,
            rows: PhantomData,
        }
    }
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Page<T> {
    type Value = (GroupPage<T>, Option<GroupedBy>);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Page<T> {
    type Value = (GroupPage<T>, Option<GroupedBy>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page of groups")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut page = GroupPage {
            groups: Vec::new(),
            objects: Vec::new(),
            has_next_page: false,
        };
        let mut grouped_by = None;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "items" => {
                    let levels = self.levels;
                    (page.groups, page.objects) = map.next_value_seed(Items {
                        levels,
                        rows: PhantomData,
                    })?;
                }
                "hasNextPage" => {
                    page.has_next_page = map.next_value::<Option<bool>>()?.unwrap_or_default();
                }
                "groupBy" => grouped_by = map.next_value()?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok((page, grouped_by))
    }
}

/// Reads the items of a page, which are groups or rows.
struct Items<T> {
    levels: usize,
    rows: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Items<T> {
    type Value = (Vec<Group<T>>, Vec<Object<T>>);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
    type Value = (Vec<Group<T>>, Vec<Object<T>>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of groups or rows")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Default::default())
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Default::default())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let (mut groups, mut objects) = (Vec::new(), Vec::new());
        while let Some(item) = seq.next_element_seed(ItemSeed {
            levels: self.levels,
            rows: PhantomData,
        })? {
            match item {
                Item::Group(group) => groups.push(group),
                Item::Object(object) => objects.push(object),
            }
        }
        Ok((groups, objects))
    }
}

enum Item<T> {
    Group(Group<T>),
    Object(Object<T>),
}

struct ItemSeed<T> {
    levels: usize,
    rows: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for ItemSeed<T> {
    type Value = Item<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Item<T>, D::Error> {
        let item = Captured::deserialize(deserializer)?;
        if !item.read::<D::Error, _>(IsGroup)? {
            let object = item.into_seed::<D::Error, _>(PhantomData::<Object<T>>)?;
            return Ok(Item::Object(object));
        }
        let Some(levels) = self.levels.checked_sub(1) else {
            let problem = format!("more than {MAX_LEVELS} levels of groups");
            return Err(D::Error::custom(problem));
        };
        let (page, grouped_by) = item.into_seed::<D::Error, _>(Page::with_levels(levels))?;
        let grouped_by =
            grouped_by.ok_or_else(|| D::Error::custom("a group has no column and no value"))?;
        Ok(Item::Group(Group {
            column: grouped_by.column,
            value: grouped_by.value,
            page,
        }))
    }
}

/// Reads whether an item is a group.
struct IsGroup;

impl<'de> Visitor<'de> for IsGroup {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a group or a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let (mut has_group, mut has_items, mut has_class) = (false, false, false);
        while let Some(key) = map.next_key::<String>()? {
            has_group |= key == "groupBy";
            has_items |= key == "items";
            has_class |= key == "___class";
            map.next_value::<IgnoredAny>()?;
        }
        Ok(has_group && has_items && !has_class)
    }
}
