//! The serializer that `encode` uses, without the wiping of outgrown buffers.

use serde::Serialize;
use zeroize::Zeroizing;

pub(crate) fn to_json(body: &impl Serialize) -> serde_json::Result<Zeroizing<Vec<u8>>> {
    serde_json::to_vec(body).map(Zeroizing::new)
}
