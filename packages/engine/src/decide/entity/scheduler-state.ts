import type { JsonText } from "../../model/json-text";
import type { LockRequest, RequestMessage } from "./request-message";

/**
 * What an entity keeps between batches, in the field names under which it is stored as the entity's input
 * (contract §3.2); false, null and empty values are left out.
 */
export interface SchedulerState {
  readonly exists?: boolean;
  readonly state?: JsonText;
  readonly queue?: readonly RequestMessage[];
  /** Instance id of the orchestration in whose critical section the entity is. */
  readonly lockedBy?: string;
  /** The request it was locked with; tells releases of other requests apart, and which entity comes next. */
  readonly lockRequest?: Pick<LockRequest, "id" | "lockset">;
}

/** Reads the stored scheduler state; a new entity has none. */
export function parseSchedulerState(input: JsonText | null): SchedulerState {
  if (input === null || input === "") return {};
  // Written by `formatSchedulerState` alone, so its shape is trusted.
  return JSON.parse(input) as SchedulerState;
}

export function formatSchedulerState(state: SchedulerState): JsonText {
  return JSON.stringify({
    ...(state.exists ? { exists: true } : {}),
    ...(state.state === undefined ? {} : { state: state.state }),
    ...(state.queue && state.queue.length > 0 ? { queue: state.queue } : {}),
    ...(state.lockedBy === undefined ? {} : { lockedBy: state.lockedBy, lockRequest: state.lockRequest }),
  });
}

/** Tells whether nothing is worth keeping: no state, nothing queued, nobody holding a lock. */
export function isDeletable(state: SchedulerState): boolean {
  return !state.exists && !state.lockedBy && (state.queue?.length ?? 0) === 0;
}
