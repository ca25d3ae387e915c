import { InvocationHookContext, runHooks, type AppHooks } from "./app-hooks";
import type { CoreInvocationContext, CoreModule, InvocationModel } from "./core-module";
import { metadataOf, type CoreFunctionMetadata } from "./function-registry";
import type { Invocation, InvocationRequest, Invoker, RunIdentity } from "./invocation";
import type { FunctionCallback, RegisteredFunction } from "./registered-function";
import type { LogSubject, WorkerLog } from "./worker-log";

export interface InvokerParts {
  readonly core: CoreModule;
  readonly hooks: AppHooks;
  readonly log: WorkerLog;
}

type State = "preInvocationHooks" | "invocation" | "postInvocationHooks" | undefined;

/** What the programming model holds on to for one invocation; also what its log calls are about. */
class CoreContext implements CoreInvocationContext, LogSubject {
  invocationId: string;
  readonly functionName: string;
  readonly request: CoreInvocationContext["request"];
  readonly metadata: CoreFunctionMetadata;
  readonly hookData: Record<string, unknown> = {};
  readonly #log: WorkerLog;
  state: State;
  context: object | undefined;

  constructor(metadata: CoreFunctionMetadata, request: InvocationRequest, log: WorkerLog) {
    this.invocationId = request.invocationId;
    this.functionName = metadata.name;
    this.request = { ...request, functionId: metadata.functionId };
    this.metadata = metadata;
    this.#log = log;
  }

  log(level: string, category: string, message: string): void {
    this.#log.write(level, category, message, this);
  }
}

class BegunInvocation implements Invocation {
  /** Whether the handler has run before, which it does once per episode for a resident orchestrator. */
  hasRun = false;
  readonly request: InvocationRequest;
  readonly function: RegisteredFunction;
  readonly context: object;
  readonly inputs: unknown[];
  readonly model: InvocationModel;
  readonly core: CoreContext;

  constructor(parts: Omit<BegunInvocation, "hasRun">) {
    this.request = parts.request;
    this.function = parts.function;
    this.context = parts.context;
    this.inputs = parts.inputs;
    this.model = parts.model;
    this.core = parts.core;
  }
}

function begun(invocation: Invocation): BegunInvocation {
  if (invocation instanceof BegunInvocation) return invocation;
  throw new TypeError("An invocation must come from this invoker's begin.");
}

/**
 * The invocation pipeline of contract §2.1. Without hooks, which is the rule, an invocation costs what
 * `@azure/functions` makes it cost and one object.
 */
export function createInvoker(parts: InvokerParts): Invoker {
  const { core, hooks, log } = parts;
  return {
    async begin(fn, request) {
      const programmingModel = core.getProgrammingModel();
      if (programmingModel === undefined) throw new Error("The app has registered no programming model.");
      const coreContext = new CoreContext(metadataOf(fn), request, log);
      const model = await programmingModel.getInvocationModel(coreContext);
      const { context, inputs } = await model.getArguments();
      coreContext.context = context;
      return new BegunInvocation({ request, function: fn, context, inputs, model, core: coreContext });
    },

    async run(invocation, callback = invocation.function.callback, run = {}) {
      const target = begun(invocation);
      if (run.invocationId !== undefined && run.invocationId !== target.core.invocationId) rename(target, run);
      try {
        if (hooks.preInvocation.length === 0 && hooks.postInvocation.length === 0) {
          return await invoke(target, target.inputs, callback);
        }
        return await runWithHooks(target, callback, hooks);
      } finally {
        target.core.state = undefined;
      }
    },

    async respond(invocation, result) {
      const target = begun(invocation);
      const { outputData = [], returnValue } = await target.model.getResponse(target.context, result);
      return { outputData, ...(returnValue && { returnValue }) };
    },
  };
}

/** Both the app, through its context, and the host, through log entries, are to see the id of the run. */
function rename({ core, context }: BegunInvocation, { invocationId = "", traceContext }: RunIdentity): void {
  core.invocationId = invocationId;
  Object.assign(context, traceContext ? { invocationId, traceContext: { ...traceContext } } : { invocationId });
}

function invoke(target: BegunInvocation, inputs: unknown[], callback: FunctionCallback): Promise<unknown> {
  // The model takes its first run for the only one, and a log call after it for a mistake, except in this state.
  target.core.state = target.hasRun ? "postInvocationHooks" : "invocation";
  target.hasRun = true;
  return target.model.invokeFunction(target.context, inputs, callback);
}

async function runWithHooks(target: BegunInvocation, callback: FunctionCallback, hooks: AppHooks): Promise<unknown> {
  const data = { hookData: target.core.hookData, appHookData: hooks.appHookData };
  const before = Object.assign(new InvocationHookContext(data, target.context, target.inputs), {
    functionCallback: callback,
  });
  target.core.state = "preInvocationHooks";
  await runHooks(hooks.preInvocation, before);
  const outcome: { result: unknown; error: unknown } = { result: null, error: null };
  try {
    outcome.result = await invoke(target, before.inputs, before.functionCallback);
  } catch (error) {
    outcome.error = error ?? new Error("Unknown error");
  }
  target.core.state = "postInvocationHooks";
  const after = Object.assign(new InvocationHookContext(data, target.context, before.inputs), {
    result: outcome.result,
    error: outcome.error,
  });
  await runHooks(hooks.postInvocation, after);
  if (after.error !== undefined && after.error !== null) throw after.error;
  return after.result;
}
