import type { Clock } from "@durable-host/engine";
import { ConnectionPool } from "./connection-pool";
import type { ConnectionSettings } from "./connection-settings";
import { createDirectoryCredential } from "./directory-credential";
import { type SqlConnection, openConnection } from "./open-connection";
import { PooledSqlClient } from "./pooled-sql-client";
import { DEFAULT_RETRY, type RetryPolicy } from "./retry";
import type { SqlClient } from "./sql-client";

/** Settings of a client; those of the connection come from `parseConnectionString`. */
export interface SqlClientOptions extends ConnectionSettings {
  /**
   * Told of each request that goes to the server, attempts counted one by one: the procedure's name, or "query", "batch",
   * "begin", "commit", "rollback".
   */
  readonly onCall?: (name: string) => void;
  readonly retry?: RetryPolicy;
  /** Times the waits between attempts. */
  readonly clock?: Clock;
  /** From 0 up to, not including, 1; the jitter of the waits. */
  readonly random?: () => number;
}

/** Compiled procedures and plans go with a connection, so idle ones are kept for a while. */
const IDLE_TIMEOUT_MS = 5 * 60_000;
/** The driver's own limit comes first; this one is for what it does not time, such as closing. */
const OPEN_GRACE_MS = 5000;

/** The clock of the machine, with timers that keep the process alive: nothing else does while a call waits to be repeated. */
const waitingClock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Makes a client. It connects at its first call, not before. */
export function createSqlClient(options: SqlClientOptions): SqlClient {
  const clock = options.clock ?? waitingClock;
  const open = createOpener(options);
  const pool = new ConnectionPool<SqlConnection>({
    ...options.pool,
    open,
    openTimeoutMs: options.connectTimeoutMs + OPEN_GRACE_MS,
    acquireTimeoutMs: options.connectTimeoutMs + Math.max(options.commandTimeoutMs, OPEN_GRACE_MS),
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    now: () => clock.now(),
  });
  return new PooledSqlClient(pool, {
    commandTimeoutMs: options.commandTimeoutMs,
    retry: options.retry ?? DEFAULT_RETRY,
    clock,
    random: options.random ?? Math.random,
    onCall: options.onCall ?? (() => undefined),
  });
}

function createOpener(settings: ConnectionSettings): (signal: AbortSignal) => Promise<SqlConnection> {
  const { authentication } = settings;
  if (authentication.type === "sql-login") return (signal) => openConnection(settings, undefined, signal);
  let credential: ReturnType<typeof createDirectoryCredential> | undefined;
  return async (signal) => {
    credential ??= createDirectoryCredential(authentication);
    return openConnection(settings, await credential, signal);
  };
}
