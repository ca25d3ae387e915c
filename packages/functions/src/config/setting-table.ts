import { DEFAULT_HTTP_POLL_MS } from "../call-http/http-polling";
import {
  anything,
  choice,
  decimal,
  flag,
  interval,
  limit,
  text,
  textList,
  textMap,
  timeSpan,
  wholeNumber,
  type SettingType,
} from "./setting-type";

/** supported: it has its effect. accepted: it may stand there and has no effect here, for the reason given. */
export type Support = "supported" | "accepted";

export interface Setting<T> {
  readonly type: SettingType<T>;
  readonly default: T | undefined;
  /** How documentation shows a default that is computed. */
  readonly defaultText?: string;
  readonly support: Support;
  readonly description: string;
}

function supported<T>(
  type: SettingType<T>,
  value: T,
  description: string,
  defaultText?: string,
): Setting<T> & { readonly default: T };
function supported<T>(type: SettingType<T>, value: undefined, description: string, defaultText?: string): Setting<T>;
function supported<T>(type: SettingType<T>, value: T | undefined, description: string, defaultText?: string) {
  return { type, default: value, defaultText, support: "supported" as const, description };
}

function accepted(description: string): Setting<unknown> {
  return { type: anything, default: undefined, support: "accepted", description };
}

const count = wholeNumber(1);
const PER_CPU = "10 × processors";
const KEPT = "kept for ever";

/** Every host.json setting the host knows, by its path. docs/configuration.md shows this table; a test compares them. */
export const HOST_SETTINGS = {
  version: supported(text, "2.0", "Must be `2.0`."),
  functionTimeout: supported(timeSpan, 30 * 60_000, "Longest run of one invocation; `-1` for no limit."),
  functions: supported(textList, undefined, "Names of the functions to run; the others are left out.", "all"),
  "logging.logLevel": supported(
    textMap,
    {},
    "Lowest level that is printed, by category prefix; the longest prefix wins, `default` is for the rest.",
  ),
  "logging.console.isEnabled": supported(
    flag,
    true,
    "Whether log entries are printed; what the command itself says always is.",
  ),
  "logging.fileLoggingMode": accepted("Logs go to the console; collect them there."),
  "logging.applicationInsights.samplingSettings.isEnabled": supported(
    flag,
    true,
    "Whether Application Insights gets a part of what there is when there is much. Traces are kept or dropped as a whole.",
  ),
  "logging.applicationInsights.samplingSettings.maxTelemetryItemsPerSecond": supported(
    decimal(0.1, 1_000_000),
    20,
    "Items per second that the part is chosen for, by host.",
  ),
  "logging.applicationInsights.samplingSettings.evaluationInterval": supported(
    interval(1000),
    15_000,
    "How often the part is chosen anew.",
  ),
  "logging.applicationInsights.samplingSettings.initialSamplingPercentage": supported(
    decimal(0, 100),
    100,
    "The part until it is chosen first.",
  ),
  "logging.applicationInsights.samplingSettings.minSamplingPercentage": supported(decimal(0, 100), 0.1, "Least part."),
  "logging.applicationInsights.samplingSettings.maxSamplingPercentage": supported(
    decimal(0, 100),
    100,
    "Largest part. With the same as least and initial part: a fixed one.",
  ),
  "logging.applicationInsights.samplingSettings.excludedTypes": supported(
    text,
    "",
    "Kinds that are always exported: `Request`, `Dependency`, `Trace`, `Exception`, separated by `;`.",
  ),
  "logging.applicationInsights.samplingSettings.includedTypes": supported(
    text,
    "",
    "The only kinds that are sampled, in the same form; empty for all.",
  ),
  "logging.applicationInsights.samplingSettings.samplingPercentageIncreaseTimeout": accepted(
    "The part is chosen at every evaluation.",
  ),
  "logging.applicationInsights.samplingSettings.samplingPercentageDecreaseTimeout": accepted(
    "The part is chosen at every evaluation.",
  ),
  "logging.applicationInsights.samplingSettings.movingAverageRatio": accepted("The last interval alone counts."),
  "logging.applicationInsights.enableLiveMetrics": accepted("Live metrics are not sent."),
  "logging.applicationInsights.enableDependencyTracking": accepted("What the app calls is for the app to export."),
  "logging.applicationInsights.enablePerformanceCountersCollection": accepted(
    "Memory and event loop are at `/metrics`.",
  ),
  "logging.applicationInsights.enableQueryStringTracing": accepted("Queries are never exported."),
  "logging.applicationInsights.httpAutoCollectionOptions": accepted("Requests are correlated by W3C headers."),
  telemetryMode: supported(
    choice("ApplicationInsights", "OpenTelemetry"),
    "ApplicationInsights",
    "With `OpenTelemetry` OTLP is exported, also without `OTEL_EXPORTER_OTLP_ENDPOINT` unless there is Application Insights.",
  ),
  aggregator: accepted("Counts and durations by function are at `/metrics`."),
  extensionBundle: accepted("Triggers and bindings are built in."),
  healthMonitor: accepted("Describes limits of an Azure plan."),
  singleton: accepted("Locks keep hosts on one store apart."),
  concurrency: accepted("Concurrency is what the limits say."),
  watchDirectories: accepted("`--watch` follows the app's own files."),
  watchFiles: accepted("`--watch` follows the app's own files."),
  fileWatchingEnabled: accepted("Files are watched only with `--watch`."),
  retry: accepted("Retry policies are set per function."),
  "extensions.http.routePrefix": supported(text, "api", "First part of every HTTP route; may be empty."),
  "extensions.http.maxConcurrentRequests": supported(
    limit,
    Number.POSITIVE_INFINITY,
    "HTTP functions that run at the same time; `-1` for no limit. A request more gets 429, unless `maxOutstandingRequests` lets it wait.",
    "`-1`",
  ),
  "extensions.http.maxOutstandingRequests": supported(
    limit,
    Number.POSITIVE_INFINITY,
    "Requests for HTTP functions that run or wait; `-1` for `maxConcurrentRequests`. A request more gets 429.",
    "`-1`",
  ),
  "extensions.http.dynamicThrottlesEnabled": accepted("Describes limits of an Azure plan."),
  "extensions.http.customHeaders": supported(
    textMap,
    {},
    "Headers added to every answer of an HTTP function that lacks them.",
  ),
  "extensions.http.hsts.isEnabled": supported(
    flag,
    false,
    "Adds `Strict-Transport-Security` to what was asked for over https: TLS ends in front of this host, see `ASPNETCORE_FORWARDEDHEADERS_ENABLED`.",
  ),
  "extensions.http.hsts.maxAge": supported(timeSpan, 30 * 86_400_000, "How long browsers remember it."),
  "extensions.http.hsts.includeSubDomains": supported(flag, false, "It holds for subdomains, too."),
  "extensions.http.hsts.preload": supported(flag, false, "Browsers may have it built in."),
  "extensions.http.hsts.excludedHosts": supported(
    textList,
    ["localhost", "127.0.0.1", "[::1]"],
    "Host names without the header.",
  ),
  "extensions.queues.batchSize": supported(wholeNumber(1, 32), 16, "Messages that a queue trigger takes at a time."),
  "extensions.queues.newBatchThreshold": supported(
    wholeNumber(0),
    undefined,
    "Runs that may be left of them when the next ones are taken.",
    "half of `batchSize`",
  ),
  "extensions.queues.maxDequeueCount": supported(
    count,
    5,
    "Runs of a message that fails before it goes to the queue `<name>-poison`.",
  ),
  "extensions.queues.maxPollingInterval": supported(
    interval(100),
    undefined,
    "Longest pause between looks at an empty queue.",
    "00:01:00; in Development 00:00:02",
  ),
  "extensions.queues.visibilityTimeout": supported(
    interval(0),
    0,
    "How long a message that failed waits for its next run.",
  ),
  "extensions.queues.lockTimeout": supported(
    interval(2000),
    60_000,
    "How long the messages of a host that died stay hidden from the others. While it runs it keeps them hidden. An addition of this host.",
  ),
  "extensions.queues.messageEncoding": supported(
    choice("base64", "none"),
    "base64",
    "How the text of messages is written, by triggers and outputs.",
  ),
  "extensions.blobs.maxDegreeOfParallelism": supported(
    count,
    undefined,
    "Blobs for which a blob trigger runs its function at the same time.",
    "8 × processors",
  ),
  "extensions.blobs.poisonBlobThreshold": supported(
    count,
    5,
    "Runs of a blob that fails before it is noted in the queue `webjobs-blobtrigger-poison`.",
  ),
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
} satisfies Readonly<Record<string, Setting<never> | Setting<unknown>>>;

/** App settings (environment variables, or Values in local.settings.json) that the host itself reads. */
export const APP_SETTINGS = {
  FUNCTIONS_WORKER_PROCESS_COUNT: supported(wholeNumber(1, 10), 1, "App worker processes."),
  languageWorkers__node__arguments: supported(
    text,
    "",
    "Node.js flags of the app workers, for example `--inspect=9229`.",
  ),
  FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: supported(
    count,
    104_857_600,
    "Largest request body in bytes; larger ones get 413.",
  ),
  AzureWebJobsSecretStorageType: supported(
    text,
    undefined,
    "Where the keys are kept that `--enable-auth` asks for: `files`, or `store` for the one of the task hub, which its hosts share.",
    "`store` with SQL Server, else `files`",
  ),
  FUNCTIONS_SECRETS_PATH: supported(
    text,
    undefined,
    "Folder of the keys that are kept as files; given, they are.",
    "`secrets` in the data directory",
  ),
  PORT: supported(
    wholeNumber(0, 65_535),
    undefined,
    "Port to listen on, as platforms for containers set it; `--port` wins.",
    "none",
  ),
  WEBSITES_PORT: supported(wholeNumber(0, 65_535), undefined, "The same under the name of Azure App Service.", "none"),
  ASPNETCORE_URLS: supported(
    text,
    "",
    "Address and port to listen on where nothing else names them, as in the official images: `http://+:8080` for all addresses.",
  ),
  AzureWebJobsScriptRoot: supported(
    text,
    undefined,
    "Folder of the app, for all commands; `--script-root` wins. Only from the environment.",
    "the current one",
  ),
  WEBSITE_HOSTNAME: supported(text, undefined, "Host and port in management URLs.", "`localhost:<port>`"),
  WEBSITE_SITE_NAME: supported(text, undefined, "Default name of the task hub.", "none"),
  WEBSITE_SLOT_NAME: supported(text, undefined, "With a slot other than Production the task hub needs a name.", "none"),
  AzureFunctionsWebHost__hostid: supported(
    text,
    undefined,
    "Tells apps on one storage account apart: blob triggers with the same one share what has been processed.",
    "`WEBSITE_SITE_NAME` or `durable-host`",
  ),
  AZURE_FUNCTIONS_ENVIRONMENT: supported(text, "Development", "What the app reads there."),
  CORS_ALLOWED_ORIGINS: supported(
    text,
    undefined,
    "Origins that browsers may call from: a JSON array or a comma list, or `*`. `--cors` wins.",
    "`Host.CORS` of local.settings.json",
  ),
  CORS_SUPPORT_CREDENTIALS: supported(
    flag,
    undefined,
    "Browsers may send credentials from there; not together with `*`.",
    "`Host.CORSCredentials` of local.settings.json",
  ),
  ASPNETCORE_FORWARDEDHEADERS_ENABLED: supported(
    flag,
    false,
    "Takes scheme and host of requests from `X-Forwarded-Proto` and `X-Forwarded-Host`. Only behind a proxy that sets them.",
  ),
  WEBSITE_AUTH_ENABLED: supported(
    flag,
    false,
    "Keeps the headers `x-ms-client-principal…`, which are removed otherwise. Only behind a front end that sets them.",
  ),
  APPLICATIONINSIGHTS_CONNECTION_STRING: supported(
    text,
    undefined,
    "Telemetry is exported to this Application Insights resource: docs/telemetry.md.",
    "none",
  ),
  APPINSIGHTS_INSTRUMENTATIONKEY: supported(text, undefined, "The same, as a key alone.", "none"),
  OTEL_EXPORTER_OTLP_ENDPOINT: supported(
    text,
    undefined,
    "Spans, logs and metrics are exported there by OTLP. The other `OTEL_EXPORTER_OTLP_…` variables have their usual effect.",
    "none",
  ),
  OTEL_SERVICE_NAME: supported(
    text,
    undefined,
    "Name of the app in telemetry.",
    "`WEBSITE_SITE_NAME`, else the app's folder",
  ),
  OTEL_TRACES_SAMPLER: supported(
    text,
    "",
    "Which new traces are recorded: `always_on`, `always_off` or `traceidratio`, also with `parentbased_`. Traces from elsewhere bring their decision.",
  ),
  OTEL_TRACES_SAMPLER_ARG: supported(text, "", "The part for `traceidratio`, from 0 to 1."),
  DURABLE_HOST_LOG_FORMAT: supported(
    choice("text", "json"),
    "text",
    "`json`: everything the host prints is one JSON object per line, as with `--enable-json-output`.",
  ),
  DURABLE_HOST_METRICS: supported(flag, true, "Serves metrics for Prometheus at `/metrics`."),
  AzureWebJobsDisableHomepage: supported(flag, false, "Answers 204 instead of a page at `/`."),
} satisfies Readonly<Record<string, Setting<never> | Setting<unknown>>>;
