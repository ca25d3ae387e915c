import type { FailureDetails } from "./failure-details";
import type { EntityId } from "./instance-id";
import type { JsonText } from "./json-text";
import type { TraceContext } from "./trace-context";

/** One operation of an entity batch: a signal (one way) or a call (answered). */
export interface EntityOperation {
  readonly name: string;
  readonly input: JsonText | null;
  readonly isSignal: boolean;
  /** Of the request, unique. Absent where nobody asks for it. */
  readonly id?: string;
  /** Who waits for the answer to a call. */
  readonly caller?: Caller;
}

/** The execution that has called; the id of an execution that nobody names is absent. */
interface Caller {
  readonly instanceId: string;
  readonly executionId?: string;
}

/** Outcome of one operation; `result` is JSON, for an error the JSON of what was thrown. */
export interface EntityOperationResult {
  readonly isError: boolean;
  readonly result: JsonText | null;
  /** Of an error, where whoever executes entities describes failures as data. */
  readonly failureDetails?: FailureDetails;
}

/** A signal that an entity sends to another entity. */
export interface EntitySignal {
  readonly target: EntityId;
  readonly name: string;
  readonly input: JsonText | null;
  /** Deliver no earlier than this (milliseconds since the epoch). */
  readonly dueAt?: number;
  /** Of the span that the code has made for it; absent: the host makes one, where it traces. */
  readonly traceContext?: TraceContext;
}

/** An orchestration that an entity starts. Nobody awaits it; a running one under the same id goes on, and this is dropped. */
export interface EntityStart {
  /** Absent: a new id of 32 hex digits. */
  readonly instanceId?: string;
  readonly name: string;
  /** Absent: the host's default. */
  readonly version?: string;
  readonly input: JsonText | null;
  /** Not to be started before this time (milliseconds since the epoch). */
  readonly scheduledTime?: number;
  readonly traceContext?: TraceContext;
}
