import type { StoredMessage } from "../../model/message";
import {
  isLockRequest,
  OPERATION_EVENT,
  PURGE_EVENT,
  parseRelease,
  parseRequest,
  RELEASE_EVENT,
  withTraceContext,
  type LockRequest,
  type ReleaseMessage,
  type RequestMessage,
} from "./request-message";
import type { SchedulerState } from "./scheduler-state";

/** What an entity does with the messages of a work item (contract §3.4, steps 1-3). */
export interface EntityPlan {
  readonly exists: boolean;
  readonly state: string | undefined;
  readonly lockedBy: string | undefined;
  /** The request behind `lockedBy`. */
  readonly heldRequest: SchedulerState["lockRequest"];
  /** Releases to be passed on to the entity that comes next in the lock set. */
  readonly passedOn: readonly PassedRelease[];
  /** To be executed now, in this order. */
  readonly operations: readonly RequestMessage[];
  /** A lock to grant once the operations are done; it ends the batch. */
  readonly lockRequest: LockRequest | undefined;
  /** Waits for a later batch. */
  readonly queue: readonly RequestMessage[];
}

/** A release and the lock set along which it follows its request. */
export interface PassedRelease {
  readonly release: ReleaseMessage;
  readonly lockset: LockRequest["lockset"];
}

/** Sorts messages into the queue and takes the next batch off it. Stores deliver in order, so no sorting by sender is needed. */
export function planEntityBatch(
  stored: SchedulerState,
  messages: readonly StoredMessage[],
  maxOperations: number,
): EntityPlan {
  let { lockedBy, lockRequest: heldRequest } = stored;
  let purged = false;
  const passedOn: PassedRelease[] = [];
  let queue: RequestMessage[] = [...(stored.queue ?? [])];
  for (const { event } of messages) {
    if (event.type !== "EventRaised") continue;
    if (isOperationEvent(event.name)) {
      const request = parseRequest(event.input);
      if (request) queue.push(withTraceContext(request, event.traceContext));
    } else if (event.name === PURGE_EVENT) {
      purged = true;
    } else if (event.name === RELEASE_EVENT) {
      const release = parseRelease(event.input);
      if (!release) continue;
      if (lockedBy === release.parent && (heldRequest === undefined || heldRequest.id === release.id)) {
        if (release.forward && heldRequest) passedOn.push({ release, lockset: heldRequest.lockset });
        lockedBy = undefined;
        heldRequest = undefined;
      }
      // A holder that ended while it was still waiting for the lock must not be granted it later.
      queue = queue.filter((request) => !(isLockRequest(request) && request.id === release.id));
    }
  }
  return {
    exists: !purged && (stored.exists ?? false),
    state: purged ? undefined : stored.state,
    lockedBy,
    heldRequest,
    passedOn,
    ...takeBatch(queue, lockedBy, maxOperations),
  };
}

/** `op` is executed on arrival; `op@<time>` was held back by the store until that time. */
function isOperationEvent(name: string): boolean {
  return name === OPERATION_EVENT || name.startsWith(`${OPERATION_EVENT}@`);
}

function takeBatch(
  queue: readonly RequestMessage[],
  lockedBy: string | undefined,
  maxOperations: number,
): Pick<EntityPlan, "operations" | "lockRequest" | "queue"> {
  const operations: RequestMessage[] = [];
  const waiting: RequestMessage[] = [];
  let lockRequest: LockRequest | undefined;
  for (const request of queue) {
    const mayRun = lockedBy === undefined || request.parent === lockedBy;
    if (!mayRun || lockRequest || operations.length >= maxOperations) waiting.push(request);
    else if (isLockRequest(request)) lockRequest = request;
    else operations.push(request);
  }
  return { operations, lockRequest, queue: waiting };
}
