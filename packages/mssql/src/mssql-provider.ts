import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import {
  DurableHostError,
  Listeners,
  WorkSignals,
  type Clock,
  type Logger,
  type StorageProvider,
} from "@durable-host/engine";
import type { SqlClient } from "./connection/sql-client";
import { abandon } from "./operations/abandon";
import { commitActivity } from "./operations/commit-activity";
import { commitOrchestration } from "./operations/commit-orchestration";
import { createInstance } from "./operations/create-instance";
import { describeWork } from "./operations/describe-work";
import { lockActivities } from "./operations/lock-activities";
import { lockInstance, lockOrchestrations } from "./operations/lock-orchestrations";
import { peekWork } from "./operations/peek-work";
import { deleteTaskHub, purgeInstances } from "./operations/purge-instances";
import { queryInstances } from "./operations/query-instances";
import { getInstance, readHistory } from "./operations/read-instance";
import { releaseLocks } from "./operations/release-locks";
import { renewLock } from "./operations/renew-lock";
import { sendMessage } from "./operations/send-message";
import type { Store } from "./store";
import { Poller } from "./work/poller";
import { ServerTime } from "./work/server-time";

export interface MssqlProviderOptions {
  /** Opens the connections to the database; called by `start`. Closed by `stop`. */
  readonly connect: () => Promise<SqlClient> | SqlClient;
  /** Called by `start` with the client: creates or checks the schema, and tells how the database keeps text. */
  readonly prepare?: (client: SqlClient) => Promise<{ readonly isUtf8: boolean }>;
  /** Microsoft's schema; ours is `<schema>_host`. Default `dt`. */
  readonly schema?: string;
  /** Name of the task hub, at most 50 bytes. */
  readonly hubName: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a work item stays locked unless renewed (host.json `taskEventLockTimeout`). Default: 120,000 ms. */
  readonly lockDurationMs?: number;
  /** Shortest and longest delay between looks for work that others have made. Default: 50 and 3,000 ms (contract §4). */
  readonly shortestPollMs?: number;
  readonly longestPollMs?: number;
}

const DEFAULT_LOCK_MS = 120_000;
const DEFAULT_SHORTEST_POLL_MS = 50;
const DEFAULT_LONGEST_POLL_MS = 3_000;
/** `<host>,<process id>-<random>`: 60 bytes at most, since a token of 37 follows in a column of 100. */
const HOST_NAME_BYTES = 32;

interface Opened {
  readonly store: Store;
  readonly poller: Poller;
}

/** Makes the SQL Server provider: many processes share one database. Nothing is connected before `start`. */
export function createMssqlProvider(options: MssqlProviderOptions): StorageProvider {
  const { logger, clock } = options;
  const signals = new WorkSignals(logger);
  const failures = new Listeners<DurableHostError>(logger, "failures of the store");
  let opened: Opened | undefined;
  const store = () => opened?.store ?? notStarted();
  const onReady = (kinds: readonly ("orchestration" | "entity" | "activity")[]): void => {
    for (const kind of kinds) signals.mark(kind);
    signals.emit();
  };
  return {
    name: "mssql",

    async start() {
      if (opened !== undefined) return;
      const client = await options.connect();
      try {
        const storage = (await options.prepare?.(client)) ?? { isUtf8: true };
        const { shortestPollMs = DEFAULT_SHORTEST_POLL_MS, longestPollMs = DEFAULT_LONGEST_POLL_MS } = options;
        const poller: Poller = new Poller({
          peek: () => peekWork(own),
          onReady,
          clock,
          logger,
          shortestMs: shortestPollMs,
          longestMs: longestPollMs,
        });
        const own: Store = {
          client,
          schema: options.schema ?? "dt",
          taskHub: options.hubName,
          owner: ownerName(),
          leaseMs: options.lockDurationMs ?? DEFAULT_LOCK_MS,
          storage,
          clock,
          serverTime: new ServerTime(clock),
          logger,
          newGuid: randomUUID,
          signals,
          expectWorkAt: (time) => poller.expectAt(time),
        };
        await peekWork(own);
        opened = { store: own, poller };
        poller.start();
      } catch (error) {
        await client.close();
        throw error;
      }
    },
    async stop() {
      const closing = opened;
      opened = undefined;
      if (closing === undefined) return;
      closing.poller.stop();
      await releaseLocks(closing.store);
      await closing.store.client.close();
    },
    deleteTaskHub: async () => deleteTaskHub(store()),

    createInstance: async (start, replaceable) => createInstance(store(), start, replaceable),
    sendMessage: async (message) => sendMessage(store(), message),
    getInstance: async (instanceId) => getInstance(store(), instanceId),
    queryInstances: async (query) => queryInstances(store(), query),
    readHistory: async (instanceId) => readHistory(store(), instanceId),
    describeWork: async (instanceId) => describeWork(store(), instanceId),
    purgeInstances: async (instanceIds, statuses) => purgeInstances(store(), instanceIds, statuses),

    lockOrchestrations: async (kind, max) => lockOrchestrations(store(), kind, max),
    lockInstance: async (instanceId, executionId) => lockInstance(store(), instanceId, executionId),
    lockActivities: async (max) => lockActivities(store(), max),
    renewLock: async (item) => renewLock(store(), item),
    commitOrchestration: async (item, commit) => commitOrchestration(store(), item, commit),
    commitActivity: async (item, outcome) => commitActivity(store(), item, outcome),
    abandon: async (item, delayMs) => abandon(store(), item, delayMs),

    onWork: (listener) => signals.listen(listener),
    onFailure: (listener) => failures.add(listener),
  };
}

/** Unique among all processes, also those of before on the same machine. */
function ownerName(): string {
  const host = hostname()
    .replaceAll(/[^\w.-]/g, "")
    .slice(0, HOST_NAME_BYTES);
  return `${host},${process.pid}-${randomUUID().slice(0, 8)}`;
}

function notStarted(): never {
  throw new DurableHostError(
    "STORAGE_PERMANENT",
    "The SQL Server store is not open: it was not started, or was stopped.",
  );
}
