import type { HistoryEvent } from "../model/history-event";
import type { RewoundHistory } from "./rewind-history";
import type { RuntimeState } from "./runtime-state";
import { scheduledIn } from "./scheduled-events";

/**
 * Gives a rewound execution its new id (scheduler contract §8.4), in its state and in the history it goes on from. It keeps the
 * old one while an activity, a child that is not rewound with it, or an entity may still answer to that, for stores drop what
 * is addressed to an execution that is gone. `accepted`: what this episode adds to the history.
 */
export function renameExecution(
  { events, failedChildren, newExecutionId }: RewoundHistory,
  state: RuntimeState,
  accepted: readonly HistoryEvent[],
): readonly HistoryEvent[] {
  const { started } = state;
  const rewoundWithIt = new Set(failedChildren.map(({ eventId }) => eventId));
  const isAwaited =
    state.heldLock !== undefined ||
    state.openActivities.size > 0 ||
    [...state.openChildren.keys()].some((id) => !rewoundWithIt.has(id)) ||
    [...scheduledIn([...events, ...accepted]).values()].some(({ type }) => type === "EventSent");
  if (newExecutionId === undefined || !started || isAwaited) return events;
  const instance = { ...started.instance, executionId: newExecutionId };
  state.started = { ...started, instance };
  return events.map((event) => (event.type === "ExecutionStarted" ? { ...event, instance } : event));
}
