import type { Logger, TraceContext } from "@durable-host/engine";
import type { ExportOptions } from "./export/open-pipelines";
import type * as OpenPipelines from "./export/open-pipelines";
import type { Pipeline } from "./export/pipeline";
import type { LogLevel, LogRecord } from "./logs/log-record";
import { TeeLogger } from "./logs/tee-logger";
import type { HostMetrics } from "./metrics/host-metrics";
import { DurableTracer } from "./trace/durable-tracer";
import { InvocationSpans, type FinishedInvocation, type TracedInvocation } from "./trace/invocation-spans";
import { rootSampler } from "./trace/root-sampler";
import type { Span } from "./trace/span";

export interface TelemetryOptions {
  readonly exports: ExportOptions;
  /** OTEL_TRACES_SAMPLER and its argument. */
  readonly sampler: { readonly name?: string; readonly argument?: string };
  /** Whether orchestrations, activities and entities have spans; runs of functions have them anyway. */
  readonly tracesDurable: boolean;
  /** Which log entries are exported. */
  readonly allows: (category: string, level: LogLevel) => boolean;
  /** Whether the app exports what it logs by itself. */
  readonly appExportsItsLogs: () => boolean;
  readonly hostInstanceId: string;
}

/** What a host exports while it runs. */
export interface Telemetry {
  /** Absent: orchestrations, activities and entities are not traced. */
  readonly tracer: DurableTracer | undefined;
  /** The context that the code of a run sees. */
  beginInvocation(invocation: TracedInvocation): TraceContext;
  finishInvocation(invocation: FinishedInvocation): void;
  /** A logger that writes where the given one does, and exports. */
  tee(logger: Logger): Logger;
  /** Sends what waits, within the time, for the last time. */
  close(timeMs: number): Promise<void>;
}

/** What the app writes by its context (functions-host contract §8). */
const USER_CATEGORY = /^Function\..*\.User$/;

/** Opens the export of spans and logs, and of the metrics. Loads the libraries for it. */
export async function openTelemetry(options: TelemetryOptions, metrics: HostMetrics): Promise<Telemetry> {
  const pipelines = await load().openPipelines(options.exports, metrics.registry);
  const sampler = rootSampler(options.sampler.name, options.sampler.argument, options.exports.warn);
  const emit = (span: Span): void => {
    if (span.context.isSampled) for (const pipeline of pipelines) pipeline.span(span);
  };
  const { hostInstanceId } = options;
  const invocations = new InvocationSpans({ emit, sampler, now: Date.now, hostInstanceId });
  const log = (record: LogRecord): void => {
    if (USER_CATEGORY.test(record.category) && options.appExportsItsLogs()) return;
    const id = record.fields?.["invocationId"];
    const context = typeof id === "string" ? invocations.contextOf(id) : undefined;
    for (const pipeline of pipelines) pipeline.log(record, context);
  };
  return {
    tracer: options.tracesDurable ? new DurableTracer(emit, sampler) : undefined,
    beginInvocation: (invocation) => invocations.begin(invocation),
    finishInvocation: (invocation) => invocations.finish(invocation),
    tee: (logger) => new TeeLogger(logger, { sink: log, allows: options.allows, now: Date.now }),
    close: (timeMs) => closeAll(pipelines, timeMs),
  };
}

/** The metrics in Prometheus' text format. The first who asks has the library loaded that writes it. */
export function prometheusText({ registry }: HostMetrics): string {
  return load().prometheusText(registry);
}

/** The libraries behind it take a part of a second, and memory, that a host without export does not spend. */
function load(): Pick<typeof OpenPipelines, "openPipelines" | "prometheusText"> {
  const { openPipelines, prometheusText: text } = require("./export/open-pipelines") as typeof OpenPipelines;
  return { openPipelines, prometheusText: text };
}

async function closeAll(pipelines: readonly Pipeline[], timeMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeMs)));
  await Promise.race([Promise.all(pipelines.map((pipeline) => pipeline.close())), late]);
  clearTimeout(timer);
}
