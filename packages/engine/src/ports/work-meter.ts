import type { RuntimeStatus } from "../model/runtime-status";
import type { WorkKind } from "./storage-provider";

/** How a work item has left the hands of a dispatcher (rule D2). */
export type WorkOutcome = "processed" | "abandoned" | "lost";

/** How long the parts of a work item took, in milliseconds. */
export interface WorkTimes {
  /** From when it could have been executed to its lock; absent where that is not known. */
  readonly waitedMs?: number;
  /** From the lock to the end of user code. */
  readonly executedMs: number;
  /** From there to the commit; absent when there was none. */
  readonly committedMs?: number;
}

/** Counts and measures what dispatchers do. Called for every work item, so it must be cheap, and must not throw. */
export interface WorkMeter {
  workItemEnded(kind: WorkKind, outcome: WorkOutcome, times: WorkTimes): void;
  /** `historyLength`: events of the execution, its end included. */
  executionEnded(status: RuntimeStatus, historyLength: number): void;
}
