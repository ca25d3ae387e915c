import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import {
  DurableHostError,
  Listeners,
  WorkSignals,
  type Clock,
  type Logger,
  type StorageProvider,
} from "@durable-host/engine";
import { IN_MEMORY, openMemoryDatabase } from "./connection/memory-database";
import { openDatabase, type Connection } from "./connection/open-database";
import type { JournalCounters } from "./journal/journal";
import { commitActivity } from "./operations/commit-activity";
import { commitOrchestration } from "./operations/commit-orchestration";
import { createInstance } from "./operations/create-instance";
import { describeWork } from "./operations/describe-work";
import { deleteTaskHub } from "./operations/delete-task-hub";
import { lockActivities } from "./operations/lock-activities";
import { lockInstance } from "./operations/lock-instance";
import { lockOrchestrations } from "./operations/lock-orchestrations";
import { purgeInstances } from "./operations/purge-instances";
import { queryInstances } from "./operations/query-instances";
import { getInstance, readHistory } from "./operations/read-instance";
import { createRecordStore } from "./operations/records";
import { Store, type StoreOptions } from "./store";

/** `group`: all commits that gather during a flush share the next one. `each`: one flush per commit, for comparison. */
export type FlushMode = "group" | "each";

export interface SqliteProviderOptions {
  /**
   * The store file. Absent: `<hubName>.db` in `dataDir`. `:memory:`: no file; the contents outlive `stop` and a new `start`, and
   * go with the provider.
   */
  readonly file?: string;
  /** Directory of the store file; created when missing. Default: `.durable`. */
  readonly dataDir?: string;
  /** Name of the task hub; names the file. Default: `TestHubName`, the Functions default. */
  readonly hubName?: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a work item stays locked unless renewed. Default: 60,000 ms. */
  readonly lockDurationMs?: number;
  /** Bodies of pending messages and activities kept in memory; those over are read from the file when handed out. Default: 64 MB. */
  readonly bodyCacheBytes?: number;
  /** States of instances kept in memory. Default: 64 MB. */
  readonly stateCacheBytes?: number;
  /** Default: `group`. */
  readonly flush?: FlushMode;
}

/** The embedded store of a task hub: the storage port on one SQLite file. */
export interface SqliteProvider extends StorageProvider {
  readonly name: "sqlite";
  readonly file: string;
  readonly flush: FlushMode;
  /** How many operations were saved with how many flushes since `start`. */
  readonly counters: JournalCounters;
  /**
   * When the next message or abandoned work item becomes available that waits for its time (milliseconds since the epoch);
   * undefined when none does. For clocks that are moved by hand.
   */
  readonly nextDueAt: number | undefined;
}

const DEFAULT_LOCK_MS = 60_000;
const DEFAULT_CACHE_BYTES = 64 * 1024 * 1024;

/** Operations per flush: one by one, or as many as keep a transaction within some milliseconds. */
const BATCH_SIZES: Readonly<Record<FlushMode, number>> = { group: 256, each: 1 };

/**
 * Makes the embedded provider. Nothing is opened before `start`; one process at a time can have a file open.
 * @throws DurableHostError CONFIG_INVALID when the hub's name cannot name a file
 */
export function createSqliteProvider(options: SqliteProviderOptions): SqliteProvider {
  const { logger, flush = "group" } = options;
  const file = storeFile(options);
  const signals = new WorkSignals(logger);
  const failures = new Listeners<DurableHostError>(logger, "failures of the store");
  let opened: Store | undefined;
  const store = () => opened ?? notStarted(file);
  const connect = connector(file);

  return {
    name: "sqlite",
    file,
    flush,
    get counters() {
      return opened?.journal.counters ?? { flushes: 0, operations: 0 };
    },
    get nextDueAt() {
      return opened?.index.timers.nextAt;
    },

    async start() {
      if (opened !== undefined) return;
      const onFailure = (error: DurableHostError) => failures.call(error);
      opened = Store.open({ ...storeOptions(options), file, connect, signals, onFailure });
      opened.advance();
    },
    async stop() {
      const closing = opened;
      opened = undefined;
      await closing?.close();
    },
    deleteTaskHub: async () => store().journal.submit(deleteTaskHub()),

    createInstance: async (start, replaceable) => store().journal.submit(createInstance(start, replaceable)),
    sendMessage: async (message) => store().journal.submit((transaction) => transaction.deliver(message)),
    getInstance: async (instanceId) => getInstance(store(), instanceId),
    queryInstances: async (query) => queryInstances(store(), query),
    readHistory: async (instanceId) => readHistory(store(), instanceId),
    describeWork: async (instanceId) => describeWork(store(), instanceId),
    purgeInstances: async (instanceIds, statuses) => store().journal.submit(purgeInstances(instanceIds, statuses)),

    lockOrchestrations: async (kind, max) => lockOrchestrations(store(), kind, max),
    lockInstance: async (instanceId, executionId) => lockInstance(store(), instanceId, executionId),
    lockActivities: async (max) => lockActivities(store(), max),
    renewLock: async (item) => store().renewLock(item),
    commitOrchestration: async (item, commit) => store().journal.submit(commitOrchestration(item, commit)),
    commitActivity: async (item, outcome) => store().journal.submit(commitActivity(item, outcome)),
    abandon: async (item, delayMs) => store().abandon(item, delayMs),

    records: createRecordStore(store),
    pendingWork(kind) {
      const index = opened?.index;
      return kind === "activity" ? index?.activities.waiting : index?.instances.waiting(kind);
    },

    onWork: (listener) => signals.listen(listener),
    onFailure: (listener) => failures.add(listener),
  };
}

/** The options of a store that follow from those of the provider. */
function storeOptions(
  options: SqliteProviderOptions,
): Omit<StoreOptions, "file" | "connect" | "signals" | "onFailure"> {
  const { clock, logger, lockDurationMs = DEFAULT_LOCK_MS, flush = "group" } = options;
  const { bodyCacheBytes = DEFAULT_CACHE_BYTES, stateCacheBytes = DEFAULT_CACHE_BYTES } = options;
  return {
    clock,
    logger,
    lockDurationMs,
    bodyBytes: bodyCacheBytes,
    stateBytes: stateCacheBytes,
    batchSize: BATCH_SIZES[flush],
    tokenPrefix: randomUUID(),
  };
}

/** How the store is opened each time it is started. */
function connector(file: string): () => Connection {
  if (file !== IN_MEMORY) return () => openDatabase(file);
  let memory: Connection | undefined;
  return () => (memory ??= openMemoryDatabase());
}

function storeFile({ file, dataDir = ".durable", hubName = "TestHubName" }: SqliteProviderOptions): string {
  if (file === IN_MEMORY) return file;
  if (file !== undefined) return resolve(file);
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/.test(hubName)) {
    throw new DurableHostError(
      "CONFIG_INVALID",
      `The task hub name "${hubName}" cannot name a file. Use letters, digits, "-", "_" and ".", at most 100.`,
    );
  }
  return resolve(dataDir, `${hubName}.db`);
}

function notStarted(file: string): never {
  throw new DurableHostError("STORAGE_PERMANENT", `The store ${file} is not open: it was not started, or was stopped.`);
}
