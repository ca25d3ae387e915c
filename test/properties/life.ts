import {
  CompletionSignals,
  createTaskHub,
  createTaskHubWorker,
  type ActivityTask,
  type Executor,
  type IdSource,
  type Logger,
  type StorageProvider,
  type TaskHub,
} from "@durable-host/engine";
import { createSqliteProvider, type SqliteProvider } from "@durable-host/sqlite";
import type { SessionMode } from "../../packages/functions/src/worker/orchestrator/sessions";
import { createExecutor, type Entity, type Orchestrator } from "../semantics/in-process-hub";
import { counter, program } from "./orchestrator";
import type { VirtualTime } from "./virtual-time";

/** Where a process dies: before a commit reaches the store, or after it has, but before anybody was told. */
export type Cut = "before" | "after" | undefined;

export interface LifeOptions {
  readonly directory: string;
  readonly time: VirtualTime;
  readonly mode: SessionMode;
  readonly residentOrchestrations: number;
  readonly ids: IdSource;
  readonly logger: Logger;
  readonly executeActivity: (life: Life, task: ActivityTask) => ReturnType<Executor["executeActivity"]>;
  /** Asked at each commit. */
  readonly cut: () => Cut;
}

/** A process that has the store open and works in it, until it stops or dies. */
export class Life {
  readonly #options: LifeOptions;
  readonly #store: SqliteProvider;
  readonly hub: TaskHub;
  readonly #worker: ReturnType<typeof createTaskHubWorker>;
  #busy = 0;
  isDead = false;

  constructor(options: LifeOptions) {
    this.#options = options;
    const { directory, logger, ids, mode } = options;
    const clock = options.time.clockOf(this);
    this.#store = createSqliteProvider({ dataDir: directory, hubName: "properties", clock, logger });
    const app = {
      orchestrators: { program: program as unknown as Orchestrator },
      activities: { work: () => undefined },
      entities: { counter: counter as Entity },
    };
    const executor = {
      ...createExecutor(app, mode),
      executeActivity: (task: ActivityTask) => this.#idle(() => options.executeActivity(this, task)),
    };
    const shared = { clock, logger, ids, completions: new CompletionSignals() };
    this.hub = createTaskHub({ ...shared, hubName: "properties", provider: this.#store });
    this.#worker = createTaskHubWorker({
      ...shared,
      provider: this.#mortal(this.#store),
      executor: this.#mortal(executor),
      limits: {
        maxConcurrentOrchestrations: 10,
        maxConcurrentActivities: 1_000,
        maxConcurrentEntities: 10,
        maxEntityOperationBatchSize: 100,
        maxResidentOrchestrations: options.residentOrchestrations,
        pollIntervalMs: 1e9,
      },
      episodeLimits: { maxActions: 10_000, defaultVersion: "", storeInputs: false },
    });
  }

  async start(): Promise<void> {
    await this.#store.start();
    this.#worker.start();
  }

  /** Resolves when nothing more happens before time goes on, or the process has died. */
  async settled(): Promise<void> {
    for (let calm = 0; calm < 3 && !this.isDead;) {
      await new Promise((resolve) => setImmediate(resolve));
      calm = this.#busy === 0 ? calm + 1 : 0;
    }
  }

  /** Nothing of this process acts or is heard any more; the store is left as it is. */
  die(): void {
    this.isDead = true;
    this.#options.time.dropAlarmsOf(this);
  }

  /** Closes the file. */
  async end(): Promise<void> {
    this.die();
    await this.#store.stop();
  }

  /** Counts calls that are under way; those of a dead process go nowhere and are never answered. */
  #mortal<T extends StorageProvider | Executor>(target: T): T {
    return new Proxy(target, {
      get: (_, property) => {
        const member: unknown = Reflect.get(target, property);
        if (typeof member !== "function") return member;
        return (...args: unknown[]) => this.#call(property, () => Reflect.apply(member, target, args) as unknown);
      },
    });
  }

  #call(property: PropertyKey, call: () => unknown): unknown {
    if (this.isDead) return new Promise(() => {});
    const isCommit = property === "commitOrchestration" || property === "commitActivity";
    const cut = isCommit ? this.#options.cut() : undefined;
    if (cut === "before") {
      this.die();
      return new Promise(() => {});
    }
    const answer = call();
    return answer instanceof Promise ? this.#answer(answer, cut) : answer;
  }

  async #answer(answer: Promise<unknown>, cut: Cut): Promise<unknown> {
    this.#busy++;
    try {
      return await answer;
    } finally {
      this.#busy--;
      if (cut === "after") this.die();
      if (this.isDead) await new Promise(() => {});
    }
  }

  /** What only time can end does not keep the process busy. */
  async #idle<T>(work: () => Promise<T>): Promise<T> {
    this.#busy--;
    try {
      return await work();
    } finally {
      this.#busy++;
    }
  }
}
