import { errorText, type TraceContext } from "@durable-host/engine";

/** What an invocation is, beside its function. */
export interface InvocationDetails {
  /** Type of the function's trigger as the app has registered it: `httpTrigger`, `orchestrationTrigger`, … */
  readonly trigger: string;
  /** The trace context of what has caused it; absent: nothing traced has. */
  readonly parent?: TraceContext;
  /** Those of whatever else has caused it. */
  readonly links?: readonly TraceContext[];
  /** Of a durable function. */
  readonly instanceId?: string;
  /** Of a request. */
  readonly http?: { readonly method: string; readonly url: URL };
}

interface InvocationEvent {
  readonly functionName: string;
  readonly invocationId: string;
  /** Why, as the official host words it; empty where it gives none. */
  readonly reason: string;
  readonly details?: InvocationDetails;
  /** The one the function's code sees; absent: the invocation is not traced. */
  readonly traceContext?: TraceContext;
}

/** A function begins to run. */
export interface InvocationStarted extends InvocationEvent {
  readonly type: "invocationStarted";
}

/** What a run that has ended came to; without an error it has succeeded. */
export interface InvocationOutcome {
  readonly error?: string;
  /** The stack of what was thrown, where there is one. */
  readonly stack?: string;
  readonly httpStatus?: number;
  /** Of the instance, after an episode that has ended it. */
  readonly runtimeStatus?: string;
}

/** A function has run. */
export interface InvocationFinished extends InvocationEvent, InvocationOutcome {
  readonly type: "invocationFinished";
  readonly durationMs: number;
  readonly succeeded: boolean;
}

export type InvocationListener = (event: InvocationStarted | InvocationFinished) => void;

/** Makes the trace context that the code of an invocation sees; asked before the code runs. */
export type InvocationTracer = (invocation: Omit<InvocationEvent, "traceContext">) => TraceContext | undefined;

/** Tells a listener of each run of a function; without a listener a run costs one comparison. */
export class InvocationEvents {
  readonly #listener: InvocationListener | undefined;
  readonly #tracer: InvocationTracer | undefined;

  constructor(listener: InvocationListener | undefined, tracer?: InvocationTracer) {
    this.#listener = listener;
    this.#tracer = tracer;
  }

  /**
   * Runs `run` between the two events; it is given the trace context for the code. `outcomeOf` tells of a result what it came
   * to, such as a failure that is a value instead of a rejection.
   */
  around<T>(
    functionName: string,
    invocationId: string,
    reason: string,
    run: (traceContext?: TraceContext) => Promise<T>,
    outcomeOf?: (result: T) => InvocationOutcome,
    details?: InvocationDetails,
  ): Promise<T> {
    const listener = this.#listener;
    if (listener === undefined) return run();
    const startedAt = performance.now();
    const invocation = { functionName, invocationId, reason, details };
    const traceContext = this.#tracer?.(invocation);
    const event = traceContext ? { ...invocation, traceContext } : invocation;
    listener({ type: "invocationStarted", ...event });
    const finish = (outcome: InvocationOutcome): void => {
      const durationMs = performance.now() - startedAt;
      const succeeded = outcome.error === undefined;
      listener({ type: "invocationFinished", ...event, durationMs, succeeded, ...outcome });
    };
    return run(traceContext).then(
      (result) => {
        finish(outcomeOf?.(result) ?? {});
        return result;
      },
      (error: unknown) => {
        finish({ error: errorText(error), stack: error instanceof Error ? error.stack : undefined });
        throw error;
      },
    );
  }
}
