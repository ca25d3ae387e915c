import { DurableHostError, type Clock, type Logger, type WorkKind, type WorkSignals } from "@durable-host/engine";
import type { CallOptions, CallResult, SqlClient, SqlParameter } from "./connection/sql-client";
import { SqlError } from "./connection/sql-error";
import type { TextStorage } from "./rows/exact-text";
import type { CallLines } from "./work/call-lines";
import type { ServerTime } from "./work/server-time";

/** What the operations of a provider share: one task hub in one database, as one process sees it. */
export interface Store {
  readonly client: SqlClient;
  /** Microsoft's schema, such as `dt`; our own procedures and types are in `<schema>_host`. */
  readonly schema: string;
  readonly taskHub: string;
  /** Names this process in locks, at most 60 bytes; unique among all that ever shared the database. */
  readonly owner: string;
  readonly leaseMs: number;
  /** Messages of one work item at most. */
  readonly messageLimit: number;
  readonly storage: TextStorage;
  readonly clock: Clock;
  readonly serverTime: ServerTime;
  readonly callLines: CallLines;
  readonly logger: Logger;
  readonly newGuid: () => string;
  /** Marked by what an operation makes available; told to the dispatchers once it is saved. */
  readonly signals: WorkSignals;
  /** Something becomes available at this time (milliseconds since the epoch) by itself. */
  readonly expectWorkAt: (time: number) => void;
}

/** Error numbers of the procedures (contract §2.3); those from 50010 on are ours. */
const INSTANCE_EXISTS = 50_001;
const LOCK_LOST = 50_010;
/** SQL Server's own: the login may not call a procedure. */
const DENIED = 229;
/** SQL Server's own: somebody has just inserted the same key. The transaction was rolled back. */
const DUPLICATE = 2627;

/**
 * Calls one of our own procedures for the task hub. Where two were at the point of making the same instance, the one that came
 * too late is called again: it finds the instance made.
 * @throws DurableHostError LOCK_LOST, INSTANCE_EXISTS, STORAGE_PERMANENT, and what the client throws
 */
export async function callHost(
  { client, schema, taskHub }: Store,
  procedure: string,
  parameters: readonly SqlParameter[],
  options?: CallOptions,
): Promise<CallResult> {
  const hub: SqlParameter = { name: "TaskHub", type: "nvarchar", length: 50, value: taskHub };
  const call = () => client.call(`${schema}_host.${procedure}`, [hub, ...parameters], options);
  try {
    return await call().catch((error: unknown) => (isDuplicate(error) ? call() : Promise.reject(error)));
  } catch (error) {
    throw error instanceof SqlError ? translated(error, procedure, schema) : error;
  }
}

/** Lets the dispatchers of this process look for work of a kind. */
export function wake({ signals }: Store, kind: WorkKind): void {
  signals.mark(kind);
  signals.emit();
}

/** Tells whether SQL Server refused a row because there is one with its key. */
export function isDuplicate(error: unknown): error is SqlError {
  return error instanceof SqlError && error.number === DUPLICATE;
}

/** What a refusal of SQL Server means for whoever asked. */
export function translated(error: SqlError, procedure: string, schema: string): DurableHostError {
  switch (error.number) {
    case LOCK_LOST:
      return new DurableHostError("LOCK_LOST", error.message, { cause: error });
    case INSTANCE_EXISTS:
      return new DurableHostError("INSTANCE_EXISTS", error.message, { cause: error });
    case DENIED:
      return new DurableHostError(
        "STORAGE_PERMANENT",
        `${error.message} Add the user of the app's login to the role ${schema}_runtime.`,
        { cause: error },
      );
    default:
      return new DurableHostError(
        "STORAGE_PERMANENT",
        `SQL Server refused ${procedure} (error ${error.number ?? "without a number"}): ${error.message}`,
        { cause: error },
      );
  }
}
