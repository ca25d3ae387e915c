import { randomUUID } from "node:crypto";
import { DurableHostError, errorText, systemClock, type Clock, type Executor } from "@durable-host/engine";
import { runWithText } from "./admin/run-with-text";
import { bindingDataOf } from "./bindings/binding-data";
import type { BindingServices } from "./bindings/binding-type";
import { BINDING_TYPES } from "./bindings/binding-types";
import { FunctionBindings } from "./bindings/function-bindings";
import { withCallHttp } from "./call-http/call-http-executor";
import type { FunctionAppHost, FunctionAppHostOptions } from "./function-app-host";
import { createHttpTriggers, type HttpTriggers } from "./http/http-triggers";
import type { HttpRoute } from "./http/route-table";
import type { HttpHandler } from "./http/types";
import { createWorkerPool, DEFAULT_STOP_GRACE_MS } from "./pool/create-worker-pool";
import type { GrpcSupport } from "./pool/durable-payload-codec";
import {
  indexFunctions,
  needingGrpc,
  without,
  withoutGrpc,
  type FunctionDescription,
  type FunctionIndex,
} from "./pool/function-index";
import { InvocationEvents } from "./pool/invocation-events";
import { PoolExecutor } from "./pool/pool-executor";
import type { WorkerPool } from "./pool/worker-pool";
import { StorageAccounts } from "./storage-account/storage-accounts";
import { TriggerSet } from "./triggers/trigger-set";
import type { TriggerInvocation } from "./triggers/trigger-type";
import { SERVED_TRIGGERS, TRIGGER_TYPES } from "./triggers/trigger-types";
import type { GenericResult, RejectedFunction } from "./wire/messages";

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
  #warmUp: Promise<unknown> | undefined;

  constructor(options: FunctionAppHostOptions) {
    this.#options = options;
    this.#events = new InvocationEvents(options.onInvocation, options.traceInvocation);
    this.#pool = createWorkerPool(options);
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
    const { settings, values, clock = systemClock, openSqlDatabase } = this.#options;
    const storage = new StorageAccounts(settings, this.#options.emulatorReady);
    const durableClient = grpc?.clientInput;
    const logger = this.#options.logger.child("Host.Triggers");
    return { settings, values, clock, logger, storage, openSqlDatabase, durableClient };
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

  async warmUp(): Promise<void> {
    const { functions } = this.#started().index;
    const isForIt = ({ disabled, trigger }: FunctionDescription) =>
      !disabled && trigger.type.toLowerCase() === "warmuptrigger";
    // Anybody may ask, and as often as they like: that must not be work for the app.
    this.#warmUp ??= Promise.all(functions.filter(isForIt).map(({ name }) => this.runWithText(name, "{}")));
    await this.#warmUp;
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
