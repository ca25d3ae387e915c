import { randomUUID } from "node:crypto";
import { basename } from "node:path";
import type { Logger, StorageProvider, TaskHubWorker, WorkKind, WorkTracer } from "@durable-host/engine";
import type { HostConfiguration, InvocationListener, InvocationTracer } from "@durable-host/functions";
import {
  HostMetrics,
  measureStorage,
  openTelemetry,
  prometheusText,
  type ExportOptions,
  type SamplingSettings,
  type Telemetry,
  type TelemetryKind,
} from "@durable-host/telemetry";
import { LevelFilter } from "../console/level-filter";
import { HOST_VERSION } from "../version";

type SettingValues = HostConfiguration["values"];

/** Where the host writes, and who is told of what it does. */
export interface WatchedConsole {
  readonly logger: Logger;
  readonly onInvocation: InvocationListener;
  readonly traceInvocation?: InvocationTracer;
  readonly onWorkerRestart?: () => void;
}

/** What is exported of a host while it runs. */
export interface HostTelemetry {
  /** Present unless they are switched off. */
  readonly meter: HostMetrics | undefined;
  readonly tracer: WorkTracer | undefined;
  readonly console: WatchedConsole;
  /** For the endpoint; undefined: there is none. */
  readonly metricsText: (() => string) | undefined;
  /** The same provider, whose calls are measured if anything is. */
  measured(provider: StorageProvider): StorageProvider;
  /** Begins to read off what is only there once the engine is. */
  observe(worker: TaskHubWorker, provider: StorageProvider, slots: (kind: WorkKind) => number): void;
  /** Sends what waits. */
  close(): Promise<void>;
}

/** How long a host that stops waits for what it exports. */
const CLOSE_MS = 5000;

const SAMPLING = "logging.applicationInsights.samplingSettings";

/**
 * Opens what the configuration asks for: metrics, which nobody may read; OTLP and Application Insights, whose libraries
 * are loaded for that alone. `capabilities`: of the app that runs.
 */
export async function openHostTelemetry(
  configuration: HostConfiguration,
  console: Pick<WatchedConsole, "logger" | "onInvocation">,
  capabilities: () => Readonly<Record<string, string>>,
): Promise<HostTelemetry> {
  const { values } = configuration;
  const exports = exportOptions(configuration, console.logger.child("Host.Telemetry"));
  const isServed = values.app("DURABLE_HOST_METRICS");
  const metrics = isServed || exports ? new HostMetrics() : undefined;
  const telemetry = exports && metrics && (await open(configuration, exports, metrics, capabilities));
  return {
    meter: metrics,
    tracer: telemetry?.tracer,
    console: {
      logger: telemetry ? telemetry.tee(console.logger) : console.logger,
      onInvocation: metrics ? toldToAll(console.onInvocation, metrics, telemetry) : console.onInvocation,
      traceInvocation: telemetry && ((invocation) => telemetry.beginInvocation(invocation)),
      onWorkerRestart: metrics && (() => metrics.workerRestarted()),
    },
    metricsText: metrics && isServed ? () => prometheusText(metrics) : undefined,
    measured: (provider) =>
      metrics ? measureStorage(provider, (...call) => metrics.storageCalled(...call)) : provider,
    observe: (worker, provider, slots) =>
      metrics?.observe({
        activeWorkItems: (kind) => worker.activeOf(kind),
        slots,
        pendingWorkItems: (kind) => provider.pendingWork?.(kind),
        storageFlushes: () => provider.counters?.flushes,
      }),
    async close() {
      await telemetry?.close(CLOSE_MS);
      metrics?.stop();
    },
  };
}

function open(
  { values }: HostConfiguration,
  exports: ExportOptions,
  metrics: HostMetrics,
  capabilities: () => Readonly<Record<string, string>>,
): Promise<Telemetry> {
  const filter = new LevelFilter(values.host("logging.logLevel"), true);
  const tracing = "extensions.durableTask.tracing";
  const options = {
    exports,
    sampler: { name: values.app("OTEL_TRACES_SAMPLER"), argument: values.app("OTEL_TRACES_SAMPLER_ARG") },
    tracesDurable: values.host(`${tracing}.distributedTracingEnabled`) && values.host(`${tracing}.version`) !== "None",
    allows: (...entry: Parameters<LevelFilter["allows"]>) => filter.allows(...entry),
    appExportsItsLogs: () => /^true$/i.test(capabilities()["WorkerOpenTelemetryEnabled"] ?? ""),
    hostInstanceId: randomUUID(),
  };
  return openTelemetry(options, metrics);
}

function toldToAll(
  first: InvocationListener,
  metrics: HostMetrics,
  telemetry: Telemetry | undefined,
): InvocationListener {
  return (event) => {
    first(event);
    if (event.type !== "invocationFinished") return;
    metrics.invocationEnded(event.functionName, event.succeeded, event.durationMs);
    telemetry?.finishInvocation(event);
  };
}

/** Undefined when nothing is to be exported (functions-host contract §8). */
function exportOptions(configuration: HostConfiguration, logger: Logger): ExportOptions | undefined {
  const { values, settings } = configuration;
  const environment = { ...settings, ...process.env };
  const connectionString = azureConnection(values);
  const authentication = values.app("APPLICATIONINSIGHTS_AUTHENTICATION_STRING");
  const namesOtlp = Object.keys(environment).some((name) => /^OTEL_EXPORTER_OTLP_/i.test(name) && environment[name]);
  const isOtlp = namesOtlp || (values.host("telemetryMode") === "OpenTelemetry" && connectionString === undefined);
  if (!isOtlp && connectionString === undefined) return undefined;
  return {
    resource: resourceOf(configuration),
    warn: (message) => logger.warn(message),
    ...(isOtlp ? { otlp: { environment } } : {}),
    ...(connectionString === undefined ? {} : { azure: { connectionString, authentication, ...sampling(values) } }),
  };
}

function azureConnection(values: SettingValues): string | undefined {
  const key = values.app("APPINSIGHTS_INSTRUMENTATIONKEY");
  return values.app("APPLICATIONINSIGHTS_CONNECTION_STRING") || (key ? `InstrumentationKey=${key}` : undefined);
}

function sampling(values: SettingValues): Pick<NonNullable<ExportOptions["azure"]>, "sampling" | "isAlwaysKept"> {
  const excluded = kindsIn(values.host(`${SAMPLING}.excludedTypes`));
  const included = kindsIn(values.host(`${SAMPLING}.includedTypes`));
  const isAlwaysKept = (kind: TelemetryKind): boolean =>
    excluded.has(kind.toLowerCase()) || (included.size > 0 && !included.has(kind.toLowerCase()));
  if (!values.host(`${SAMPLING}.isEnabled`)) return { isAlwaysKept };
  const settings: SamplingSettings = {
    maxItemsPerSecond: values.host(`${SAMPLING}.maxTelemetryItemsPerSecond`),
    evaluationIntervalMs: values.host(`${SAMPLING}.evaluationInterval`),
    initialPercentage: values.host(`${SAMPLING}.initialSamplingPercentage`),
    minPercentage: values.host(`${SAMPLING}.minSamplingPercentage`),
    maxPercentage: values.host(`${SAMPLING}.maxSamplingPercentage`),
  };
  return { sampling: settings, isAlwaysKept };
}

function kindsIn(list: string): ReadonlySet<string> {
  return new Set(
    list
      .split(";")
      .map((kind) => kind.trim().toLowerCase())
      .filter((kind) => kind !== ""),
  );
}

/** OpenTelemetry's attributes of where telemetry comes from; those in OTEL_RESOURCE_ATTRIBUTES win. */
function resourceOf({
  values,
  appRoot,
  settings,
  hubName,
}: HostConfiguration): Readonly<Record<string, string | number>> {
  const site = values.app("WEBSITE_SITE_NAME");
  const given = process.env["OTEL_RESOURCE_ATTRIBUTES"] ?? settings["OTEL_RESOURCE_ATTRIBUTES"] ?? "";
  const pairs = given.split(",").flatMap((pair) => {
    const [name, value] = pair.split("=");
    return name && value ? [[name.trim(), decodeURIComponent(value.trim())] as const] : [];
  });
  const instance = process.env["WEBSITE_INSTANCE_ID"] ?? process.env["HOSTNAME"];
  return {
    "service.name": site ?? basename(appRoot),
    ...(instance ? { "service.instance.id": instance } : {}),
    "service.version": HOST_VERSION,
    "faas.version": HOST_VERSION,
    "process.pid": process.pid,
    "durabletask.hub": hubName,
    ...(site === undefined ? {} : azureResource()),
    ...Object.fromEntries(pairs),
    ...(values.app("OTEL_SERVICE_NAME") ? { "service.name": values.app("OTEL_SERVICE_NAME") ?? "" } : {}),
  };
}

/** Only what Azure itself has set can be said. */
function azureResource(): Readonly<Record<string, string>> {
  const region = process.env["REGION_NAME"];
  return {
    "cloud.provider": "azure",
    "cloud.platform": "azure_functions",
    ...(region ? { "cloud.region": region } : {}),
  };
}
