import type { HistoryEvent, SubOrchestrationCreated } from "../model/history-event";

/** What a failed execution goes on from. */
export interface RewoundHistory {
  /** History without what had failed, without the attempts that led there, and without its end. */
  readonly events: readonly HistoryEvent[];
  /** Sub-orchestrations that had failed: they are rewound too, and awaited again. */
  readonly failedChildren: readonly SubOrchestrationCreated[];
  /** The id under which it goes on, unless somebody may still answer to the one it has. */
  readonly newExecutionId?: string;
}

/**
 * Takes out of a history what had failed, so that a replay asks for it again (contract §6.5).
 *
 * A failed activity goes with the event that scheduled it. A failed child stays, for it is rewound itself; if it is one of
 * `gone`, by instance id, there is nothing to rewind, and it goes like an activity, to be started anew. A task that was
 * retried in vain goes with all its attempts and timers, and the retrying begins anew; one that succeeded in the end stays.
 * (Where retries ran in parallel and only some failed, the others' ids can no longer be counted in the same order; the
 * replay then says so.) Where code has retried under one id, only the last attempt goes.
 */
export function rewindHistory(history: readonly HistoryEvent[], gone: ReadonlySet<string> = new Set()): RewoundHistory {
  const groups = new Map<number, Set<number>>();
  const failed = new Set<number>();
  const succeeded = new Set<number>();
  const children = new Map<number, SubOrchestrationCreated>();
  for (const event of history) {
    joinGroup(groups, event);
    if (event.type === "SubOrchestrationCreated") children.set(event.eventId, event);
    else if (event.type === "TaskFailed" || event.type === "SubOrchestrationFailed") failed.add(event.taskScheduledId);
    else if (event.type === "TaskCompleted" || event.type === "SubOrchestrationCompleted") {
      succeeded.add(event.taskScheduledId);
    }
  }
  const removed = new Set<number>();
  const failedChildren: SubOrchestrationCreated[] = [];
  for (const id of failed) {
    const group = groups.get(id) ?? new Set([id]);
    if ([...group].some((member) => succeeded.has(member))) continue;
    const child = children.get(id);
    if (child && group.size === 1 && !gone.has(child.instanceId)) failedChildren.push(child);
    else for (const member of group) removed.add(member);
  }
  const answered = new Set([...removed, ...failedChildren.map((child) => child.eventId)]);
  const earlier = earlierAttempts(history);
  const events = history.filter((event) => earlier.has(event) || !isRemoved(event, removed, answered));
  return { events, failedChildren };
}

/** What asked for a task, or answered it, under an id that a later attempt has taken again: the timers between are kept, too. */
function earlierAttempts(history: readonly HistoryEvent[]): ReadonlySet<HistoryEvent> {
  const asked = new Map<number, HistoryEvent>();
  const answered = new Map<number, HistoryEvent>();
  const earlier = new Set<HistoryEvent>();
  for (const event of history) {
    const isAnswer = "taskScheduledId" in event;
    if (!isAnswer && event.type !== "TaskScheduled" && event.type !== "SubOrchestrationCreated") continue;
    const [latest, id] = isAnswer ? [answered, event.taskScheduledId] : [asked, event.eventId];
    const before = latest.get(id);
    if (before) earlier.add(before);
    latest.set(id, event);
  }
  return earlier;
}

/** Attempts and the timers between them name each other; all of one task are one group, found from any of its ids. */
function joinGroup(groups: Map<number, Set<number>>, event: HistoryEvent): void {
  if (!("eventId" in event)) return;
  const before = "retryOfId" in event ? event.retryOfId : "retryTimerId" in event ? event.retryTimerId : undefined;
  const group = (before === undefined ? undefined : groups.get(before)) ?? new Set<number>();
  group.add(event.eventId);
  groups.set(event.eventId, group);
}

function isRemoved(event: HistoryEvent, removed: ReadonlySet<number>, answered: ReadonlySet<number>): boolean {
  switch (event.type) {
    case "ExecutionCompleted":
      return true;
    case "TaskScheduled":
    case "TimerCreated":
    case "SubOrchestrationCreated":
      return removed.has(event.eventId);
    case "TimerFired":
      return removed.has(event.timerId);
    case "TaskFailed":
    case "SubOrchestrationFailed":
      return answered.has(event.taskScheduledId);
    default:
      return false;
  }
}
