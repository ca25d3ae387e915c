import type { FunctionCallback, RegisteredFunction } from "./registered-function";

/** What the host sends with an invocation (functions-host contract §2.1). Trigger data are typed data of §2.2. */
export interface InvocationRequest {
  readonly invocationId: string;
  readonly inputData: readonly { readonly name: string; readonly data: Readonly<Record<string, unknown>> }[];
  readonly triggerMetadata: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly traceContext?: { readonly traceParent?: string; readonly traceState?: string };
  readonly retryContext?: { readonly retryCount: number; readonly maxRetryCount: number };
}

/** One call of a registered function: its context and the arguments its handler gets. */
export interface Invocation {
  readonly request: InvocationRequest;
  readonly function: RegisteredFunction;
  /** The `InvocationContext` that `@azure/functions` made; durable-functions hangs `df` on it. */
  readonly context: object;
  readonly inputs: unknown[];
}

/** What one run of an invocation that is run several times is known by. */
export type RunIdentity = Partial<Pick<InvocationRequest, "invocationId" | "traceContext">>;

/** The invocation pipeline of functions-host contract §2.1, in three steps so that an orchestrator can stay resident. */
export interface Invoker {
  /** Steps 1-3: core context, invocation model, arguments. */
  begin(fn: RegisteredFunction, request: InvocationRequest): Promise<Invocation>;
  /**
   * Steps 4-7: preInvocation hooks, handler, postInvocation hooks; rejects with what the function failed with.
   * `callback` runs in place of the registered handler: a resident orchestrator passes its continuation,
   * and an `invocationId` and a trace context of its own for each run.
   */
  run(invocation: Invocation, callback?: FunctionCallback, run?: RunIdentity): Promise<unknown>;
  /** Step 8: output bindings and return value. */
  respond(
    invocation: Invocation,
    result: unknown,
  ): Promise<{
    readonly outputData: readonly { readonly name: string; readonly data: Readonly<Record<string, unknown>> }[];
    readonly returnValue?: Readonly<Record<string, unknown>>;
  }>;
}
