import { DEFAULT_HTTP_POLL_MS } from "../call-http/http-polling";
import { accepted, supported, type SettingTable } from "./setting";
import { choice, flag, interval, text, timeSpan, wholeNumber } from "./setting-type";

const count = wholeNumber(1);
const PER_CPU = "10 × processors";
const KEPT = "kept for ever";

/** `extensions.durableTask` of host.json. */
export const DURABLE_TASK_SETTINGS = {
  "extensions.durableTask.hubName": supported(
    text,
    undefined,
    "Name of the task hub; `%NAME%` takes it from an app setting.",
    "`WEBSITE_SITE_NAME` or `TestHubName`",
  ),
  "extensions.durableTask.defaultVersion": supported(
    text,
    "",
    "Version of orchestrations that are started without one.",
  ),
  "extensions.durableTask.versionMatchStrategy": supported(
    choice("CurrentOrOlder", "None", "Strict"),
    "CurrentOrOlder",
    "Which versions of orchestrations are executed, compared with `defaultVersion`.",
  ),
  "extensions.durableTask.versionFailureStrategy": supported(
    choice("Reject", "Fail"),
    "Reject",
    "Whether orchestrations of other versions are left to other hosts, or fail.",
  ),
  "extensions.durableTask.nonDeterminismFailureStrategy": supported(
    choice("Fail", "Hold"),
    "Fail",
    "Whether an instance whose code disagrees with its history fails, or is suspended until it is resumed with mended code.",
  ),
  "extensions.durableTask.storageProvider.type": supported(
    text,
    "AzureStorage",
    "`mssql`, `AzureStorage`, `azureManaged` or `netherite`; see Storage for what each means here.",
  ),
  "extensions.durableTask.storageProvider.connectionName": supported(
    text,
    undefined,
    "App setting that holds the connection string.",
    "by type",
  ),
  "extensions.durableTask.storageProvider.connectionStringName": supported(
    text,
    undefined,
    "The same under its other name.",
    "by type",
  ),
  "extensions.durableTask.storageProvider.storageConnectionName": supported(
    text,
    undefined,
    "The same for `netherite`.",
    "`AzureWebJobsStorage`",
  ),
  "extensions.durableTask.storageProvider.partitionCount": accepted("Belongs to Azure Storage."),
  "extensions.durableTask.storageProvider.controlQueueBatchSize": accepted("Belongs to Azure Storage."),
  "extensions.durableTask.storageProvider.controlQueueBufferThreshold": accepted("Belongs to Azure Storage."),
  "extensions.durableTask.storageProvider.controlQueueVisibilityTimeout": accepted("Belongs to Azure Storage."),
  "extensions.durableTask.storageProvider.workItemQueueVisibilityTimeout": accepted("Belongs to Azure Storage."),
  "extensions.durableTask.storageProvider.maxQueuePollingInterval": accepted("Belongs to Azure Storage."),
  "extensions.durableTask.storageProvider.trackingStoreConnectionName": accepted("Belongs to Azure Storage."),
  "extensions.durableTask.storageProvider.trackingStoreNamePrefix": accepted("Belongs to Azure Storage."),
  "extensions.durableTask.storageProvider.fetchLargeMessagesAutomatically": accepted("Belongs to Azure Storage."),
  "extensions.durableTask.storageProvider.useLegacyPartitionManagement": accepted("Belongs to Azure Storage."),
  "extensions.durableTask.storageProvider.useTablePartitionManagement": accepted("Belongs to Azure Storage."),
  "extensions.durableTask.storageProvider.allowReplayingTerminalInstances": accepted("Belongs to Azure Storage."),
  "extensions.durableTask.storageProvider.queueClientMessageEncoding": accepted("Belongs to Azure Storage."),
  "extensions.durableTask.storageProvider.taskHubName": supported(
    text,
    undefined,
    "SQL Server: name of the task hub, in place of `hubName`; at most 50 characters.",
    "`hubName`",
  ),
  "extensions.durableTask.storageProvider.taskEventLockTimeout": supported(
    interval(10_000),
    120_000,
    "SQL Server: how long the work of a host that died stays locked. While it runs it renews its locks.",
  ),
  "extensions.durableTask.storageProvider.taskEventBatchSize": supported(
    wholeNumber(10),
    1000,
    "SQL Server: largest number of messages that one execution of an orchestrator takes in.",
  ),
  "extensions.durableTask.storageProvider.createDatabaseIfNotExists": supported(
    flag,
    false,
    "SQL Server: creates a missing database at the start; the login needs the right to.",
  ),
  "extensions.durableTask.storageProvider.schemaName": supported(
    text,
    "dt",
    "SQL Server: schema of the tables; what this host adds is in `<schemaName>_host`.",
  ),
  "extensions.durableTask.storageProvider.addHostSchema": supported(
    flag,
    true,
    "SQL Server: false adds nothing to a database of Microsoft's provider, and works through its procedures.",
  ),
  "extensions.durableTask.maxConcurrentActivityFunctions": supported(
    count,
    undefined,
    "Activities that run at the same time.",
    PER_CPU,
  ),
  "extensions.durableTask.maxConcurrentOrchestratorFunctions": supported(
    count,
    undefined,
    "Orchestration instances that are executed at the same time; waiting ones do not count.",
    `${PER_CPU}, at least 200`,
  ),
  "extensions.durableTask.maxConcurrentEntityFunctions": supported(
    count,
    undefined,
    "Entities that are executed at the same time.",
    PER_CPU,
  ),
  "extensions.durableTask.maxEntityOperationBatchSize": supported(
    count,
    5000,
    "Operations of an entity that are executed before its state is saved.",
  ),
  "extensions.durableTask.maxOrchestrationActions": supported(
    count,
    100_000,
    "Actions after which an execution fails; a guard against endless loops.",
  ),
  "extensions.durableTask.maxPayloadSizeInBytes": supported(
    count,
    104_857_600,
    "Largest input, result, event or entity state, as JSON in UTF-8. A larger one is refused with 413, or fails the function that made it.",
  ),
  "extensions.durableTask.overridableExistingInstanceStates": supported(
    choice("NonRunningStates", "AnyState"),
    "NonRunningStates",
    "Which instances a start with the same id replaces.",
  ),
  "extensions.durableTask.storeInputsInOrchestrationHistory": supported(
    flag,
    false,
    "Keeps activity inputs in the history.",
  ),
  "extensions.durableTask.retention.completedAfter": supported(
    timeSpan,
    undefined,
    "Completed orchestrations are purged this long after their end. An addition of this host, like the next three.",
    KEPT,
  ),
  "extensions.durableTask.retention.failedAfter": supported(timeSpan, undefined, "The same for Failed ones.", KEPT),
  "extensions.durableTask.retention.terminatedAfter": supported(
    timeSpan,
    undefined,
    "The same for Terminated ones.",
    KEPT,
  ),
  "extensions.durableTask.retention.checkInterval": supported(
    interval(1000),
    10 * 60_000,
    "How often the host looks for instances to purge.",
  ),
  "extensions.durableTask.localRpcEndpointEnabled": accepted("The SDK's endpoint is always on, on a port of its own."),
  "extensions.durableTask.maxGrpcMessageSizeInBytes": supported(
    count,
    2_147_483_647,
    "Largest message of the clients of `durable-functions` v4.",
  ),
  "extensions.durableTask.grpcHttpClientTimeout": supported(
    timeSpan,
    100_000,
    "Given to the clients of `durable-functions` v4, which do not look at it.",
  ),
  "extensions.durableTask.extendedSessionsEnabled": accepted("Orchestrators always stay resident."),
  "extensions.durableTask.extendedSessionIdleTimeoutInSeconds": accepted("Orchestrators always stay resident."),
  "extensions.durableTask.entityMessageReorderWindowInMinutes": accepted("The store keeps messages in order."),
  "extensions.durableTask.rollbackEntityOperationsOnExceptions": accepted(
    "Has no effect for JavaScript upstream either.",
  ),
  "extensions.durableTask.throwStatusExceptionsOnRaiseEvent": accepted("HTTP callers always get 404 and 410."),
  "extensions.durableTask.httpSettings.useForwardedHost": supported(
    flag,
    false,
    "Takes the origin of management links from `X-Forwarded-Host` and `X-Forwarded-Proto`.",
  ),
  "extensions.durableTask.httpSettings.defaultAsyncRequestSleepTimeMilliseconds": supported(
    count,
    DEFAULT_HTTP_POLL_MS,
    "Delay between polls of `callHttp` when the answer has no `Retry-After`.",
  ),
  "extensions.durableTask.tracing.distributedTracingEnabled": supported(
    flag,
    true,
    "Whether orchestrations, activities and entities have spans where telemetry is exported.",
  ),
  "extensions.durableTask.tracing.version": supported(
    choice("V2", "V1", "None"),
    "V2",
    "`None` is the same as `distributedTracingEnabled: false`; spans are always those of V2.",
  ),
  "extensions.durableTask.tracing.distributedTracingProtocol": accepted("W3C trace contexts are used."),
  "extensions.durableTask.tracing.traceInputsAndOutputs": accepted("Inputs and outputs are never exported."),
  "extensions.durableTask.tracing.traceReplayEvents": accepted("Replays are not traced."),
  "extensions.durableTask.tracing.allowVerboseLinuxTelemetry": accepted("Describes telemetry of Azure's own."),
  "extensions.durableTask.notifications": accepted("Event Grid notifications are not sent."),
  "extensions.durableTask.useAppLease": accepted("Locks keep hosts on one store apart."),
  "extensions.durableTask.appLeaseOptions": accepted("Locks keep hosts on one store apart."),
  "extensions.durableTask.useGracefulShutdown": accepted("Shutdown is always graceful."),
} satisfies SettingTable;
