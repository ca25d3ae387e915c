import { randomUUID } from "node:crypto";
import {
  DurableHostError,
  errorText,
  systemClock,
  type Clock,
  type Executor,
  type Logger,
  type RecordStore,
} from "@durable-host/engine";
import { runWithText } from "./admin/run-with-text";
import { bindingDataOf } from "./bindings/binding-data";
import type { BindingServices } from "./bindings/binding-type";
import { BINDING_TYPES } from "./bindings/binding-types";
import { FunctionBindings } from "./bindings/function-bindings";
import { withCallHttp } from "./call-http/call-http-executor";
import { DEFAULT_HTTP_POLL_MS } from "./call-http/http-polling";
import type { SettingValues } from "./config/setting-values";
import { createHttpTriggers, type HttpTriggers } from "./http/http-triggers";
import type { HttpRoute } from "./http/route-table";
import type { HttpHandler } from "./http/types";
import type { KeyCheck } from "./keys/check-key";
import type { GrpcSupport } from "./pool/durable-payload-codec";
import {
  indexFunctions,
  needingGrpc,
  without,
  withoutGrpc,
  type FunctionDescription,
  type FunctionIndex,
} from "./pool/function-index";
import { readInspectFlags } from "./pool/inspect-flags";
import { InvocationEvents, type InvocationListener, type InvocationTracer } from "./pool/invocation-events";
import { writeLogEntry, type LogTarget } from "./pool/log-entries";
import { PoolExecutor } from "./pool/pool-executor";
import { WorkerPool } from "./pool/worker-pool";
import { StorageAccounts } from "./storage-account/storage-accounts";
import { TriggerSet } from "./triggers/trigger-set";
import type { TriggerInvocation } from "./triggers/trigger-type";
import { SERVED_TRIGGERS, TRIGGER_TYPES } from "./triggers/trigger-types";
import type { GenericResult, RejectedFunction } from "./wire/messages";
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
  /** All settings by name, for triggers and bindings. */
  readonly values: SettingValues;
  /** What the hosts on one store share; asked when the store is open. Absent: this host is on its own. */
  readonly records?: () => RecordStore | undefined;
  /** FUNCTIONS_WORKER_PROCESS_COUNT: 1 to 10, default 1. */
  readonly workerCount?: number;
  /** Node flags (`languageWorkers__node__arguments`), split. */
  readonly workerArguments?: readonly string[];
  /** Value of durable client bindings; a function is asked at each start of a worker (durable contract §5.1). */
  readonly durableClientInput: object | (() => object);
  /** Asked once the app is loaded, if it is on `durable-functions` v4; absent: such functions do not run. */
  readonly grpc?: () => Promise<GrpcSupport>;
  readonly logger: Logger;
  /** Asked before an HTTP function runs that is not anonymous; absent: nobody needs a key. */
  readonly admits?: KeyCheck;
  /** Told of each run of a function; leave it out when nobody listens. */
  readonly onInvocation?: InvocationListener;
  /** Makes the trace context that the code of each run sees; absent: it sees what came with its trigger. */
  readonly traceInvocation?: InvocationTracer;
  /** Told which files of the app its workers have loaded, absolute, as they do; packages are left out. */
  readonly onFiles?: (files: readonly string[]) => void;
  /** Told when a worker process has ended and another takes its place. */
  readonly onWorkerRestart?: () => void;
  readonly sessionMode?: SessionMode;
  /** Asked before the storage emulator of this machine is called for the first time; resolves when it may be. */
  readonly emulatorReady?: () => Promise<void>;
  /** Time for calls in flight and appTerminate hooks at stop, in milliseconds. */
  readonly stopGraceMs?: number;
  readonly clock?: Clock;
}

/** A Functions app, loaded in its worker processes: its durable functions, its HTTP functions and all others. */
export interface FunctionAppHost {
  /** Loads the app. Rejects with APP_LOAD_FAILED or CONFIG_INVALID; no process is left then. */
  start(): Promise<FunctionIndex>;
  /** Begins to listen for what triggers the app's functions, beside requests and the engine. */
  startTriggers(): Promise<void>;
  /** Takes nothing more from triggers from now on, until they are started again; resolves when the runs in flight have ended. */
  stopTriggers(): Promise<void>;
  /**
   * Lets runs in flight, whatever has triggered them, and the app's appTerminate hooks finish within the grace time, and takes
   * no more from triggers. No process is left. Called again while it waits, it may shorten the time.
   */
  stop(graceMs?: number): Promise<void>;
  /**
   * Gives the ports of `--inspect` to the app's workers, which have them from the start, or takes them away, so that those of
   * another app can have them.
   */
  inspect(isOpen: boolean): void;
  readonly executor: Executor;
  /** Serves the app's HTTP functions; undefined for a path that is none of theirs. */
  readonly http: HttpHandler;
  /** Runs any function, also a disabled one, for a trigger of the caller's. Rejects with what the function threw. */
  invoke(functionName: string, invocation: TriggerInvocation): Promise<GenericResult>;
  /**
   * Runs any function, also a disabled one, as if its trigger had fired with a text (contract §3.4). What the function fails
   * with is logged; rejects with UNKNOWN_FUNCTION.
   */
  runWithText(functionName: string, text: string): Promise<void>;
  /** Number of calls that run in the app's workers. */
  readonly inFlight: number;
  /** Functions that the app has registered and that cannot run as they should, with the reason; empty before `start`. */
  readonly problems: readonly RejectedFunction[];
  /** What the app's libraries say they can do (contract §1.7); empty before `start`. */
  readonly capabilities: Readonly<Record<string, string>>;
  /** The app's functions; empty before `start`. */
  readonly functions: readonly FunctionDescription[];
  /** The HTTP functions' routes, prefix included; empty before `start`. */
  readonly routes: readonly HttpRoute[];
  /** Ids of the worker processes that run now, for diagnostics. */
  workerPids(): readonly number[];
}

/** What exists only once the app is loaded. */
interface Loaded {
  readonly capabilities: Readonly<Record<string, string>>;
  readonly index: FunctionIndex;
  readonly executor: Executor;
  readonly http: HttpTriggers;
  readonly bindings: FunctionBindings;
  readonly services: BindingServices;
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
  #triggers: TriggerSet | undefined;

  constructor(options: FunctionAppHostOptions) {
    this.#options = options;
    this.#events = new InvocationEvents(options.onInvocation, options.traceInvocation);
    this.#pool = createPool(options);
  }

  async start(): Promise<FunctionIndex> {
    const { settings, hostJson = {}, logger } = this.#options;
    const report = await this.#pool.start();
    for (const warning of report.warnings) logger.warn(warning);
    const reported = indexFunctions(report.functions, report.rejected, {
      settings: { ...process.env, ...settings },
      ...(hostJson.functions && { allow: hostJson.functions }),
    });
    const grpc = await this.#grpcFor(reported);
    const runnable = grpc ? reported : withoutGrpc(reported);
    const services = this.#bindingServices(grpc);
    const bindings = new FunctionBindings(runnable.functions, BINDING_TYPES, services);
    const index = without(runnable, bindings.unusable);
    for (const { name, reason } of index.rejected) logger.error(`The function "${name}" is not run: ${reason}`);
    const http = createHttpTriggers({
      pool: this.#pool,
      bindings,
      functions: index.functions,
      routePrefix: hostJson.routePrefix ?? "api",
      events: this.#events,
      logger: logger.child("Host.Triggers.Http"),
      admits: this.#options.admits,
    });
    const executor = new PoolExecutor({ pool: this.#pool, index, bindings, events: this.#events, codec: grpc?.codec });
    const { capabilities } = report;
    this.#loaded = { capabilities, index, bindings, services, http, executor: withCallHttp(executor, services) };
    return index;
  }

  async startTriggers(): Promise<void> {
    const { index, services } = this.#started();
    this.#triggers ??= new TriggerSet({
      functions: index.functions.filter(({ disabled }) => !disabled),
      types: TRIGGER_TYPES,
      served: SERVED_TRIGGERS,
      services,
      records: () => this.#options.records?.(),
      run: (name, invocation) => this.invoke(name, invocation),
    });
    await this.#triggers.start();
  }

  async stopTriggers(): Promise<void> {
    const triggers = this.#triggers;
    await triggers?.stop();
    // What has stopped cannot be started again; a new set can.
    if (this.#triggers === triggers) this.#triggers = undefined;
  }

  async stop(graceMs = this.#options.stopGraceMs ?? DEFAULT_STOP_GRACE_MS): Promise<void> {
    const isListening = this.#triggers?.isEmpty === false;
    if (isListening) await withinTime(this.stopTriggers(), graceMs, this.#options.clock ?? systemClock);
    await this.#pool.stop(graceMs);
  }

  inspect(isOpen: boolean): void {
    this.#pool.inspect(isOpen);
  }

  async #grpcFor(index: FunctionIndex): Promise<GrpcSupport | undefined> {
    if (needingGrpc(index).length === 0) return undefined;
    try {
      return await this.#options.grpc?.();
    } catch (error) {
      await this.#pool.stop();
      throw error;
    }
  }

  #bindingServices(grpc: GrpcSupport | undefined): BindingServices {
    const { settings, values, clock = systemClock, logger, emulatorReady } = this.#options;
    const storage = new StorageAccounts(settings, emulatorReady);
    const durableClient = grpc?.clientInput;
    return { settings, values, clock, logger: logger.child("Host.Triggers"), storage, durableClient };
  }

  get executor(): Executor {
    return this.#started().executor;
  }

  get functions(): readonly FunctionDescription[] {
    return this.#loaded?.index.functions ?? [];
  }

  get routes(): readonly HttpRoute[] {
    return this.#loaded?.http.table.routes ?? [];
  }

  readonly http: HttpHandler = (request) => this.#started().http.handle(request);

  async invoke(functionName: string, invocation: TriggerInvocation): Promise<GenericResult> {
    const { index, bindings } = this.#started();
    const fn = index.find(functionName);
    if (fn === undefined) throw unknownFunction(functionName);
    const { name } = fn;
    const { reason = "", details: why, invocationId = randomUUID(), triggerMetadata = {}, ...rest } = invocation;
    const request = { function: name, invocationId, triggerMetadata, ...rest };
    const run = async (traceContext = request.traceContext): Promise<GenericResult> => {
      if (why !== undefined) this.#options.logger.child(`Function.${name}`).info(`Trigger Details: ${why}`);
      const call = await bindings.prepare(name, () => bindingDataOf(invocation.triggerData, triggerMetadata));
      const traced = { ...request, traceContext };
      return this.#pool.call("generic", name, call ? { ...traced, inputs: call.inputs } : traced, call);
    };
    const { traceParent, traceState } = invocation.traceContext ?? {};
    const details = { trigger: fn.trigger.type, parent: traceParent ? { traceParent, traceState } : undefined };
    return this.#events.around(name, invocationId, reason, run, undefined, details);
  }

  async runWithText(functionName: string, text: string): Promise<void> {
    const { index, http, services } = this.#started();
    const fn = index.find(functionName);
    if (fn === undefined) throw unknownFunction(functionName);
    const parts = {
      invoke: (name: string, invocation: TriggerInvocation) => this.invoke(name, invocation),
      runHttp: http.run,
    };
    await runWithText(parts, fn, text).catch((error: unknown) =>
      services.logger.error(`The function "${fn.name}" failed: ${errorText(error)}`),
    );
  }

  get inFlight(): number {
    return this.#pool.inFlight;
  }

  get capabilities(): Readonly<Record<string, string>> {
    return this.#loaded?.capabilities ?? {};
  }

  get problems(): readonly RejectedFunction[] {
    if (this.#loaded === undefined) return [];
    return [...this.#loaded.index.rejected, ...this.#loaded.http.table.rejected];
  }

  workerPids(): readonly number[] {
    return this.#pool.pids();
  }

  #started(): Loaded {
    if (this.#loaded !== undefined) return this.#loaded;
    throw new DurableHostError("INVALID_ARGUMENT", "The function app host is not started.");
  }
}

function unknownFunction(name: string): DurableHostError {
  return new DurableHostError("UNKNOWN_FUNCTION", `The app has no function "${name}".`);
}

/** Resolves when the promise does, or when the time has passed. */
function withinTime(promise: Promise<void>, timeMs: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.schedule(timeMs, resolve);
    void promise.finally(() => {
      cancel();
      resolve();
    });
  });
}

function createPool(options: FunctionAppHostOptions): WorkerPool {
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
      reportFiles: options.onFiles !== undefined,
      traceClients: options.traceInvocation !== undefined,
    }),
    workerCount: options.workerCount ?? 1,
    ...readInspectFlags(options.workerArguments ?? []),
    onFiles: options.onFiles,
    stopGraceMs: options.stopGraceMs ?? DEFAULT_STOP_GRACE_MS,
    clock: options.clock ?? systemClock,
    logger: logger.child("Host.Workers"),
    onLog: (entry) => writeLogEntry(logTarget, entry),
    onRestart: options.onWorkerRestart,
    ...(functionTimeoutMs !== undefined && Number.isFinite(functionTimeoutMs) && { functionTimeoutMs }),
  });
}

function durableClientValue(value: object | (() => object)): object {
  return typeof value === "function" ? (value as () => object)() : value;
}
