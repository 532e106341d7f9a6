//! The calls of the matrix: one for each operation of the catalogue, and a download.

use std::sync::LazyLock;

use backendless::{Client, FileInfo, Result};
use backendless_tests::catalogue::{self, Context, Entry, ResponseBody, Values};
use backendless_tests::spec::Spec;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

/// The name of the download of a file, which is not an operation of the document.
pub(super) const DOWNLOAD: &str = "download";

/// The name of the request to a path that no operation of the document has.
pub(super) const ANY_REQUEST: &str = "request";

/// The document with the overlays, read once for all faults.
static SPEC: LazyLock<Spec> = LazyLock::new(Spec::read);

/// One call of the public API.
pub(super) struct Call {
    /// The operationId, [`DOWNLOAD`] or [`ANY_REQUEST`].
    pub(super) id: &'static str,
    /// Whether the same request may be sent twice, by the overlays and not by the table that the client reads.
    pub(super) idempotent: bool,
    pub(super) response_body: ResponseBody,
    target: Target,
}

enum Target {
    Operation(&'static Entry),
    File(FileInfo),
    AnyPath,
}

impl Call {
    pub(super) fn send(&self, client: Client) -> BoxFuture<'static, Result<()>> {
        match &self.target {
            Target::Operation(entry) => {
                let context = Context::new(&client, &Values::default());
                entry.call.send(entry.context(&context))
            }
            Target::File(file) => {
                let download = client.files().download(file).into_future();
                async move { download.await?.bytes().await.map(drop) }.boxed()
            }
            Target::AnyPath => {
                let request = catalogue::any_request(&client, &Values::default());
                request.into_future().map(|result| result.map(drop)).boxed()
            }
        }
    }
}

/// Every operation once, a download from `url`, and a request to another path.
pub(super) fn every_operation(url: &str) -> Vec<Call> {
    let entries = catalogue::entries().iter();
    let operations = entries.map(|entry| Call {
        id: entry.operation.id(),
        // An upload is idempotent only with `overwrite`, which the catalogue's call does not set.
        idempotent: SPEC.is_idempotent(entry.operation.id()),
        response_body: entry.response_body,
        target: Target::Operation(entry),
    });
    let download = Call {
        id: DOWNLOAD,
        idempotent: true,
        response_body: ResponseBody::Any,
        target: Target::File(FileInfo::from_url(format!("{url}/{DOWNLOAD}"))),
    };
    let any_request = Call {
        id: ANY_REQUEST,
        idempotent: false,
        response_body: ResponseBody::Required,
        target: Target::AnyPath,
    };
    operations.chain([download, any_request]).collect()
}
