import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CompletionSignals,
  createTaskHub,
  createTaskHubWorker,
  randomIds,
  systemClock,
  type EntityBatch,
  type EntityBatchResult,
  type EpisodeLimits,
  type Executor,
  type InstanceState,
  type StorageProvider,
  type Logger,
  type TaskHub,
  type TaskHubWorker,
  type WorkMeter,
  type WorkTracer,
} from "@durable-host/engine";
import { createSqliteProvider } from "@durable-host/sqlite";
import { silentLogger } from "@durable-host/testkit";
import { withCallHttp } from "../../packages/functions/src/call-http/call-http-executor";
import type { Invoker } from "../../packages/functions/src/worker/invocation";
import {
  createOrchestratorSessions,
  type SessionMode,
} from "../../packages/functions/src/worker/orchestrator/sessions";

// The SDK exports its handler factories to applications only through registration with a running host.
const sdk = require("durable-functions/lib/src/util/testingUtils") as {
  readonly createOrchestrator: (fn: Orchestrator) => (...args: unknown[]) => unknown;
  readonly createEntityFunction: (fn: Entity) => (...args: unknown[]) => Promise<SdkEntityState>;
};

interface SdkEntityState {
  readonly results: readonly { readonly isError: boolean; readonly result?: string }[];
  readonly signals: readonly {
    readonly target: { name: string; key: string };
    readonly name: string;
    readonly input: string;
  }[];
  readonly entityExists: boolean;
  readonly entityState?: string;
}

/** The `df` of an orchestration or entity context; tests use all of the SDK's surface. */
// oxlint-disable-next-line typescript/no-explicit-any
type Context = { readonly df: any };
export type Orchestrator = (context: Context) => Generator<unknown, unknown, never>;
export type Entity = (context: Context) => void | Promise<void>;

export interface App {
  readonly orchestrators: Readonly<Record<string, Orchestrator>>;
  readonly activities?: Readonly<Record<string, (input: never, signal: AbortSignal) => unknown>>;
  readonly entities?: Readonly<Record<string, Entity>>;
}

export interface HubSettings {
  readonly replaceable?: "AnyState";
  readonly limits?: Partial<EpisodeLimits>;
  readonly logger?: Logger;
  /** Another store than the embedded one. */
  readonly store?: () => StorageProvider;
  readonly tracer?: WorkTracer;
  readonly meter?: WorkMeter;
}

/**
 * Engine, embedded store on a real file, and the SDK's own handlers, in one process and without HTTP: for tests of what
 * orchestrations mean. Every episode is also replayed from the stored history and compared (`verify`), unless told otherwise.
 */
export class InProcessHub {
  readonly #directory: string;
  readonly #mode: SessionMode;
  readonly #provider: StorageProvider;
  readonly #worker: TaskHubWorker;
  readonly hub: TaskHub;

  /** The store, for tests of what happens behind the hub's back. */
  get store(): StorageProvider {
    return this.#provider;
  }

  private constructor(directory: string, app: App, mode: SessionMode, settings: HubSettings) {
    this.#directory = directory;
    this.#mode = mode;
    const { replaceable, limits, logger = silentLogger } = settings;
    const episodeLimits = { maxActions: 10_000, defaultVersion: "", storeInputs: false, ...limits };
    const common = { clock: systemClock, logger };
    this.#provider =
      settings.store?.() ?? createSqliteProvider({ dataDir: directory, hubName: "semantics", ...common });
    const executor = withCallHttp(createExecutor(app, mode), common);
    const shared = {
      provider: this.#provider,
      executor,
      ids: randomIds,
      completions: new CompletionSignals(),
      tracer: settings.tracer,
      ...common,
    };
    this.hub = createTaskHub({
      ...shared,
      hubName: "semantics",
      defaultVersion: episodeLimits.defaultVersion,
      ...(replaceable ? { replaceable } : {}),
    });
    this.#worker = createTaskHubWorker({
      ...shared,
      meter: settings.meter,
      limits: {
        maxConcurrentOrchestrations: 10,
        maxConcurrentActivities: 10,
        maxConcurrentEntities: 10,
        maxEntityOperationBatchSize: 100,
        maxResidentOrchestrations: 100,
        pollIntervalMs: 1_000,
      },
      episodeLimits,
    });
  }

  static async start(app: App, mode: SessionMode = "verify", settings: HubSettings = {}): Promise<InProcessHub> {
    const directory = await mkdtemp(join(tmpdir(), "durable-semantics-"));
    return InProcessHub.#begin(new InProcessHub(directory, app, mode, settings));
  }

  static async #begin(hub: InProcessHub): Promise<InProcessHub> {
    await hub.#provider.start();
    hub.#worker.start();
    return hub;
  }

  /** Ends this host and begins one with other code or settings on the same store. */
  async restart(app: App, settings: HubSettings = {}): Promise<InProcessHub> {
    await this.#end();
    return InProcessHub.#begin(new InProcessHub(this.#directory, app, this.#mode, settings));
  }

  async #end(): Promise<void> {
    await this.#worker.stop(1_000);
    await this.#provider.stop();
  }

  async stop(): Promise<void> {
    await this.#end();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** Starts an orchestration and waits for its end. */
  async run(name: string, input?: unknown, instanceId?: string): Promise<InstanceState> {
    const options = {
      name,
      input: input === undefined ? null : JSON.stringify(input),
      ...(instanceId ? { instanceId } : {}),
    };
    return ended(await this.hub.startAndWait(options, 10_000));
  }

  /** Starts an orchestration; resolves when its code waits with this custom status. */
  async startUntil(name: string, customStatus: unknown, input?: unknown): Promise<string> {
    const id = await this.hub.start({ name, input: input === undefined ? null : JSON.stringify(input) });
    await this.until(id, (instance) => instance.customStatus === JSON.stringify(customStatus));
    return id;
  }

  /** Resolves when the instance is in this state. */
  async until(instanceId: string, reached: (instance: InstanceState) => boolean): Promise<InstanceState> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const instance = await this.hub.getInstance(instanceId);
      if (instance && reached(instance)) return instance;
      if (Date.now() > deadline) throw new Error(`${instanceId} stayed ${JSON.stringify(instance)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Waits for the end of an instance. */
  async end(instanceId: string): Promise<InstanceState> {
    return ended(await this.hub.waitForCompletion(instanceId, 10_000));
  }

  /** Event types of an instance's history, in order. */
  async historyTypes(instanceId: string): Promise<string[]> {
    return (await this.hub.readHistory(instanceId)).map((event) => event.type);
  }
}

function ended(instance: InstanceState | undefined): InstanceState {
  if (!instance?.completedAt) throw new Error(`The instance has not ended: ${JSON.stringify(instance)}`);
  return instance;
}

const passThrough: Invoker = {
  begin: async (fn, request) => ({ request, function: fn, context: {}, inputs: [undefined] }),
  run: async (invocation, callback = invocation.function.callback) =>
    callback(invocation.inputs[0], invocation.context),
  respond: async () => ({ outputData: [] }),
};

/** The worker side of the product in this process: the SDK's handlers behind the engine's port. */
export function createExecutor(app: App, mode: SessionMode): Executor {
  const { orchestrators, activities = {}, entities = {} } = app;
  const tables = { orchestration: orchestrators, activity: activities, entity: entities };
  const sessions = createOrchestratorSessions({
    invoker: passThrough,
    mode,
    findFunction: (name) => {
      const orchestrator = orchestrators[name];
      return orchestrator && { name, callback: sdk.createOrchestrator(orchestrator), bindings: {}, scriptFile: "" };
    },
  });
  return {
    knows: (kind, name) => Object.hasOwn(tables[kind], name),
    names: (kind) => Object.keys(tables[kind]),
    forget: (instanceId) => sessions.forget(instanceId),
    async executeOrchestration({ loadPastEvents, ...episode }) {
      let answer = await sessions.run(episode);
      if (answer.type === "historyNeeded")
        answer = await sessions.run({ ...episode, pastEvents: await loadPastEvents() });
      if (answer.type === "historyNeeded") throw new Error("history was asked for twice");
      return answer.result;
    },
    inspectOrchestration: async ({ loadPastEvents, ...episode }) =>
      sessions.inspect({ ...episode, pastEvents: await loadPastEvents() }),
    async executeActivity({ name, input }, _signal, cancellation) {
      const controller = new AbortController();
      cancellation?.onCancel(({ code }) => controller.abort(code));
      try {
        const given = (input === null ? undefined : JSON.parse(input)) as never;
        const result = await activities[name]?.(given, controller.signal);
        return { type: "Completed", result: result === undefined ? null : JSON.stringify(result) };
      } catch (error) {
        const reason = `Activity function '${name}' failed: ${(error as Error).message}`;
        return { type: "Failed", reason, details: reason };
      }
    },
    executeEntity: (batch) => runEntity(entities[batch.entity.name], batch),
  };
}

async function runEntity(entity: Entity | undefined, batch: EntityBatch): Promise<EntityBatchResult> {
  if (!entity) throw new Error(`no entity ${batch.entity.name}`);
  const { entity: self, exists, state, operations } = batch;
  const payload = { self, exists, state, batch: operations };
  const answer = await sdk.createEntityFunction(entity)(payload, {});
  return {
    results: answer.results.map(({ isError, result }) => ({ isError, result: result ?? null })),
    signals: answer.signals,
    exists: answer.entityExists,
    state: answer.entityState ?? null,
  };
}
