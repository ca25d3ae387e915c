import type { LogRecordExporter } from "@opentelemetry/sdk-logs";
import { BatchLogRecordProcessor, type SdkLogRecord } from "@opentelemetry/sdk-logs";
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics";
import type { Resource } from "@opentelemetry/resources";
import { BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base";
import { resourceMetrics } from "../metrics/metric-data";
import type { MetricsRegistry } from "../metrics/registry";
import { batches } from "./batches";
import type { Pipeline } from "./pipeline";
import { readableLog } from "./readable-log";
import { readableSpan } from "./readable-span";
import { SCOPE } from "./scope";

/** OTEL_* variables; the exporters themselves read the rest of them from the environment. */
export type OtelEnvironment = Readonly<Record<string, string | undefined>>;

export interface OtlpOptions {
  readonly environment: OtelEnvironment;
  readonly resource: Resource;
  readonly registry: MetricsRegistry;
  readonly warn: (message: string) => void;
}

/** What ends is sent this much later: a crash loses no more than that. */
const DELAY_MS = 1000;
const METRIC_INTERVAL_MS = 60_000;

type Signal = "TRACES" | "LOGS" | "METRICS";
type Protocol = "http/protobuf" | "http/json";

/** Sends spans, logs and metrics by OTLP over HTTP. */
export async function otlpPipeline(options: OtlpOptions): Promise<Pipeline> {
  const { environment, resource } = options;
  const [spanExporter, logExporter, metricExporter] = await Promise.all([
    exported(options, "TRACES", { "http/protobuf": protoSpans, "http/json": jsonSpans }),
    exported(options, "LOGS", { "http/protobuf": protoLogs, "http/json": jsonLogs }),
    exported(options, "METRICS", { "http/protobuf": protoMetrics, "http/json": jsonMetrics }),
  ]);
  const spans = spanExporter && new BatchSpanProcessor(spanExporter, batches(DELAY_MS, environment, "OTEL_BSP"));
  const logs = logExporter && new BatchLogRecordProcessor(logExporter, batches(DELAY_MS, environment, "OTEL_BLRP"));
  const metrics = metricExporter && periodicMetrics(metricExporter, options);
  return {
    span: (span) => spans?.onEnd(readableSpan(span, resource, SCOPE)),
    // What a processor does to a record that is still written to, it does to nobody's here.
    log: (record, context) => logs?.onEmit(readableLog(record, context, resource) as SdkLogRecord),
    close: async () => settled([metrics?.close(), spans?.shutdown(), logs?.shutdown()]),
  };
}

async function settled(promises: readonly (Promise<unknown> | undefined)[]): Promise<void> {
  await Promise.allSettled(promises.filter((promise) => promise !== undefined));
}

/** The exporter of a signal, unless it is switched off. */
async function exported<Exporter>(
  { environment, warn }: OtlpOptions,
  signal: Signal,
  makers: Readonly<Record<Protocol, () => Promise<Exporter>>>,
): Promise<Exporter | undefined> {
  const kind = environment[`OTEL_${signal}_EXPORTER`]?.trim() || "otlp";
  if (kind.toLowerCase() === "none") return undefined;
  if (!kind.split(",").some((each) => each.trim().toLowerCase() === "otlp")) {
    warn(
      `OTEL_${signal}_EXPORTER is "${kind}"; this host exports by "otlp" or not at all ("none"). It does not export.`,
    );
    return undefined;
  }
  const name = `OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`;
  const protocol = environment[name] || environment["OTEL_EXPORTER_OTLP_PROTOCOL"] || "http/protobuf";
  if (protocol === "http/protobuf" || protocol === "http/json") return makers[protocol]();
  warn(
    `The OTLP protocol "${protocol}" is not supported: use http/protobuf or http/json. No ${signal.toLowerCase()} are exported.`,
  );
  return undefined;
}

async function protoSpans(): Promise<SpanExporter> {
  return new (await import("@opentelemetry/exporter-trace-otlp-proto")).OTLPTraceExporter();
}

async function jsonSpans(): Promise<SpanExporter> {
  return new (await import("@opentelemetry/exporter-trace-otlp-http")).OTLPTraceExporter();
}

async function protoLogs(): Promise<LogRecordExporter> {
  return new (await import("@opentelemetry/exporter-logs-otlp-proto")).OTLPLogExporter();
}

async function jsonLogs(): Promise<LogRecordExporter> {
  return new (await import("@opentelemetry/exporter-logs-otlp-http")).OTLPLogExporter();
}

async function protoMetrics(): Promise<PushMetricExporter> {
  return new (await import("@opentelemetry/exporter-metrics-otlp-proto")).OTLPMetricExporter();
}

async function jsonMetrics(): Promise<PushMetricExporter> {
  return new (await import("@opentelemetry/exporter-metrics-otlp-http")).OTLPMetricExporter();
}

/** Sends all metrics now and then, and a last time at the end. */
function periodicMetrics(exporter: PushMetricExporter, { environment, registry, resource }: OtlpOptions) {
  const send = (): Promise<void> =>
    new Promise((resolve) => exporter.export(resourceMetrics(registry, resource, SCOPE), () => resolve()));
  const interval = Number(environment["OTEL_METRIC_EXPORT_INTERVAL"]) || METRIC_INTERVAL_MS;
  const timer = setInterval(() => void send(), interval);
  timer.unref();
  return {
    async close(): Promise<void> {
      clearInterval(timer);
      await send();
      await exporter.shutdown();
    },
  };
}
