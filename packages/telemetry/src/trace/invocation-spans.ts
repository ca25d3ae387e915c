import type { TraceContext } from "@durable-host/engine";
import type { Attributes, SpanContext, SpanSink } from "./span";
import { childContext, formatTraceContext, parseTraceContext, type RootSampler } from "./trace-context";

/** A run of a function, as whoever runs functions tells of it. */
export interface TracedInvocation {
  readonly functionName: string;
  readonly invocationId: string;
  readonly reason: string;
  readonly details?: {
    readonly trigger: string;
    readonly parent?: TraceContext;
    readonly links?: readonly TraceContext[];
    readonly instanceId?: string;
    readonly http?: { readonly method: string; readonly url: URL };
  };
}

export interface FinishedInvocation extends TracedInvocation {
  readonly durationMs: number;
  readonly error?: string;
  readonly stack?: string;
  readonly httpStatus?: number;
  readonly runtimeStatus?: string;
}

interface Running {
  readonly context: SpanContext;
  readonly startedAt: number;
  readonly isFirst: boolean;
}

export interface InvocationSpansOptions {
  readonly emit: SpanSink;
  readonly sampler: RootSampler;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Names this host among others. */
  readonly hostInstanceId: string;
}

/** One span for each run of a function (functions-host contract §8). */
export class InvocationSpans {
  readonly #options: InvocationSpansOptions;
  readonly #running = new Map<string, Running>();
  #hasRun = false;

  constructor(options: InvocationSpansOptions) {
    this.#options = options;
  }

  /** Begins the span; returns the context that the function's code is to see. */
  begin({ invocationId, details }: TracedInvocation): TraceContext {
    const context = childContext(parseTraceContext(details?.parent), this.#options.sampler);
    this.#running.set(invocationId, { context, startedAt: this.#options.now(), isFirst: !this.#hasRun });
    this.#hasRun = true;
    return formatTraceContext(context);
  }

  /** Of a run that has not ended. */
  contextOf(invocationId: string): SpanContext | undefined {
    return this.#running.get(invocationId)?.context;
  }

  finish(invocation: FinishedInvocation): void {
    const running = this.#running.get(invocation.invocationId);
    if (!running) return;
    this.#running.delete(invocation.invocationId);
    const { functionName, details, durationMs, error, stack } = invocation;
    const { context, startedAt, isFirst } = running;
    this.#options.emit({
      name: functionName,
      kind: isMessageTrigger(details?.trigger) ? "consumer" : "server",
      context,
      parent: parseTraceContext(details?.parent),
      links: (details?.links ?? []).flatMap((link) => parseTraceContext(link) ?? []),
      attributes: {
        "faas.name": functionName,
        "faas.trigger": faasTrigger(details?.trigger ?? ""),
        "faas.invocation_id": invocation.invocationId,
        "faas.coldstart": isFirst,
        ...this.#customDimensions(invocation),
        ...httpAttributes(invocation),
        ...durableAttributes(invocation),
      },
      startedAt,
      endedAt: startedAt + durationMs,
      ...(error === undefined ? {} : { error, exception: { message: error, stack } }),
    });
  }

  #customDimensions({ functionName, invocationId, reason, durationMs, error }: FinishedInvocation): Attributes {
    return {
      InvocationId: invocationId,
      Category: "Host.Results",
      LogLevel: error === undefined ? "Information" : "Error",
      ProcessId: String(process.pid),
      HostInstanceId: this.#options.hostInstanceId,
      FunctionExecutionTimeMs: String(Math.round(durationMs)),
      FullName: `Functions.${functionName}`,
      ...(reason === "" ? {} : { TriggerReason: reason }),
    };
  }
}

/** Queries may carry secrets and are left out. */
function httpAttributes({ details, httpStatus }: FinishedInvocation): Attributes {
  if (!details?.http) return {};
  const { method, url } = details.http;
  return {
    HttpMethod: method,
    HttpPath: url.pathname,
    "http.request.method": method,
    "url.scheme": url.protocol.replace(":", ""),
    "url.path": url.pathname,
    "server.address": url.hostname,
    ...(url.port === "" ? {} : { "server.port": Number(url.port) }),
    ...(httpStatus === undefined ? {} : { "http.response.status_code": httpStatus }),
  };
}

const DURABLE_TYPES: Readonly<Record<string, string>> = {
  orchestrationtrigger: "Orchestrator",
  entitytrigger: "Entity",
  activitytrigger: "Activity",
};

function durableAttributes({ details, runtimeStatus }: FinishedInvocation): Attributes {
  const type = DURABLE_TYPES[details?.trigger.toLowerCase() ?? ""];
  if (type === undefined) return {};
  return {
    DurableFunctionsType: type,
    ...(details?.instanceId === undefined ? {} : { DurableFunctionsInstanceId: details.instanceId }),
    ...(runtimeStatus === undefined ? {} : { DurableFunctionsRuntimeStatus: runtimeStatus }),
  };
}

function isMessageTrigger(trigger = ""): boolean {
  return /^(queue|serviceBus|eventHub|kafka)/i.test(trigger);
}

/** OpenTelemetry's few words for triggers. */
function faasTrigger(trigger: string): string {
  if (/^http/i.test(trigger)) return "http";
  if (/^timer/i.test(trigger)) return "timer";
  if (isMessageTrigger(trigger)) return "pubsub";
  if (/^(blob|cosmosDB|sql)/i.test(trigger)) return "datasource";
  return "other";
}
