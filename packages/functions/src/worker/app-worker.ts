import type { Duplex } from "node:stream";
import type { ActivityResult } from "@durable-host/engine";
import type { DurableClientInput } from "../management/durable-client-input";
import { tracedBase } from "../management/traced-path";
import { BodyStreams } from "../wire/body-streams";
import { Connection } from "../wire/connection";
import type {
  AnyCall,
  BindingValues,
  Calls,
  HostMessage,
  HttpCall,
  Init,
  InspectOptions,
  WorkerMessage,
} from "../wire/messages";
import { ActivitySignal } from "./activity-signal";
import { AppHooks } from "./app-hooks";
import { createCoreModule } from "./core-module";
import { DebuggerPort } from "./debugger-port";
import { FunctionRegistry } from "./function-registry";
import { FunctionRunner, type FunctionRunnerParts } from "./function-runner";
import { HttpCalls } from "./http-calls";
import type { StreamModeServer } from "./http-stream-mode";
import { createInvoker } from "./invoker";
import { loadApp } from "./load-app";
import { LoadedFiles } from "./loaded-files";
import { createOrchestratorSessions, type OrchestratorSessions } from "./orchestrator/sessions";
import { runActivity } from "./run-activity";
import { runEntity } from "./run-entity";
import { runGeneric } from "./run-generic";
import { runHttp } from "./run-http";
import { toError } from "./system-error";
import { toWireError } from "./wire-error";
import { WorkerLog } from "./worker-log";

type ClientInputs = Pick<FunctionRunnerParts, "durableClientInput" | "tracedClientInput">;

/** The loaded app, ready for calls. */
interface App {
  readonly hooks: AppHooks;
  readonly runner: FunctionRunner;
  readonly sessions: OrchestratorSessions;
  readonly streamMode?: StreamModeServer;
}

/** What of the process the worker needs. */
export interface WorkerProcessPort {
  readonly env: NodeJS.ProcessEnv;
  exit(code: number): void;
  /** From now on the end of the host ends the process, even while this thread is caught in a loop. */
  watchHost(): void;
}

/**
 * The app worker: loads the app when the host says so, runs its functions when called, and ends with the host.
 * Every path out of the process writes what is still queued first.
 */
export class AppWorker {
  readonly #process: WorkerProcessPort;
  readonly #connection: Connection<WorkerMessage, HostMessage>;
  readonly #bodies: BodyStreams;
  readonly #httpCalls: HttpCalls;
  /** Running activities, by call. */
  readonly #activities = new Map<number, ActivitySignal>();
  readonly #debugger = new DebuggerPort();
  #app: App | undefined;
  /** Calls that are running, responses that are still being sent included. */
  #active = 0;
  #onIdle: (() => void) | undefined;

  constructor(socket: Duplex, process: WorkerProcessPort) {
    this.#process = process;
    this.#connection = new Connection<WorkerMessage, HostMessage>(socket, {
      onMessage: (message) => this.#onMessage(message),
      onChunk: (streamId, flags, bytes) => this.#bodies.onChunk(streamId, flags, bytes),
      // The host is gone, perhaps killed: a worker without a host is of no use and must not stay.
      onClose: () => process.exit(1),
    });
    this.#bodies = new BodyStreams(this.#connection);
    this.#httpCalls = new HttpCalls(this.#connection, this.#bodies);
  }

  /** Writes out what is queued: for the `exit` event, in which nothing asynchronous happens any more. */
  flush(): void {
    this.#connection.flush();
  }

  /** Tells the host what ended the process, and ends it (contract §1.2). */
  crash(thrown: unknown): void {
    this.#connection.send({ type: "crashed", error: toWireError(thrown) });
    this.#connection.flush();
    this.#process.exit(1);
  }

  #onMessage(message: HostMessage): void {
    switch (message.type) {
      case "call":
        return this.#onCall(message);
      case "forget":
        return this.#app?.sessions.forget(message.instanceId);
      case "bodyCredit":
        return this.#bodies.onCredit(message);
      case "bodyCancel":
        return this.#bodies.cancelOutgoing(message.stream);
      case "cancel":
        return this.#activities.get(message.id)?.cancel(message.reason);
      case "abandon":
        return this.#httpCalls.abandon(message.id);
      case "init":
        return void this.#load(message);
      case "debugger":
        return message.options ? void this.#openDebugger(message.options) : this.#debugger.close();
      case "terminate":
        return void this.#terminate();
    }
  }

  async #load(init: Init): Promise<void> {
    Object.assign(this.#process.env, init.settings);
    if (init.inspect) await this.#openDebugger(init.inspect);
    const hooks = new AppHooks();
    const registry = new FunctionRegistry(init.appRoot);
    const log = new WorkerLog((entry) => this.#connection.send(entry), hooks);
    const tellFiles = (loaded: readonly string[]) => this.#connection.send({ type: "files", files: loaded });
    const files = init.reportFiles ? new LoadedFiles(tellFiles) : undefined;
    const core = createCoreModule({ registry, hooks, log, hostVersion: init.hostVersion });
    const { report, streamMode } = await loadApp({
      appRoot: init.appRoot,
      registry,
      hooks,
      core,
      onResolved: files?.add,
    });
    files?.flush();
    const invoker = createInvoker({ core, hooks, log });
    this.#app = {
      hooks,
      runner: new FunctionRunner({ registry, invoker, ...clientInputs(init) }),
      sessions: createOrchestratorSessions({
        invoker,
        findFunction: (name) => registry.find(name),
        mode: init.sessionMode,
        httpPollMs: init.httpPollMs,
        appRoot: init.appRoot,
        comparingInvoker: createInvoker({ core, hooks, log: new WorkerLog(() => undefined, new AppHooks()) }),
      }),
      ...(streamMode && { streamMode }),
    };
    this.#connection.send(report);
    this.#process.watchHost();
  }

  async #openDebugger(options: InspectOptions): Promise<void> {
    // While it waits for a debugger, this thread does not notice that the host is gone.
    if (options.mode !== "run") this.#process.watchHost();
    if (await this.#debugger.open(options)) return;
    this.#logError(`Debuggers cannot attach to the app worker: port ${options.port} is taken.`);
  }

  #onCall(call: AnyCall): void {
    this.#active++;
    if (call.kind === "http") {
      void this.#runHttp(call.id, call.request).finally(() => this.#ended());
    } else {
      this.#answer(call).then(
        (answer) => {
          this.#connection.send({ type: "done", id: call.id, answer });
          this.#ended();
        },
        (error: unknown) => {
          this.#connection.send({ type: "failed", id: call.id, error: toWireError(error) });
          this.#ended();
        },
      );
    }
  }

  #ended(): void {
    this.#active--;
    if (this.#active === 0) this.#onIdle?.();
  }

  #answer(call: Exclude<AnyCall, { kind: "http" }>): Promise<Calls[Exclude<keyof Calls, "http">]["answer"]> {
    const app = this.#loadedApp();
    switch (call.kind) {
      case "episode":
        return app.sessions.run(call.request);
      case "inspection":
        return app.sessions.inspect(call.request);
      case "activity":
        return this.#runActivity(app, call);
      case "entity":
        return runEntity(app.runner, call.request, this.#outputsOf(call.id));
      case "generic":
        return runGeneric(app.runner, call.request, this.#outputsOf(call.id));
    }
  }

  async #runActivity(app: App, { id, request }: Extract<AnyCall, { kind: "activity" }>): Promise<ActivityResult> {
    const signal = new ActivitySignal();
    this.#activities.set(id, signal);
    try {
      return await runActivity(app.runner, request, this.#outputsOf(id), signal);
    } finally {
      this.#activities.delete(id);
    }
  }

  async #runHttp(id: number, call: HttpCall): Promise<void> {
    await this.#httpCalls.run(id, call, (body) => {
      const { streamMode, runner } = this.#loadedApp();
      return runHttp(runner, call, body, { onOutputs: this.#outputsOf(id), ...(streamMode && { streamMode }) });
    });
  }

  #logError(message: string): void {
    this.#connection.send({ type: "log", level: "error", category: "Worker.node", message });
  }

  /** Calls in flight may end first; the host's patience is the limit. */
  async #terminate(): Promise<void> {
    if (this.#active > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    try {
      await this.#app?.hooks.runAppTerminate();
    } catch (error) {
      this.#logError(`An appTerminate hook failed: ${toError(error).message}`);
    }
    this.#connection.flush();
    this.#process.exit(0);
  }

  #outputsOf(id: number): (values: BindingValues) => void {
    return (values) => this.#connection.send({ type: "outputs", id, values });
  }

  #loadedApp(): App {
    if (this.#app === undefined) throw new Error("The app is not loaded yet.");
    return this.#app;
  }
}

/** Values of durable client bindings (contract §8.1): where runs are traced, each has a base URL that tells them apart. */
function clientInputs({ durableClientInput, traceClients }: Init): ClientInputs {
  const input = durableClientInput as Partial<DurableClientInput>;
  const common = JSON.stringify(input);
  const { rpcBaseUrl } = input;
  if (!traceClients || !rpcBaseUrl) return { durableClientInput: common };
  const text = JSON.stringify(rpcBaseUrl);
  return {
    durableClientInput: common,
    tracedClientInput: (traceParent) => common.replace(text, () => JSON.stringify(tracedBase(rpcBaseUrl, traceParent))),
  };
}
