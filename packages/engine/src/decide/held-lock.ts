import type { EventSent } from "../model/history-event";
import { isLockRequest, parseRelease, parseRequest, RELEASE_EVENT } from "./entity/request-message";
import { entityInstanceId } from "../model/instance-id";

/** A critical section that an orchestration has asked for and not given up. */
export interface HeldLock {
  readonly requestId: string;
  /** Instance ids of the entities that are, or will be, locked and have not been released. */
  readonly entities: readonly string[];
}

/** The held lock after an event was sent: a lock request begins it, each release takes one entity out. */
export function heldLockAfter(held: HeldLock | undefined, event: EventSent): HeldLock | undefined {
  if (event.name === RELEASE_EVENT) return held && parseRelease(event.input) ? without(held, event.instanceId) : held;
  // Cheap test first: nearly all events sent are plain calls and signals.
  if (!event.input?.includes('"lockset"')) return held;
  const request = parseRequest(event.input);
  if (!request || !isLockRequest(request)) return held;
  return { requestId: request.id, entities: request.lockset.map(entityInstanceId) };
}

function without(held: HeldLock, instanceId: string): HeldLock | undefined {
  const entities = held.entities.filter((entity) => entity !== instanceId);
  return entities.length > 0 ? { requestId: held.requestId, entities } : undefined;
}
