import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CompletionSignals,
  createTaskHub,
  createTaskHubWorker,
  randomIds,
  systemClock,
  type TaskHub,
  type TaskHubWorker,
} from "@durable-host/engine";
import { createManagementApi, WEBHOOK_PATH } from "@durable-host/functions";
import { createSqliteProvider, type SqliteProvider } from "@durable-host/sqlite";
import { silentLogger, waitUntil } from "@durable-host/testkit";
import { listenHttp, type HttpListener } from "../../src/server/http-listener";
import { scriptedExecutor } from "./scripted-executor";

const LIMITS = {
  maxConcurrentOrchestrations: 10,
  maxConcurrentActivities: 10,
  maxConcurrentEntities: 10,
  maxEntityOperationBatchSize: 10,
  maxResidentOrchestrations: 10,
  pollIntervalMs: 1000,
};

/** An embedded store with its task hub, which works only when told to, and whose management API is served on request. */
export class WorkingHub {
  readonly dataDir = mkdtempSync(join(tmpdir(), "durable-host-durable-"));
  readonly hubName = "Shop";
  #provider: SqliteProvider | undefined;
  #hub: TaskHub | undefined;
  #worker: TaskHubWorker | undefined;
  #listener: HttpListener | undefined;

  /** @param original a hub, closed, whose store this one begins with */
  constructor(original?: WorkingHub) {
    if (original !== undefined) cpSync(original.dataDir, this.dataDir, { recursive: true });
  }

  get hub(): TaskHub {
    if (this.#hub === undefined) throw new Error("The task hub is not open.");
    return this.#hub;
  }

  async open(): Promise<void> {
    const shared = {
      provider: (this.#provider = createSqliteProvider({
        dataDir: this.dataDir,
        hubName: this.hubName,
        clock: systemClock,
        logger: silentLogger,
      })),
      executor: scriptedExecutor,
      clock: systemClock,
      logger: silentLogger,
      ids: randomIds,
      completions: new CompletionSignals(),
    };
    await shared.provider.start();
    this.#hub = createTaskHub({ ...shared, hubName: this.hubName });
    const episodeLimits = { maxActions: 100, defaultVersion: "", storeInputs: false };
    this.#worker = createTaskHubWorker({ ...shared, limits: LIMITS, episodeLimits });
  }

  /** Begins to execute what waits. */
  work(): void {
    this.#worker?.start();
  }

  /** Resolves when an instance has this status. */
  async until(instanceId: string, status: string): Promise<void> {
    await waitUntil(`${instanceId} to be ${status}`, async () =>
      (await this.hub.getInstance(instanceId))?.runtimeStatus === status ? true : undefined,
    );
  }

  /** Serves the management API, to those who present the key if there is one; resolves to the address. */
  async serve(key?: string): Promise<string> {
    const handler = createManagementApi({
      taskHub: this.hub,
      connectionName: "Storage",
      logger: silentLogger,
      basePath: WEBHOOK_PATH,
      ...(key !== undefined && { admits: ({ headers }) => headers["x-functions-key"] === key }),
    });
    const options = { handler, address: "127.0.0.1", port: 0, bodyLimit: 1_000_000, logger: silentLogger };
    this.#listener = await listenHttp(options);
    return `http://127.0.0.1:${this.#listener.port}`;
  }

  /** Gives the store up, so that another can open it. */
  async close(): Promise<void> {
    await this.#listener?.close(0);
    this.#listener = undefined;
    await this.#worker?.stop(1000);
    await this.#provider?.stop();
    this.#worker = this.#provider = this.#hub = undefined;
  }

  async dispose(): Promise<void> {
    await this.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
