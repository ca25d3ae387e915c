import { randomUUID } from "node:crypto";
import { DurableHostError, systemClock, type Clock, type Executor, type Logger } from "@durable-host/engine";
import { withCallHttp } from "./call-http/call-http-executor";
import { DEFAULT_HTTP_POLL_MS } from "./call-http/http-polling";
import { createHttpTriggers, type HttpTriggers } from "./http/http-triggers";
import type { HttpRoute } from "./http/route-table";
import type { HttpHandler } from "./http/types";
import type { KeyCheck } from "./keys/check-key";
import { indexFunctions, type FunctionDescription, type FunctionIndex } from "./pool/function-index";
import { InvocationEvents, type InvocationListener } from "./pool/invocation-events";
import { writeLogEntry, type LogTarget } from "./pool/log-entries";
import { PoolExecutor } from "./pool/pool-executor";
import { WorkerPool } from "./pool/worker-pool";
import type { GenericResult, Outputs, WireData } from "./wire/messages";
import type { SessionMode } from "./worker/orchestrator/sessions";

/** The version of the official host whose behaviour this one follows; apps can read it. */
const HOST_VERSION = "4.1052.0";

const DEFAULT_STOP_GRACE_MS = 10_000;

/** What of host.json concerns the app's functions (contract §6.1). */
export interface FunctionAppHostJson {
  /** `extensions.http.routePrefix`; default `api`. */
  readonly routePrefix?: string;
  /** `functionTimeout` in milliseconds; absent or Infinity: none. */
  readonly functionTimeoutMs?: number;
  /** `functions`: names of those that run; absent: all. */
  readonly functions?: readonly string[];
  /** `extensions.durableTask.httpSettings.defaultAsyncRequestSleepTimeMilliseconds`; default 30,000. */
  readonly httpPollMs?: number;
}

export interface FunctionAppHostOptions {
  /** Absolute path of the folder with package.json. */
  readonly appRoot: string;
  /** App settings; they become the workers' environment. */
  readonly settings: Readonly<Record<string, string>>;
  readonly hostJson?: FunctionAppHostJson;
  /** FUNCTIONS_WORKER_PROCESS_COUNT: 1 to 10, default 1. */
  readonly workerCount?: number;
  /** Node flags (`languageWorkers__node__arguments`), split. */
  readonly workerArguments?: readonly string[];
  /** Value of durable client bindings; a function is asked at each start of a worker (durable contract §5.1). */
  readonly durableClientInput: object | (() => object);
  readonly logger: Logger;
  /** Asked before an HTTP function runs that is not anonymous; absent: nobody needs a key. */
  readonly admits?: KeyCheck;
  /** Told of each run of a function; leave it out when nobody listens. */
  readonly onInvocation?: InvocationListener;
  readonly sessionMode?: SessionMode;
  /** Time for calls in flight and appTerminate hooks at stop, in milliseconds. */
  readonly stopGraceMs?: number;
  readonly clock?: Clock;
}

/** A trigger's own value and what comes with it, as typed data (contract §2.4); `bytes` as base64. */
export interface TriggerInvocation {
  readonly triggerData: WireData;
  readonly triggerMetadata?: Readonly<Record<string, WireData>>;
  /** Why it runs, for the log. */
  readonly reason?: string;
  readonly invocationId?: string;
  readonly traceContext?: { readonly traceParent?: string; readonly traceState?: string };
  readonly retryContext?: { readonly retryCount: number; readonly maxRetryCount: number };
}

/** A Functions app, loaded in its worker processes: its durable functions, its HTTP functions and all others. */
export interface FunctionAppHost {
  /** Loads the app. Rejects with APP_LOAD_FAILED or CONFIG_INVALID; no process is left then. */
  start(): Promise<FunctionIndex>;
  /** Lets calls in flight and the app's appTerminate hooks finish within the grace time. No process is left. */
  stop(): Promise<void>;
  readonly executor: Executor;
  /** Serves the app's HTTP functions; undefined for a path that is none of theirs. */
  readonly http: HttpHandler;
  /** Runs any function, also a disabled one, for a trigger of the caller's. Rejects with what the function threw. */
  invoke(functionName: string, invocation: TriggerInvocation): Promise<GenericResult>;
  /** The app's functions; empty before `start`. */
  readonly functions: readonly FunctionDescription[];
  /** The HTTP functions' routes, prefix included; empty before `start`. */
  readonly routes: readonly HttpRoute[];
  /** Ids of the worker processes that run now, for diagnostics. */
  workerPids(): readonly number[];
}

/** What exists only once the app is loaded. */
interface Loaded {
  readonly index: FunctionIndex;
  readonly executor: Executor;
  readonly triggers: HttpTriggers;
}

/** Makes the host of one app; its workers begin with `start`, which rejects with APP_LOAD_FAILED when the app cannot be loaded. */
export function createFunctionAppHost(options: FunctionAppHostOptions): FunctionAppHost {
  return new PooledAppHost(options);
}

class PooledAppHost implements FunctionAppHost {
  readonly #options: FunctionAppHostOptions;
  readonly #events: InvocationEvents;
  readonly #pool: WorkerPool;
  #loaded: Loaded | undefined;

  constructor(options: FunctionAppHostOptions) {
    this.#options = options;
    this.#events = new InvocationEvents(options.onInvocation);
    this.#pool = createPool(options, (outputs) => warnAboutOutputs(this.#loaded?.index, outputs, options.logger));
  }

  async start(): Promise<FunctionIndex> {
    const { settings, hostJson = {}, logger } = this.#options;
    const report = await this.#pool.start();
    for (const warning of report.warnings) logger.warn(warning);
    const index = indexFunctions(report.functions, report.rejected, {
      settings: { ...process.env, ...settings },
      ...(hostJson.functions && { allow: hostJson.functions }),
    });
    for (const { name, reason } of index.rejected) logger.error(`The function "${name}" is not run: ${reason}`);
    const triggers = createHttpTriggers({
      pool: this.#pool,
      functions: index.functions,
      routePrefix: hostJson.routePrefix ?? "api",
      events: this.#events,
      logger: logger.child("Host.Triggers.Http"),
      admits: this.#options.admits,
    });
    const executor = new PoolExecutor({ pool: this.#pool, index, events: this.#events });
    this.#loaded = { index, triggers, executor: withCallHttp(executor, { clock: this.#options.clock ?? systemClock }) };
    return index;
  }

  stop(): Promise<void> {
    return this.#pool.stop();
  }

  get executor(): Executor {
    return this.#started().executor;
  }

  get functions(): readonly FunctionDescription[] {
    return this.#loaded?.index.functions ?? [];
  }

  get routes(): readonly HttpRoute[] {
    return this.#loaded?.triggers.table.routes ?? [];
  }

  readonly http: HttpHandler = (request) => this.#started().triggers.handle(request);

  async invoke(functionName: string, invocation: TriggerInvocation): Promise<GenericResult> {
    const name = this.#started().index.find(functionName)?.name;
    if (name === undefined) {
      throw new DurableHostError("UNKNOWN_FUNCTION", `The app has no function "${functionName}".`);
    }
    const { reason = "", invocationId = randomUUID(), triggerMetadata = {}, ...rest } = invocation;
    const request = { function: name, invocationId, triggerMetadata, ...rest };
    return this.#events.around(name, invocationId, reason, () => this.#pool.call("generic", name, request));
  }

  workerPids(): readonly number[] {
    return this.#pool.pids();
  }

  #started(): Loaded {
    if (this.#loaded !== undefined) return this.#loaded;
    throw new DurableHostError("INVALID_ARGUMENT", "The function app host is not started.");
  }
}

function createPool(options: FunctionAppHostOptions, onOutputs: (outputs: Outputs) => void): WorkerPool {
  const { appRoot, settings, logger, hostJson = {} } = options;
  const { functionTimeoutMs, httpPollMs = DEFAULT_HTTP_POLL_MS } = hostJson;
  const logTarget: LogTarget = { root: logger, byCategory: new Map() };
  return new WorkerPool({
    init: () => ({
      type: "init",
      appRoot,
      settings,
      durableClientInput: durableClientValue(options.durableClientInput),
      hostVersion: HOST_VERSION,
      sessionMode: options.sessionMode ?? "resident",
      httpPollMs,
    }),
    workerCount: options.workerCount ?? 1,
    nodeArguments: options.workerArguments ?? [],
    stopGraceMs: options.stopGraceMs ?? DEFAULT_STOP_GRACE_MS,
    clock: options.clock ?? systemClock,
    logger: logger.child("Host.Workers"),
    onLog: (entry) => writeLogEntry(logTarget, entry),
    onOutputs,
    ...(functionTimeoutMs !== undefined && Number.isFinite(functionTimeoutMs) && { functionTimeoutMs }),
  });
}

function durableClientValue(value: object | (() => object)): object {
  return typeof value === "function" ? (value as () => object)() : value;
}

/** Durable and HTTP functions may have output bindings of their own, which this host does not serve yet. */
function warnAboutOutputs(index: FunctionIndex | undefined, outputs: Outputs, logger: Logger): void {
  const bindings = index?.find(outputs.functionName)?.bindings ?? {};
  for (const { name } of outputs.outputData) {
    logger.warn(
      `The output binding type "${bindings[name]?.type ?? "unknown"}" is not supported yet by this host: what function "${outputs.functionName}" has set for "${name}" is dropped.`,
    );
  }
}
