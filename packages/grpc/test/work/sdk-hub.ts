import {
  CompletionSignals,
  createTaskHub,
  createTaskHubWorker,
  randomIds,
  systemClock,
  type InstanceState,
  type StorageProvider,
  type TaskHub,
  type TaskHubWorker,
} from "@durable-host/engine";
import { createSqliteProvider } from "@durable-host/sqlite";
import { silentLogger } from "@durable-host/testkit";
import { HistoryToProto } from "../../src/convert/history";
import { pb } from "../../src/proto/messages";
import { createHubWorkers } from "../../src/work/create-hub-workers";
import type { HubWorkers } from "../../src/work/hub-workers";

/**
 * Engine, embedded store and connected workers in one process, without sockets: every message is serialised and read again,
 * as it would be on the wire.
 */
export class SdkHub {
  readonly taskHub: TaskHub;
  readonly workers: HubWorkers;
  readonly #provider: StorageProvider;
  readonly #worker: TaskHubWorker;

  private constructor() {
    const common = { clock: systemClock, logger: silentLogger, ids: randomIds };
    this.#provider = createSqliteProvider({ file: ":memory:", ...common });
    this.workers = createHubWorkers({
      ...common,
      versionOf: async (instanceId) => (await this.#provider.getInstance(instanceId))?.version,
    });
    const shared = {
      ...common,
      provider: this.#provider,
      executor: this.workers.executor,
      completions: new CompletionSignals(),
    };
    this.taskHub = createTaskHub({
      ...shared,
      hubName: "grpc",
      replaceable: "NonRunningStates",
      idCharacters: "Printable",
    });
    this.#worker = createTaskHubWorker({
      ...shared,
      limits: {
        maxConcurrentOrchestrations: 100,
        maxConcurrentActivities: 5_000,
        maxConcurrentEntities: 100,
        maxEntityOperationBatchSize: 100,
        maxResidentOrchestrations: 1_000,
        pollIntervalMs: 1_000,
      },
      episodeLimits: { maxActions: 1_000_000, defaultVersion: "", storeInputs: true },
    });
  }

  static async start(): Promise<SdkHub> {
    const hub = new SdkHub();
    await hub.#provider.start();
    hub.#worker.start();
    return hub;
  }

  async stop(): Promise<void> {
    this.workers.close();
    await this.#worker.stop(0);
    await this.#provider.stop();
  }

  /** Starts an orchestration and waits for its end. */
  async run(name: string, input: unknown = null): Promise<InstanceState> {
    const ended = await this.taskHub.startAndWait({ name, input: JSON.stringify(input) }, 100_000);
    if (!ended?.completedAt) throw new Error(`The instance has not ended: ${JSON.stringify(ended)}`);
    return ended;
  }

  async end(instanceId: string): Promise<InstanceState> {
    const ended = await this.taskHub.waitForCompletion(instanceId, 100_000);
    if (!ended?.completedAt) throw new Error(`The instance has not ended: ${JSON.stringify(ended)}`);
    return ended;
  }

  /** The history as a client gets it. */
  async clientHistory(instanceId: string): Promise<readonly pb.HistoryEvent[]> {
    const events = new HistoryToProto("client").convert(await this.taskHub.readHistory(instanceId));
    return events.map((event) => pb.HistoryEvent.deserializeBinary(event.serializeBinary()));
  }
}
