import { DURABLE_TASK_SETTINGS } from "./durable-task-settings";
import { accepted, supported, type SettingTable } from "./setting";
import { choice, decimal, flag, interval, limit, text, textList, textMap, timeSpan, wholeNumber } from "./setting-type";
import { STORAGE_SETTINGS } from "./storage-settings";

const count = wholeNumber(1);

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
  sendCanceledInvocationsToWorker: accepted("Nothing is cancelled before it has begun."),
  metadataProviderTimeout: accepted("`--timeout` limits the start."),
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
  ...STORAGE_SETTINGS,
  ...DURABLE_TASK_SETTINGS,
} satisfies SettingTable;

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
    "Where the keys are kept that `--enable-auth` asks for: `files`, `store` for the one of the task hub, which its hosts share, or `blob` for the container `azure-webjobs-secrets` in `AzureWebJobsStorage`.",
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
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: supported(
    text,
    "",
    "`Authorization=AAD` sends it under the host's Azure identity, with `ClientId=…` under an assigned one.",
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
    "`json`: everything the host prints is one JSON object per line, as with `--enable-json-output`. Only from the environment.",
  ),
  DURABLE_HOST_METRICS: supported(flag, true, "Serves metrics for Prometheus at `/metrics`."),
  AzureWebJobsDisableHomepage: supported(flag, false, "Answers 204 instead of a page at `/`."),
  FUNCTIONS_WORKER_RUNTIME: accepted("Apps here are always Node.js; the app reads `node`."),
  FUNCTIONS_EXTENSION_VERSION: accepted("There is one version of this host: the one installed."),
  AzureWebJobsFeatureFlags: accepted("Chooses between ways that official hosts index an app."),
  FUNCTIONS_NODE_BLOCK_ON_ENTRY_POINT_ERROR: accepted("An entry file that throws always ends the start."),
  AZURE_FUNCTIONS_NODE_BLOCK_LOG: accepted("The event loop of the app is not watched."),
  FUNCTIONS_ENABLE_DRAIN_ON_APP_STOPPING: accepted("Shutdown is always graceful."),
  FUNCTIONS_LOG_PATH: accepted("Logs go to the console; collect them there."),
  FUNCTIONS_ADMIN_ISOLATION_ENABLED: accepted("`/admin` always wants the master key where keys are asked for."),
  WEBSITE_RUN_FROM_PACKAGE: accepted("The app is a folder."),
  CONTAINER_NAME: accepted("Belongs to an Azure plan."),
} satisfies SettingTable;
