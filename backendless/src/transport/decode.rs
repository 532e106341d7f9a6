pub(super) use crate::decode::describe;
