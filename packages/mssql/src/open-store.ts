import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Clock, Logger, WorkSignals } from "@durable-host/engine";
import type { SqlClient } from "./connection/sql-client";
import { openMicrosoftStore } from "./microsoft/open-microsoft-store";
import { hostOperations } from "./operations/host-operations";
import type { PreparedSchema } from "./schema/prepare-schema";
import type { Store } from "./store";
import type { StoreOperations } from "./store-operations";
import { CallLines } from "./work/call-lines";
import { Poller, type Peek } from "./work/poller";
import { ServerTime } from "./work/server-time";

export interface MssqlProviderOptions {
  /** Opens the connections to the database; called by `start`. Closed by `stop`. */
  readonly connect: () => Promise<SqlClient> | SqlClient;
  /** Called by `start` with the client: creates or checks the schema, and tells what there is. */
  readonly prepare?: (client: SqlClient) => Promise<PreparedSchema>;
  /** Microsoft's schema; ours is `<schema>_host`. Default `dt`. */
  readonly schema?: string;
  /** Name of the task hub, at most 50 bytes. */
  readonly hubName: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a work item stays locked unless renewed (host.json `taskEventLockTimeout`). Default: 120,000 ms. */
  readonly lockDurationMs?: number;
  /** Messages of one work item at most (host.json `taskEventBatchSize`). Default: 1000. */
  readonly messageLimit?: number;
  /** Shortest and longest delay between looks for work that others have made. Default: 50 and 3,000 ms (contract §4). */
  readonly shortestPollMs?: number;
  readonly longestPollMs?: number;
}

const DEFAULT_LOCK_MS = 120_000;
/** Enough for large fan-ins, and a bound for what one episode has to hold. */
const DEFAULT_MESSAGE_LIMIT = 1_000;
const DEFAULT_SHORTEST_POLL_MS = 50;
const DEFAULT_LONGEST_POLL_MS = 3_000;
/** `<host>,<process id>-<random>`: 60 bytes at most, since a token of 37 follows in a column of 100. */
const HOST_NAME_BYTES = 32;

/** A store that is connected and looks for work. */
export interface OpenStore {
  readonly operations: StoreOperations;
  /** False while looks for work fail. */
  isReachable(): boolean;
  /** Gives locks back and closes all connections. */
  close(): Promise<void>;
}

/** Connects, makes sure of the schema, and begins to look for work. Rejects with nothing left open. */
export async function openStore(options: MssqlProviderOptions, signals: WorkSignals): Promise<OpenStore> {
  const client = await options.connect();
  try {
    const schema = (await options.prepare?.(client)) ?? { isUtf8: true };
    const poller: Poller = pollerOf(options, signals, () => operations.peekWork());
    const store = storeOf(options, client, schema, signals, poller);
    const operations: StoreOperations =
      schema.microsoftVersion === undefined
        ? hostOperations(store)
        : await openMicrosoftStore(store, schema.microsoftVersion);
    await operations.peekWork();
    poller.start();
    return openStoreOf(client, operations, poller);
  } catch (error) {
    await client.close();
    throw error;
  }
}

function openStoreOf(client: SqlClient, operations: StoreOperations, poller: Poller): OpenStore {
  return {
    operations,
    isReachable: () => poller.isAnswered,
    async close() {
      poller.stop();
      await operations.releaseAllLocks();
      await client.close();
    },
  };
}

function pollerOf(options: MssqlProviderOptions, signals: WorkSignals, peek: () => Promise<Peek>): Poller {
  const { logger, clock } = options;
  return new Poller({
    peek,
    onReady: (kinds) => {
      for (const kind of kinds) signals.mark(kind);
      signals.emit();
    },
    clock,
    logger,
    shortestMs: options.shortestPollMs ?? DEFAULT_SHORTEST_POLL_MS,
    longestMs: options.longestPollMs ?? DEFAULT_LONGEST_POLL_MS,
  });
}

function storeOf(
  options: MssqlProviderOptions,
  client: SqlClient,
  { isUtf8 }: PreparedSchema,
  signals: WorkSignals,
  poller: Poller,
): Store {
  const { logger, clock } = options;
  return {
    client,
    schema: options.schema ?? "dt",
    taskHub: options.hubName,
    owner: ownerName(),
    leaseMs: options.lockDurationMs ?? DEFAULT_LOCK_MS,
    messageLimit: options.messageLimit ?? DEFAULT_MESSAGE_LIMIT,
    storage: { isUtf8 },
    clock,
    serverTime: new ServerTime(clock),
    callLines: new CallLines(),
    logger,
    newGuid: randomUUID,
    signals,
    expectWorkAt: (time) => poller.expectAt(time),
  };
}

/** Unique among all processes, also those of before on the same machine. */
function ownerName(): string {
  const host = hostname()
    .replaceAll(/[^\w.-]/g, "")
    .slice(0, HOST_NAME_BYTES);
  return `${host},${process.pid}-${randomUUID().slice(0, 8)}`;
}
