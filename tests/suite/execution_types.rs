//! How the service executes Cloud Code methods.

use backendless::ExecutionType;
use backendless_tests::Recorder;

#[tokio::test]
async fn execution_types_have_the_header_of_the_official_sdk() {
    let server = Recorder::responding(200, "").await;
    let cloud_code = server.client().cloud_code();
    for (execution, value) in [
        (ExecutionType::Sync, "sync"),
        (ExecutionType::Async, "async"),
        (ExecutionType::AsyncLowPriority, "async-low-priority"),
    ] {
        let invocation = cloud_code.invoke::<_, ()>("Shop", "order", "book");
        invocation.execution_type(execution).await.unwrap();
        let request = server.requests().pop().unwrap();
        assert_eq!(request.header("bl-execution-type"), Some(value));
    }
    cloud_code
        .invoke::<_, ()>("Shop", "order", "book")
        .await
        .unwrap();
    let request = server.requests().pop().unwrap();
    assert_eq!(request.header("bl-execution-type"), None);
}
