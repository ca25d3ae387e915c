import type { HistoryEvent } from "../model/history-event";
import type { OutboundMessage } from "../ports/storage-provider";
import { isLockRequest, parseRequest } from "./entity/request-message";
import type { HeldLock } from "./held-lock";
import { eventMessage } from "./record-action";

/**
 * An execution that ends gives its entities free, and a lock request that has not been granted is taken back. When it is
 * rewound inside its critical section, it asks for them again: its code believes that it has them, or waits for the grant.
 * Calls it makes before they are granted wait in the entities' queues. Not if some have been released by the code already,
 * for nobody would release those again.
 */
export function lockAgain(
  history: readonly HistoryEvent[],
  held: HeldLock | undefined,
  now: number,
): readonly OutboundMessage[] {
  if (!held) return [];
  for (const event of history) {
    if (event.type !== "EventSent" || !event.input?.includes(held.requestId)) continue;
    const request = parseRequest(event.input);
    if (!request || !isLockRequest(request) || request.id !== held.requestId) continue;
    const isWhole = request.lockset.length === held.entities.length;
    return isWhole ? [eventMessage(event.instanceId, event.name, event.input, now)] : [];
  }
  return [];
}
