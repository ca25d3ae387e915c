import type { HistoryEvent } from "../../model/history-event";
import type { InstanceState } from "../../model/instance";
import { parseSchedulerState, type SchedulerState } from "../entity/scheduler-state";
import { heldLockAfter } from "../held-lock";
import type { CriticalSectionWait, EntityExplanation, EntitySituation } from "./explanation";

/** What stands between a request and an entity; one that is not stored has no state, no queue and no lock. */
export function entitySituation(entity: InstanceState | undefined): EntitySituation {
  const { exists = false, queue = [], lockedBy } = schedulerState(entity);
  return { exists, queueLength: queue.length, ...(lockedBy !== undefined && { lockedBy }) };
}

/** How far a lock request has come: `entities` holds those of its set in their order, as they are stored. */
export function criticalSectionProgress(
  wait: CriticalSectionWait,
  entities: readonly (InstanceState | undefined)[],
): CriticalSectionWait {
  const acquired: string[] = [];
  for (const [index, entity] of wait.entities.entries()) {
    const state = entities[index];
    if (schedulerState(state).lockRequest?.id !== wait.requestId) {
      return { ...wait, acquired, heldUpBy: { entity, ...entitySituation(state) } };
    }
    acquired.push(entity);
  }
  return { ...wait, acquired };
}

/** What an entity is, and since when its lock is held, as the history of the holder tells. */
export function explainEntity(entity: InstanceState, historyOfHolder: readonly HistoryEvent[]): EntityExplanation {
  const { lockRequest } = schedulerState(entity);
  const lockedSince = lockRequest && grantedAt(historyOfHolder, lockRequest.id);
  return { ...entitySituation(entity), ...(lockedSince !== undefined && { lockedSince }) };
}

/** When a section was entered; until then, when it was asked for. */
function grantedAt(history: readonly HistoryEvent[], requestId: string): number | undefined {
  let since: number | undefined;
  for (const event of history) {
    if (event.type === "EventSent" && heldLockAfter(undefined, event)?.requestId === requestId) since = event.timestamp;
    else if (event.type === "EventRaised" && event.name === requestId) return event.timestamp;
  }
  return since;
}

function schedulerState(entity: InstanceState | undefined): SchedulerState {
  return parseSchedulerState(entity?.input ?? null);
}
