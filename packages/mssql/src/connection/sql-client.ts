/**
 * What the rest of the provider knows of SQL Server: calls with typed parameters that answer rows of plain values.
 * Everything about sockets, the driver, retries and log-ins stays behind it.
 */

import type { CellReader } from "./cell";

/** The types that cross the wire. `nvarchar` is `nvarchar(max)` unless a length is given; `datetime2` has scale 7. */
export type SqlType = "bit" | "tinyint" | "int" | "bigint" | "datetime2" | "uniqueidentifier" | "nvarchar";

/** A column of a table-valued parameter, in the order of the table type: columns are bound by position. */
export interface TableColumn {
  readonly name: string;
  readonly type: SqlType;
  /** Characters, for `nvarchar`; absent: `nvarchar(max)`. */
  readonly length?: number;
}

/** The value of a table-valued parameter. Dates in its rows are milliseconds since the epoch, as everywhere. */
export interface TableValue {
  /** Schema and name of the table type, such as `dt_host.HistoryRows`: never unqualified. */
  readonly type: string;
  readonly columns: readonly TableColumn[];
  /** One array of cells for each row; an empty table is `[]`. */
  readonly rows: readonly (readonly unknown[])[];
}

export interface SqlParameter {
  /** Without the `@`. */
  readonly name: string;
  readonly type: SqlType | "table";
  /**
   * `bit` boolean; numbers for `tinyint`, `int`, `bigint` (or text of digits) and `datetime2` (milliseconds since the
   * epoch, UTC); text for `uniqueidentifier` and `nvarchar`; a `TableValue` for "table". `null` or `undefined` is NULL.
   */
  readonly value: unknown;
  /** Characters, for `nvarchar`; absent: `nvarchar(max)`. */
  readonly length?: number;
}

/**
 * Column name to value. `datetime2` arrives as milliseconds since the epoch (UTC, rounded down to a millisecond), `bigint`
 * as a number that is exact, `uniqueidentifier` as lower-case text, `bit` as a boolean.
 */
export type Row = Readonly<Record<string, unknown>>;

export interface CallResult {
  /** One list of rows for each result set, in order. */
  readonly sets: readonly (readonly Row[])[];
  /** What the procedure returned; `undefined` where nothing is returned (queries, batches). */
  readonly returnValue: number | undefined;
}

export interface CallOptions {
  /** Longest wait for one attempt; absent: the command time-out of the connection string (30 s). */
  readonly timeoutMs?: number;
  /** Cancels: the request on the server too, if it was sent. Rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** False: no second attempt after a transient error. Default true: every call must therefore be repeatable. */
  readonly retry?: boolean;
  /** It changes nothing: its outcome is never unknown, and it is repeated after a time-out too. */
  readonly reads?: boolean;
  /** How the cells of the answer are read; absent: as `Row` promises. */
  readonly readCell?: CellReader;
}

/**
 * Calls to one database through a pool.
 *
 * Rejects with `SqlError` when the server refused (its number says why), with `DurableHostError` STORAGE_TRANSIENT when
 * it stayed unreachable through all attempts (`outcomeUnknown` if a request was on its way), and with CONFIG_INVALID or
 * STORAGE_PERMANENT when a connection cannot be had for a reason that waiting does not cure.
 */
export interface SqlClient {
  /** Calls a procedure by RPC; `procedure` is qualified with its schema. */
  call(procedure: string, parameters: readonly SqlParameter[], options?: CallOptions): Promise<CallResult>;
  /** Runs a statement with parameters (sp_executesql). */
  query(sql: string, parameters?: readonly SqlParameter[], options?: CallOptions): Promise<CallResult>;
  /** Runs text as it is: one batch, without GO. */
  batch(sql: string, options?: CallOptions): Promise<CallResult>;
  /**
   * One connection, one transaction; rolled back when `work` rejects. Calls in it are attempted once, as nothing of a
   * broken transaction is left to repeat a call in; `work` as a whole is the caller's to repeat.
   */
  transaction<T>(work: (client: TransactionClient) => Promise<T>): Promise<T>;
  /** Waits for the calls under way, then closes all connections. Calls after it reject. */
  close(): Promise<void>;
}

/** A client inside a transaction. */
export type TransactionClient = Omit<SqlClient, "transaction" | "close">;
