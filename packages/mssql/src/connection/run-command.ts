import { type Connection, Request } from "tedious";
import { bindParameter } from "./bind-parameter";
import type { Cell, CellReader } from "./cell";
import { ResultCollector } from "./result-collector";
import type { CallResult, SqlParameter } from "./sql-client";
import { SqlError } from "./sql-error";
import { CallTimeoutError, ConnectionLostError, isTransientNumber } from "./transient-errors";

/** One request to the server. */
export interface SqlCommand {
  readonly kind: "procedure" | "statement" | "batch";
  /** The procedure's name, or the text. */
  readonly text: string;
  readonly parameters: readonly SqlParameter[];
  /** Absent: as `Row` promises. */
  readonly readCell?: CellReader | undefined;
}

export interface CommandLimits {
  /** 0: none. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A request under way. */
export interface RunningCommand {
  /** The answer; on time-out and abort it rejects at once, without waiting for the server to notice. */
  readonly result: Promise<CallResult>;
  /** When nothing of the request is under way any more; never rejects. Only then another request may follow. */
  readonly settled: Promise<void>;
}

/** How long a server may take to confirm a cancellation before the connection is cut. */
export const CANCEL_GRACE_MS = 2000;

/**
 * Sends a request and reads its answer. Rejects with `SqlError`, `ConnectionLostError`, `CallTimeoutError`, the signal's
 * reason, or a TypeError for values that do not fit. The time limit covers the whole answer: the driver's own stops at the
 * first packet, and a connection that stalls later would hold its caller for ever.
 */
export function runCommand(connection: Connection, command: SqlCommand, limits: CommandLimits): RunningCommand {
  let settle = (): void => undefined;
  const settled = new Promise<void>((resolve) => (settle = resolve));
  const result = new Promise<CallResult>((resolve, reject) => {
    const collector = new ResultCollector(command.readCell);
    const watch = watchLimits(
      limits,
      command,
      (reason) => {
        reject(reason);
        request.cancel();
      },
      () => {
        connection.close();
        // A closed connection has nothing under way, whether or not the driver still says so.
        settle();
      },
    );
    const request = new Request(command.text, (error) => {
      watch.end();
      if (error) reject(translate(error));
      else if (collector.failure) reject(collector.failure);
      else resolve(collector.result(command.kind === "procedure"));
      settle();
    });
    try {
      collect(request, collector);
      for (const parameter of command.parameters) bindParameter(request, parameter);
      limits.signal?.throwIfAborted();
      send(connection, command, request);
    } catch (error) {
      watch.end();
      reject(error as Error);
      settle();
    }
  });
  return { result, settled };
}

function collect(request: Request, collector: ResultCollector): void {
  request.setTimeout(0);
  request.on("columnMetadata", () => collector.beginSet());
  request.on("row", (cells: readonly Cell[]) => collector.addRow(cells));
  request.on("doneProc", (_rows, _more, returnValue: unknown) => collector.setReturnValue(returnValue));
}

function send(connection: Connection, command: SqlCommand, request: Request): void {
  switch (command.kind) {
    case "procedure":
      return connection.callProcedure(request);
    case "statement":
      return connection.execSql(request);
    case "batch":
      return connection.execSqlBatch(request);
  }
}

/** Calls `giveUp` at the time limit or when the signal aborts, and `cut` when the server does not confirm in time. */
function watchLimits(
  { timeoutMs, signal }: CommandLimits,
  command: SqlCommand,
  giveUp: (reason: Error) => void,
  cut: () => void,
): { end(): void } {
  let graceTimer: NodeJS.Timeout | undefined;
  const stop = (reason: Error): void => {
    graceTimer ??= setTimeout(cut, CANCEL_GRACE_MS);
    giveUp(reason);
  };
  const onAbort = (): void => stop(signal?.reason as Error);
  const late = (): void => stop(new CallTimeoutError(`${describe(command)} took longer than ${timeoutMs} ms`));
  const timer = timeoutMs > 0 ? setTimeout(late, timeoutMs) : undefined;
  signal?.addEventListener("abort", onAbort);
  return {
    end() {
      clearTimeout(timer);
      clearTimeout(graceTimer);
      signal?.removeEventListener("abort", onAbort);
    },
  };
}

/** Text may hold anything and is long; a procedure's name says enough. */
function describe(command: SqlCommand): string {
  return command.kind === "procedure" ? command.text : `A ${command.kind}`;
}

/** What we read of the driver's errors; by fields, since they may come from another realm. */
interface DriverError {
  readonly message: string;
  readonly code?: unknown;
  readonly number?: unknown;
  readonly state?: number;
  readonly procName?: string;
  readonly lineNumber?: number;
  /** Several errors in one answer. */
  readonly errors?: readonly DriverError[];
}

interface ServerError extends DriverError {
  readonly number: number;
}

/** The driver's error in our terms. */
function translate(error: Error & DriverError): Error {
  const serverErrors = (error.errors ?? [error]).filter(isServerError);
  // The first error is the cause and the rest its echo ("the statement has been terminated"), save that a deadlock decides.
  const cause = serverErrors.find(({ number }) => isTransientNumber(number)) ?? serverErrors[0];
  if (cause) {
    const { number, state, procName: procedure, lineNumber: line } = cause;
    return new SqlError(cause.message, { number, state, procedure, line }, { cause: error });
  }
  if (error.code === "UNKNOWN") return new SqlError(error.message, {}, { cause: error });
  if (error.code === "EPARAM" || error.name === "TypeError") return error;
  const sent = error.code !== "EINVALIDSTATE";
  return new ConnectionLostError(`The connection was lost: ${error.message}`, sent, { cause: error });
}

function isServerError(error: DriverError): error is ServerError {
  return typeof error.number === "number";
}
