//! How the service executes a method.

use super::Invocation;

/// The header of an [`ExecutionType`].
const HEADER: &str = "bl-execution-type";

/// How the service executes a method; set with [`Invocation::execution_type`].
///
/// ```
/// let execution = backendless::ExecutionType::Async;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExecutionType {
    /// The response has the result of the method.
    Sync,
    /// The service responds at once, and the result of the method is lost.
    Async,
    /// As `Async`, after other calls.
    AsyncLowPriority,
}

impl ExecutionType {
    fn name(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Async => "async",
            Self::AsyncLowPriority => "async-low-priority",
        }
    }
}

impl<R> Invocation<R> {
    /// Sets how the service executes the method, in the header `bl-execution-type`, which is known from the official
    /// JavaScript SDK. Without it, the service decides. With [`ExecutionType::Async`], choose `()` as the type of the
    /// result.
    ///
    /// ```
    /// use backendless::ExecutionType;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let invocation = client.cloud_code().invoke::<_, String>("echo", "echo", "hello");
    /// assert_eq!(invocation.execution_type(ExecutionType::Sync).await?, "hello");
    /// # });
    /// ```
    pub fn execution_type(self, execution: ExecutionType) -> Self {
        self.header(HEADER, execution.name())
    }
}
