import { AzureMonitorLogExporter, AzureMonitorTraceExporter } from "@azure/monitor-opentelemetry-exporter";
import type { Resource } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, type SdkLogRecord } from "@opentelemetry/sdk-logs";
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { Attributes, Span } from "../trace/span";
import { azureCredential } from "./azure-credential";
import { AdaptiveSampler, type SamplingSettings } from "./adaptive-sampler";
import { batches } from "./batches";
import type { Pipeline } from "./pipeline";
import { readableLog } from "./readable-log";
import { readableSpan } from "./readable-span";
import { SCOPE } from "./scope";

/** Kinds of telemetry as host.json names them. */
export type TelemetryKind = "Request" | "Dependency" | "Trace" | "Exception";

export interface AzureOptions {
  readonly connectionString: string;
  /** APPLICATIONINSIGHTS_AUTHENTICATION_STRING; empty: the key in the connection string is enough. */
  readonly authentication: string;
  readonly resource: Resource;
  /** Absent: everything is exported. */
  readonly sampling?: SamplingSettings;
  /** Tells of what is not sampled, but always exported. */
  readonly isAlwaysKept: (kind: TelemetryKind) => boolean;
}

/** Application Insights shows items a little later anyway. */
const DELAY_MS = 1000;
/** By this the exporter knows how many items one stands for. */
const SAMPLE_RATE = "_MS.sampleRate";
const OPERATION_NAME = "ai.operation.name";

/**
 * Sends requests, dependencies, exceptions and traces to Application Insights. The exporter is the one that the package
 * `applicationinsights` is made of; the package around it would patch the host's own modules, and gives spans ids of its own.
 */
export function azurePipeline(options: AzureOptions): Pipeline {
  const { connectionString, authentication, resource, sampling, isAlwaysKept } = options;
  // Its place for what could not be sent would be the disk, which a container may not have.
  const credential = azureCredential(authentication);
  const exporter = { connectionString, disableOfflineStorage: true, ...(credential ? { credential } : {}) };
  const spans = new BatchSpanProcessor(new AzureMonitorTraceExporter(exporter), batches(DELAY_MS, {}, ""));
  const logs = new BatchLogRecordProcessor(new AzureMonitorLogExporter(exporter), batches(DELAY_MS, {}, ""));
  const sampler = sampling && new AdaptiveSampler(sampling, () => performance.now());
  const keep = (kind: TelemetryKind, traceId: string): number | undefined =>
    sampler && !isAlwaysKept(kind) ? sampler.keep(traceId) : 100;
  return {
    span(span) {
      const rate = keep(kindOf(span), span.context.traceId);
      if (rate === undefined) return;
      const added: Attributes = { [OPERATION_NAME]: span.name, ...(rate < 100 ? { [SAMPLE_RATE]: rate } : {}) };
      spans.onEnd(readableSpan(span, resource, SCOPE, added));
    },
    log(record, context) {
      const kind = record.fields?.["error"] === undefined ? "Trace" : "Exception";
      // What belongs to no trace is rare: the host's own.
      if (context && keep(kind, context.traceId) === undefined) return;
      logs.onEmit(readableLog(record, context, resource) as SdkLogRecord);
    },
    close: async () => void (await Promise.allSettled([spans.shutdown(), logs.shutdown()])),
  };
}

function kindOf({ kind }: Span): TelemetryKind {
  return kind === "server" || kind === "consumer" ? "Request" : "Dependency";
}
