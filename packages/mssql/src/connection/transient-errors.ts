import { DurableHostError } from "@durable-host/engine";
import { SqlError } from "./sql-error";

/** The connection ended before the answer was complete. */
export class ConnectionLostError extends Error {
  /** True when the server may have received the request, and so may have carried it out. */
  readonly sent: boolean;

  constructor(message: string, sent: boolean, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = "ConnectionLostError";
    this.sent = sent;
  }
}

/** The answer did not come in time. Whether the request was carried out is unknown: cancelling may have come too late. */
export class CallTimeoutError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CallTimeoutError";
  }
}

/**
 * Server errors that another attempt may cure, as .NET's provider has them (contract §4): the victim of a deadlock (1205),
 * throttling and fail-over of Azure SQL (10928-49920), conflicts of memory-optimized tables (413xx, 41839).
 */
const TRANSIENT_NUMBERS: ReadonlySet<number> = new Set([
  1205, 10928, 10929, 10936, 40197, 40501, 40613, 41301, 41302, 41305, 41325, 41839, 49918, 49919, 49920,
]);

/** Contract §4 too: failures of the network that reach us as numbers. The request may have been carried out before. */
const NETWORK_NUMBERS: ReadonlySet<number> = new Set([20, 64, 121, 233, 10053, 10054, 10060]);

/**
 * What we add. The transaction was rolled back: 3930 and 3998 doomed (under XACT_ABORT a duplicate that Microsoft's
 * procedures catch ends so, §8.2), 3971 not resumed, 3960 snapshot conflict. The database is changing places: 3906
 * read-only (a connection to the former primary), 922 recovering, 976 and 983 not the readable or current replica, 6005
 * shutting down, 18401 being upgraded.
 */
const ALSO_TRANSIENT_NUMBERS: ReadonlySet<number> = new Set([3930, 3960, 3971, 3998, 3906, 922, 976, 983, 6005, 18401]);

/** 596: an administrator, or a fail-over, ended the session in the middle of the request. */
const KILLED = 596;

/** Log full, file group full, quota of Azure SQL reached: another attempt in a second fails alike, one in an hour may not. */
const NO_SPACE_NUMBERS: ReadonlySet<number> = new Set([1105, 1101, 9002, 40544]);

/** .NET's number for a command time-out, in case something between us and the server speaks it. */
const TIMEOUT_NUMBER = -2;

/** What a failed attempt means. */
export interface FailureClass {
  /** The failure may pass by itself: it ends as STORAGE_TRANSIENT, not as an answer of the server. */
  readonly transient: boolean;
  /** Another attempt within seconds makes sense. */
  readonly retry: boolean;
  /** The request may have taken effect. */
  readonly outcomeUnknown: boolean;
}

const PERMANENT: FailureClass = { transient: false, retry: false, outcomeUnknown: false };
const RETRY: FailureClass = { transient: true, retry: true, outcomeUnknown: false };
const RETRY_UNKNOWN: FailureClass = { transient: true, retry: true, outcomeUnknown: true };
/** After a time-out the server is busy; asking again at once makes it busier. The caller backs off and decides. */
const TIMED_OUT: FailureClass = { transient: true, retry: false, outcomeUnknown: true };
const NO_SPACE: FailureClass = { transient: true, retry: false, outcomeUnknown: false };

/** Tells what to do about the error of an attempt. */
export function classifyFailure(error: unknown): FailureClass {
  if (error instanceof CallTimeoutError) return TIMED_OUT;
  if (error instanceof ConnectionLostError) return error.sent ? RETRY_UNKNOWN : RETRY;
  if (error instanceof DurableHostError) return error.code === "STORAGE_TRANSIENT" ? RETRY : PERMANENT;
  if (error instanceof SqlError && error.number !== undefined) return classifyNumber(error.number);
  return PERMANENT;
}

/** Tells whether a server error, also one of a log-in, may pass by itself. */
export function isTransientNumber(number: number): boolean {
  return classifyNumber(number).transient;
}

function classifyNumber(number: number): FailureClass {
  if (number === TIMEOUT_NUMBER) return TIMED_OUT;
  if (NETWORK_NUMBERS.has(number) || number === KILLED) return RETRY_UNKNOWN;
  if (TRANSIENT_NUMBERS.has(number) || ALSO_TRANSIENT_NUMBERS.has(number)) return RETRY;
  return NO_SPACE_NUMBERS.has(number) ? NO_SPACE : PERMANENT;
}
